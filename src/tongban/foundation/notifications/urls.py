"""Addresses of messages."""

from django.urls import path

from tongban.foundation.notifications import views

app_name = "notifications"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read", views.all_read, name="all_read"),
    path("messages/<uuid:message_id>/", views.opened, name="message"),
    path("demo/outbox", views.outbox, name="outbox"),
    path("operations/messages/", views.undelivered, name="undelivered"),
    path("operations/messages/resend", views.resend, name="resend"),
    path("operations/messages/trial", views.trial, name="trial"),
]
