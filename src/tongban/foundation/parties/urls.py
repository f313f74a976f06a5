"""Addresses of parties."""

from django.urls import path

from tongban.foundation.parties.views import demo

app_name = "parties"
urlpatterns = [
    path("demo/roles", demo.roles, name="demo_roles"),
    path("demo/enter", demo.enter, name="demo_enter"),
]
