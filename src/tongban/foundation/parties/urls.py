"""Addresses of parties."""

from django.urls import path

from tongban.foundation.parties.views import demo, desks, mandates, me, passwords, people, principals, proof, staff

app_name = "parties"
urlpatterns = [
    path("me/", me.overview, name="me"),
    path("me/export", me.export, name="export"),
    path("me/looks/", me.looks, name="looks"),
    path("me/identity/", me.identity, name="identity"),
    path("me/address/", me.address, name="address"),
    path("me/correction/", me.correction, name="correction"),
    path("me/password/", passwords.new_password, name="new_password"),
    # Before allauth's own page of this address, which would send an e-mail.
    path("accounts/password/reset/", passwords.forgotten, name="forgotten"),
    path("me/proof/", proof.proof, name="proof"),
    # allauth's own pages, behind a fresh code where a password would prove nothing.
    path("accounts/2fa/totp/activate/", proof.activate, name="prove_totp"),
    path("accounts/2fa/webauthn/add/", proof.add_passkey, name="prove_passkey"),
    path("accounts/2fa/recovery-codes/generate/", proof.recovery_codes, name="prove_recovery"),
    path("me/mandates/", mandates.mandates, name="mandates"),
    path("me/mandates/new/", mandates.grant, name="mandate_grant"),
    path("me/mandates/<uuid:mandate_id>/accept", mandates.accept, name="mandate_accept"),
    path("me/mandates/<uuid:mandate_id>/withdraw", mandates.withdraw, name="mandate_withdraw"),
    path("me/companies/", mandates.companies, name="companies"),
    path("me/companies/new/", mandates.claim, name="claim"),
    path("me/acting-for", mandates.act_for, name="act_for"),
    path("desk/choose/", desks.choose, name="desk_choose"),
    path("desk/delegate/", staff.delegate, name="delegate"),
    path("desk/delegations/<uuid:delegation_id>/withdraw", staff.withdraw_delegation, name="delegation_withdraw"),
    path("manage/offices/", staff.offices, name="offices"),
    path("manage/offices/new/", staff.new_office, name="office_new"),
    path("manage/offices/<uuid:organisation_id>/", staff.office, name="office"),
    path("manage/offices/<uuid:organisation_id>/units/new/", staff.new_unit, name="unit_new"),
    path("manage/staff/", staff.staff, name="staff"),
    path("manage/staff/grant/", staff.grant, name="staff_grant"),
    path("manage/staff/<uuid:membership_id>/withdraw/", staff.withdraw, name="staff_withdraw"),
    path("manage/staff-lists/", staff.staff_list, name="staff_list"),
    path("manage/staff-lists/template", staff.staff_list_template, name="staff_list_template"),
    path("manage/staff-lists/<uuid:import_id>/confirm", staff.confirm_staff_list, name="staff_list_confirm"),
    path("people/", people.people, name="people"),
    path("people/new/", people.register, name="person_new"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/verify", people.verify, name="person_verify"),
    path("people/<uuid:person_id>/log-in/", people.link, name="person_link"),
    path("people/corrections/", people.corrections, name="corrections"),
    path("people/corrections/<uuid:correction_id>/", people.settle, name="correction_settle"),
    path("operations/clients/", principals.clients, name="clients"),
    path("operations/clients/new/", principals.new_client, name="client_new"),
    path("operations/clients/<uuid:client_id>/rotate", principals.rotate, name="client_rotate"),
    path("operations/clients/<uuid:client_id>/revoke", principals.revoke_client, name="client_revoke"),
    path("operations/devices/", principals.devices, name="devices"),
    path("operations/devices/new/", principals.new_device, name="device_new"),
    path("operations/devices/<uuid:device_id>/revoke", principals.revoke_device, name="device_revoke"),
    path("demo/roles", demo.roles, name="demo_roles"),
    path("demo/enter", demo.enter, name="demo_enter"),
]
