"""Addresses of the public log. Each shard is a C2SP log of its own under /log/<shard>/."""

from django.urls import path, re_path

from tongban.foundation.ledger import views

SHARD = r"(?P<shard>[0-9]{4}(?:-[0-9]{1,3})?)"
TILE = r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>[x0-9/]{3,24})(?:\.p/(?P<width>[0-9]{1,3}))?"

app_name = "ledger"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("checkpoint", views.current, {"path": "checkpoint"}, name="current"),
    re_path(r"^(?P<path>tile/.*)$", views.current),
    path("receipt/<str:leaf>", views.receipt, name="receipt"),
    path("check", views.check, name="check"),
    re_path(rf"^{SHARD}/checkpoint$", views.checkpoint, name="checkpoint"),
    re_path(rf"^{SHARD}/{TILE}$", views.tile, name="tile"),
]
