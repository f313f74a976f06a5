"""Addresses of grid."""

from django.urls import path

from tongban.applications.grid.views import (
    board,
    browsing,
    events,
    homes,
    offline,
    proposals,
    tasks,
    tenancies,
    working,
)

app_name = "grid"
urlpatterns = [
    path("desk/grid/today/", working.today, name="today"),
    path("desk/grid/areas/", browsing.area, name="areas"),
    path("desk/grid/areas/<slug:code>/", browsing.area, name="area"),
    path("desk/grid/board/", board.board, name="board"),
    path("desk/grid/people/", browsing.people, name="people"),
    path("desk/grid/people/<uuid:person_id>/", browsing.person, name="person"),
    path("desk/grid/companies/", browsing.companies, name="companies"),
    path("desk/grid/search/", browsing.search, name="search"),
    path("desk/grid/buildings/<uuid:place_id>/", browsing.building, name="building"),
    path("desk/grid/dwellings/<uuid:dwelling_id>/", browsing.dwelling, name="dwelling"),
    path("desk/grid/dwellings/<uuid:dwelling_id>/visit", working.visit, name="visit"),
    path("desk/grid/residences/<uuid:residence_id>/", working.correct, name="correct"),
    path("desk/grid/edits/", working.edits, name="edits"),
    path("desk/grid/edits/<uuid:edit_id>/", working.edit, name="edit"),
    path("desk/grid/tasks/", tasks.tasks, name="tasks"),
    path("desk/grid/tasks/<uuid:task_id>/end", tasks.end, name="task_end"),
    path("desk/grid/round/", offline.round_page, name="round"),
    path("desk/grid/worker.js", offline.worker, name="worker"),
    path("desk/grid/app.webmanifest", offline.manifest, name="manifest"),
    path("desk/grid/events/", events.events, name="events"),
    path("desk/grid/events/new/", events.report, name="event_new"),
    path("desk/grid/events/<uuid:event_id>/", events.event, name="event"),
    path("desk/grid/proposals/", proposals.proposals, name="proposals"),
    path("desk/grid/proposals/<uuid:proposal_id>/", proposals.proposal, name="proposal"),
    path("my-home/", homes.home, name="home"),
    path("my-home/moved/", homes.moved, name="moved"),
    path("my-home/left/<uuid:own_id>/", homes.left, name="left"),
    path("my-home/phone/", homes.phone, name="own_phone"),
    path("my-home/work/", homes.work, name="own_work"),
    path("my-home/proposals/<uuid:own_proposal_id>/withdraw", homes.withdraw, name="proposal_withdraw"),
    path("my-home/leases/new/", tenancies.register, name="tenancy_new"),
    path("my-home/leases/<uuid:tenancy_id>/", tenancies.tenancy, name="tenancy"),
]
