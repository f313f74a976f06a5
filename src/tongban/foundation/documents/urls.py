"""Addresses of documents."""

from django.urls import path

from tongban.foundation.documents.views import pages, resumable

app_name = "documents"
urlpatterns = [
    path("", pages.mine, name="mine"),
    path("tus/", resumable.uploads, name="uploads"),
    path("tus/<uuid:upload_id>/", resumable.upload, name="upload"),
    path("<uuid:document_id>/", pages.content, name="content"),
    path("<uuid:document_id>/thumbnail/", pages.thumbnail, name="thumbnail"),
    path("<uuid:document_id>/status/", pages.status, name="status"),
    path("<uuid:document_id>/discard/", pages.discard, name="discard"),
]
