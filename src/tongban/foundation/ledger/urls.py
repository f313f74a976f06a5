"""Addresses of the public log, each shard a C2SP log of its own under /log/<shard>/, and of its operators' pages."""

from django.urls import path

from tongban.foundation.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("checkpoint", views.current, name="current"),
    path("tile/<path:tile>", views.current, name="current_tile"),
    path("receipt/<str:leaf>", views.receipt, name="receipt"),
    path("check", views.check, name="check"),
    path("policy", views.policy, name="policy"),
    path("<str:shard>/checkpoint", views.checkpoint, name="checkpoint"),
    path("<str:shard>/tile/<path:tile>", views.tile, name="tile"),
]
operations = (
    [
        path("", views.findings, name="findings"),
        path("<uuid:finding_id>/", views.finding, name="finding"),
    ],
    "ledger_operations",
)
