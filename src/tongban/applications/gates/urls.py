"""Addresses of gates."""

from django.urls import path

from tongban.applications.gates.views import desk, guard, guards, guests, kiosk, mine, others, photos

app_name = "gates"
urlpatterns = [
    path("passes/", mine.mine, name="mine"),
    path("passes/take/<uuid:dwelling_id>", mine.take, name="take"),
    path("passes/household/<uuid:dwelling_id>", mine.household, name="household"),
    path("passes/for/", others.others, name="others"),
    path("passes/for/<uuid:person_id>/take", others.take, name="take_for"),
    path("passes/for/<uuid:pass_id>/pass.pdf", others.paper, name="paper_for"),
    path("passes/invite/", mine.invite, name="invite"),
    path("passes/ask/", mine.ask, name="ask"),
    path("passes/callers/<uuid:pass_id>/answer", mine.answer_caller, name="answer_caller"),
    path("passes/<uuid:pass_id>/", mine.one, name="pass"),
    path("passes/<uuid:pass_id>/now", mine.now, name="now"),
    path("passes/<uuid:pass_id>/pass.pdf", mine.paper, name="paper"),
    path("passes/<uuid:pass_id>/photo", photos.photo, name="photo"),
    path("passes/<uuid:pass_id>/end", mine.end, name="end"),
    path("g/<slug:link>/", guests.guest, name="guest"),
    path("g/<slug:link>/now", guests.now, name="guest_now"),
    path("g/<slug:link>/pass.pdf", guests.paper, name="guest_paper"),
    path("gates/guard/", guard.guard, name="guard"),
    path("gates/guard/worker.js", guard.worker, name="guard_worker"),
    path("gates/guard/reader.js", guard.reader, name="guard_reader"),
    path("gates/guard/app.webmanifest", guard.manifest, name="guard_manifest"),
    path("gates/kiosk/<uuid:device_id>/", kiosk.kiosk, name="kiosk"),
    path("gates/kiosk/<uuid:device_id>/worker.js", kiosk.worker, name="kiosk_worker"),
    path("gates/kiosk/<uuid:device_id>/reader.js", kiosk.reader, name="kiosk_reader"),
    path("gates/kiosk/<uuid:device_id>/app.webmanifest", kiosk.manifest, name="kiosk_manifest"),
    path("desk/gates/guards/", guards.guards, name="guards"),
    path("desk/gates/", desk.home, name="desk"),
    path("desk/gates/settings/", desk.settings, name="settings"),
    path("desk/gates/settings/<uuid:gate_id>/close", desk.close_gate, name="close_gate"),
    path("desk/gates/rules/", desk.new_rule, name="new_rule"),
    path("desk/gates/rules/<uuid:rule_id>/end", desk.end_rule, name="end_rule"),
    path("desk/gates/doubts/<uuid:scan_id>/settle", desk.settle, name="settle"),
    path("desk/gates/passes/", desk.passes, name="desk_passes"),
    path("desk/gates/passes/cards.pdf", desk.cards, name="desk_cards"),
    path("desk/gates/passes/<uuid:pass_id>/", desk.one, name="desk_pass"),
    path("desk/gates/passes/<uuid:pass_id>/pass.pdf", desk.paper, name="desk_paper"),
    path("desk/gates/passes/<uuid:pass_id>/photo", photos.desk_photo, name="desk_photo"),
]
