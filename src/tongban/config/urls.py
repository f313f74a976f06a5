"""Every address of the house."""

from django.urls import include, path

from tongban.config import health
from tongban.config.api import api
from tongban.foundation.ledger.urls import operations as ledger_operations

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/", api.urls),  # first: programs call it most, and it is looked for twice in each writing call
    path("", include("tongban.applications.halls.urls")),  # early: a hall's visitors come by the hundred in a second
    path("", include("tongban.foundation.parties.urls")),  # before allauth: it replaces one of its pages
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("log/", include("tongban.foundation.ledger.urls")),
    path("operations/ledger/", include(ledger_operations)),
    path("documents/", include("tongban.foundation.documents.urls")),
    path("", include("tongban.foundation.registers.urls")),
    path("", include("tongban.foundation.credentials.urls")),
    path("", include("tongban.foundation.notifications.urls")),
    path("", include("tongban.foundation.exchange.urls")),
    path("", include("tongban.matters.urls")),
    path("", include("tongban.applications.gates.urls")),
    path("", include("tongban.applications.grid.urls")),
    path("", include("tongban.web.urls")),
]

handler400 = "tongban.web.errors.bad_request"
handler403 = "tongban.web.errors.permission_denied"
handler404 = "tongban.web.errors.page_not_found"
handler500 = "tongban.web.errors.server_error"
