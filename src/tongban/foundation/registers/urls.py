"""Addresses of the pages of registers."""

from django.urls import path

from tongban.foundation.registers import views

app_name = "registers"
_ONE = "desk/resident-lists/<uuid:list_id>/"
urlpatterns = [
    path("desk/resident-lists/", views.resident_lists, name="resident_lists"),
    path(_ONE, views.resident_list, name="resident_list"),
    path(f"{_ONE}progress", views.progress, name="list_progress"),
    path(f"{_ONE}try", views.try_columns, name="list_try"),
    path(f"{_ONE}address", views.tell_address, name="list_address"),
    path(f"{_ONE}address/choose", views.choose_address, name="list_address_choose"),
    path(f"{_ONE}address/take-back", views.take_back_address, name="list_address_take_back"),
    path(f"{_ONE}settle/", views.settle, name="list_settle"),
    path(f"{_ONE}leave-out", views.leave_out, name="list_leave_out"),
    path(f"{_ONE}confirm", views.confirm, name="list_take"),
    path(f"{_ONE}report", views.report, name="list_report"),
    path(f"{_ONE}undo", views.undo, name="list_undo"),
    path(f"{_ONE}discard", views.discard, name="list_discard"),
    path("desk/resident-lists/rows/<uuid:row_id>/settle", views.settle_one, name="list_settle_one"),
    path("operations/registers/", views.registers, name="registers"),
    path("operations/registers/lists/<uuid:import_id>/confirm", views.confirm_list, name="list_confirm"),
    path("operations/registers/<slug:code>/", views.register, name="register"),
    path("operations/registers/<slug:code>/switch", views.switch, name="switch"),
    path("operations/registers/<slug:code>/connect", views.connect, name="connect"),
    path("operations/registers/<slug:code>/list/", views.register_list, name="list"),
    path("operations/registers/<slug:code>/list/template", views.list_template, name="list_template"),
]
