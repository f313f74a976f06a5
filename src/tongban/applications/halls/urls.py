"""Addresses of halls."""

from django.urls import path

from tongban.applications.halls.views import (
    booking,
    colleagues,
    doors,
    kiosk,
    managing,
    overseeing,
    prefill,
    screens,
    serving,
    visiting,
)

app_name = "halls"
urlpatterns = [
    path("halls/", visiting.halls, name="list"),
    path("halls/open/", managing.open_hall, name="open"),
    path("halls/mine/", managing.mine, name="mine"),
    path("halls/<uuid:hall_id>/", managing.home, name="home"),
    path("halls/<uuid:hall_id>/poster.pdf", managing.poster, name="poster"),
    path("halls/<uuid:hall_id>/links", managing.renew_links, name="renew_links"),
    path("halls/<uuid:hall_id>/colleagues/", colleagues.colleagues, name="colleagues"),
    path("halls/<uuid:hall_id>/settings/<slug:part>/", managing.settings, name="settings"),
    path("h/<slug:code>/", visiting.door, name="door"),
    path("h/<slug:code>/again/", prefill.again, name="again"),
    path("h/<slug:code>/book/", booking.book, name="book"),
    path("h/<slug:code>/board.json", visiting.board, name="board"),
    path("v/<slug:code>/", visiting.visit, name="visit"),
    path("v/<slug:code>/now", visiting.visit_part, name="visit_part"),
    path("v/<slug:code>/slip.pdf", visiting.slip, name="slip"),
    path("v/<slug:code>/here", doors.here, name="here"),
    path("v/<slug:code>/cancel", booking.cancel, name="cancel"),
    path("v/<slug:code>/<slug:what>", visiting.act, name="visit_act"),
    path("halls/<uuid:hall_id>/windows/", serving.windows, name="windows"),
    path("halls/<uuid:hall_id>/windows/<uuid:window_id>/", serving.window, name="window"),
    path("halls/<uuid:hall_id>/windows/<uuid:window_id>/case", serving.open_case, name="open_case"),
    path("halls/<uuid:hall_id>/windows/<uuid:window_id>/<slug:what>", serving.act, name="window_act"),
    path("halls/<uuid:hall_id>/figures/", managing.figures, name="figures"),
    path("halls/<uuid:hall_id>/doors/", doors.scanning, name="scanning"),
    path("halls/<uuid:hall_id>/register/", serving.register, name="register"),
    path("h/<slug:code>/screen/<slug:link>/", screens.screen, name="screen"),
    path("h/<slug:code>/kiosk/<slug:link>/", kiosk.kiosk, name="kiosk"),
    path("h/<slug:code>/kiosk/<slug:link>/<slug:visit>/", kiosk.done, name="kiosk_done"),
    path("desk/halls/", overseeing.halls, name="oversee"),
    path("desk/halls/import/", overseeing.import_list, name="import"),
    path("desk/halls/import/<uuid:report>.csv", overseeing.import_report, name="import_report"),
    path("desk/halls/<uuid:hall_id>/", overseeing.hall, name="oversee_one"),
    path("desk/halls/<uuid:hall_id>/confirm", overseeing.confirm, name="confirm"),
    path("desk/halls/<uuid:hall_id>/suspend", overseeing.suspend, name="suspend"),
]
