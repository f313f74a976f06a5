"""Addresses of the operators' pages of registers."""

from django.urls import path

from tongban.foundation.registers import views

app_name = "registers"
urlpatterns = [
    path("operations/registers/", views.registers, name="registers"),
    path("operations/registers/lists/<uuid:import_id>/confirm", views.confirm_list, name="list_confirm"),
    path("operations/registers/<slug:code>/", views.register, name="register"),
    path("operations/registers/<slug:code>/switch", views.switch, name="switch"),
    path("operations/registers/<slug:code>/connect", views.connect, name="connect"),
    path("operations/registers/<slug:code>/list/", views.register_list, name="list"),
    path("operations/registers/<slug:code>/list/template", views.list_template, name="list_template"),
]
