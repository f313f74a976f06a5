"""Addresses of credentials."""

from django.urls import path

from tongban.foundation.credentials import views

app_name = "credentials"
urlpatterns = [
    path("verify", views.verify, name="verify"),
    path("verify/", views.verify),
    path("verify/paper", views.verify_paper, name="verify_paper"),
    path("verify/offline", views.offline, name="offline"),
]
