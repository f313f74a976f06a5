"""Addresses of parties."""

from django.urls import path

from tongban.foundation.parties.views import demo, desks, mandates, me

app_name = "parties"
urlpatterns = [
    path("me/", me.overview, name="me"),
    path("me/export", me.export, name="export"),
    path("me/looks/", me.looks, name="looks"),
    path("me/identity/", me.identity, name="identity"),
    path("me/address/", me.address, name="address"),
    path("me/correction/", me.correction, name="correction"),
    path("me/mandates/", mandates.mandates, name="mandates"),
    path("me/mandates/new/", mandates.grant, name="mandate_grant"),
    path("me/mandates/<uuid:mandate_id>/accept", mandates.accept, name="mandate_accept"),
    path("me/mandates/<uuid:mandate_id>/withdraw", mandates.withdraw, name="mandate_withdraw"),
    path("me/companies/", mandates.companies, name="companies"),
    path("me/companies/new/", mandates.claim, name="claim"),
    path("me/acting-for", mandates.act_for, name="act_for"),
    path("desk/choose/", desks.choose, name="desk_choose"),
    path("demo/roles", demo.roles, name="demo_roles"),
    path("demo/enter", demo.enter, name="demo_enter"),
]
