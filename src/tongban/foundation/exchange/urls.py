"""Addresses of the operators' pages of exchange."""

from django.urls import path

from tongban.foundation.exchange.views import events, jobs, subscriptions

app_name = "exchange"
urlpatterns = [
    path("operations/events/", events.deliveries, name="deliveries"),
    path("operations/events/replay", events.replay, name="replay"),
    path("operations/events/<uuid:delivery_id>/", events.delivery, name="delivery"),
    path("operations/subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("operations/subscriptions/new/", subscriptions.new_subscription, name="new_subscription"),
    path(
        "operations/subscriptions/<uuid:subscription_id>/pause", subscriptions.change, {"what": "pause"}, name="pause"
    ),
    path(
        "operations/subscriptions/<uuid:subscription_id>/resume",
        subscriptions.change,
        {"what": "resume"},
        name="resume",
    ),
    path("operations/subscriptions/<uuid:subscription_id>/test", subscriptions.change, {"what": "test"}, name="test"),
    path(
        "operations/subscriptions/<uuid:subscription_id>/secret",
        subscriptions.change,
        {"what": "secret"},
        name="secret",
    ),
    path("operations/subscriptions/<uuid:subscription_id>/remove", subscriptions.remove, name="remove"),
    path("operations/senders/new/", subscriptions.new_sender, name="new_sender"),
    path(
        "operations/senders/<uuid:sender_id>/pause", subscriptions.change_sender, {"what": "pause"}, name="sender_pause"
    ),
    path(
        "operations/senders/<uuid:sender_id>/resume",
        subscriptions.change_sender,
        {"what": "resume"},
        name="sender_resume",
    ),
    path(
        "operations/senders/<uuid:sender_id>/secret",
        subscriptions.change_sender,
        {"what": "secret"},
        name="sender_secret",
    ),
    path("operations/jobs/", jobs.jobs, name="jobs"),
    path("operations/jobs/retry", jobs.retry, name="retry"),
]
