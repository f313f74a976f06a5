"""Files of every kind, made here, and people who send them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from PIL import Image

from tongban.foundation.parties.models import Account, Person
from tongban.lib.actors import Actor

MATERIAL = "documents.material"


def pdf(size: int = 0, extra: bytes = b"") -> bytes:
    """A minimal PDF, filled up to ``size`` bytes."""
    head = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    tail = b"\ntrailer<</Root 1 0 R" + extra + b">>\nstartxref\n9\n%%EOF\n"
    return head + b"%" * max(0, size - len(head) - len(tail)) + tail


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#1a4f8b").save(out, kind, **options)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


def sent(content: bytes, name: str) -> ContentFile[bytes]:
    return ContentFile(content, name=name)


def new_person(name: str) -> Actor:
    person = Person.objects.create(name=name)
    account = Account.objects.create(username=f"u{person.pk.hex[-10:]}", person=person)
    return Actor(kind="person", channel="web", name=name, account_id=account.pk, person_id=person.pk)


def files_on_disk(place: Path) -> list[str]:
    return sorted(p.name for p in place.rglob("*") if p.is_file())


def clerk(**changes: Any) -> Actor:
    given: dict[str, Any] = {
        "kind": "person", "channel": "window", "name": "周敏", "account_id": UUID(int=7), "person_id": UUID(int=8),
        "membership_id": UUID(int=9), "role": "clerk", "second_factor": True, "assurance": 5,
    }  # fmt: skip
    return Actor(**(given | changes))
