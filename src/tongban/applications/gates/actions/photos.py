"""The photo on a pass: given, replaced and taken away by its holder, or at the community's window; signed by its mark."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.applications.gates.actions.passes import resign
from tongban.applications.gates.hooks import PHOTO
from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries.passes import held_pass, locked_at_desk, standing_of
from tongban.applications.gates.rules.kinds import KINDS
from tongban.foundation.documents.actions import portrait
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

MARK_BYTES = 8


@transaction.atomic
def set_photo(pass_id: UUID, file: Any, *, at_desk: bool = False, by: Actor) -> Pass:
    """Put a photo on a pass: made small, kept sealed, named in the credential. A pass in force is signed anew for it."""
    row = _own(pass_id, at_desk=at_desk, by=by)
    if standing_of(row) not in ("active", "waiting"):
        raise Refusal("pass_ended", T("这张出入证已经结束。", "This pass has ended already."), status=409)
    if not KINDS[row.kind].has_photo:
        raise Refusal(
            "photo_not_here", T("这一类出入证不带照片。", "Passes of this kind carry no photo."), field="file"
        )
    made = portrait(file, purpose=PHOTO)
    row.photo, row.thumbnail = (base64.b64encode(one).decode() for one in (made.large, made.small))
    row.photo_mark = hashlib.sha256(made.small).digest()[:MARK_BYTES].hex()
    return _with_photo(row, by)


@transaction.atomic
def remove_photo(pass_id: UUID, *, at_desk: bool = False, by: Actor) -> Pass:
    """Take the photo off a pass; it is erased here at once, and from the guards' phones with their next list."""
    row = _own(pass_id, at_desk=at_desk, by=by)
    if not row.photo_mark:
        return row
    row.photo = row.thumbnail = row.photo_mark = ""
    return _with_photo(row, by)


def _own(pass_id: UUID, *, at_desk: bool, by: Actor) -> Pass:
    if at_desk:
        return locked_at_desk(by, pass_id)
    return Pass.objects.select_for_update().get(pk=held_pass(by, pass_id).pk)


def _with_photo(row: Pass, by: Actor) -> Pass:
    row.save(update_fields=["photo", "thumbnail", "photo_mark"])
    return resign(row, "照片更换", by) if standing_of(row) == "active" else row
