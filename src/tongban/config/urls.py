"""Every address of the house."""

from django.urls import include, path

from tongban.config.api import api

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    path("", include("tongban.web.urls")),
]
