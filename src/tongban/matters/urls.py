"""Addresses of matters."""

from django.urls import path

from tongban.matters.views import (
    applications,
    calendar,
    desk,
    handling,
    papers,
    ratings,
    services,
    statistics,
    supervision,
    together,
    window,
)

app_name = "matters"
urlpatterns = [
    path("services/<slug:code>/", services.guide, name="guide"),
    path("services/<slug:code>/start", services.start, name="start"),
    path("cases/", applications.cases, name="cases"),
    path("cases/<uuid:case_id>/", applications.case, name="case"),
    path("cases/<uuid:case_id>/form/", applications.resume, name="resume"),
    path("cases/<uuid:case_id>/form/<slug:code>/", applications.screen, name="screen"),
    path("cases/<uuid:case_id>/check/", applications.check, name="check"),
    path("cases/<uuid:case_id>/receipt/", applications.receipt, name="receipt"),
    path("cases/<uuid:case_id>/withdraw", applications.withdraw, name="withdraw"),
    path("cases/<uuid:case_id>/certificate/", applications.certificate, name="certificate"),
    path("cases/<uuid:case_id>/rate", ratings.rate, name="rate"),
    path("desk/ratings/", ratings.follow_ups, name="desk_ratings"),
    path("desk/ratings/<uuid:rating_id>/", ratings.follow_up, name="desk_rating"),
    path("desk/services/", statistics.services, name="desk_services"),
    path("desk/services/<slug:code>/", statistics.service, name="desk_service"),
    path("cases/<uuid:case_id>/papers/<uuid:event_id>", papers.paper, name="paper"),
    path("desk/deliveries/", papers.deliveries, name="desk_deliveries"),
    path("desk/deliveries/<uuid:case_id>/", papers.delivery, name="desk_delivery"),
    path("window/", window.intakes, name="window"),
    path("window/new/", window.take_in, name="window_new"),
    path("window/<uuid:case_id>/", window.case, name="window_case"),
    path("desk/acceptance/", desk.acceptance, name="desk_acceptance"),
    path("desk/reviews/", desk.reviews, name="desk_reviews"),
    path("desk/reviews/together/", together.together, name="desk_together"),
    path("desk/decisions/", desk.decisions, name="desk_decisions"),
    path("desk/calendar/", calendar.calendar, name="desk_calendar"),
    path("desk/supervision/", supervision.supervision, name="desk_supervision"),
    path("desk/cases/", desk.cases, name="desk_cases"),
    path("desk/cases/<uuid:case_id>/", handling.case, name="desk_case"),
    path("desk/cases/<uuid:case_id>/assign", handling.assign, name="desk_assign"),
]
