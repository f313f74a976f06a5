"""A form field for documents: resumable with JavaScript, an ordinary file input without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from tongban.foundation.documents.actions import Chosen, document_visible_to
from tongban.foundation.documents.queries import standing_of
from tongban.foundation.documents.rules.purposes import MIB, purpose_of
from tongban.foundation.documents.rules.types import TYPES, extensions_of
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.datastructures import MultiValueDict

    from tongban.lib.actors import Actor


class DocumentInput(forms.FileInput):
    """A file input with a hidden companion ``<name>-document`` for what was sent before the form was."""

    template_name = "documents/input.html"
    needs_multipart_form = True

    class Media:
        js = ("vendor/tus/tus.min.js", "documents/upload.js")
        css = {"all": ("documents/upload.css",)}

    def __init__(self, purpose: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.purpose = purpose
        self.viewer: Actor | None = None  # set by show_documents_to

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Chosen:
        """A file sent with the form wins over one sent before it."""
        file = files.get(name)
        if file is not None:
            return Chosen(file=file)
        try:
            return Chosen(document_id=UUID(str(data.get(f"{name}-document") or "")))
        except ValueError:
            return Chosen()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in files and f"{name}-document" not in data

    def format_value(self, value: Any) -> None:
        """A file input cannot be given its file back; the document sent before is shown beside it."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What was sent before, the limits, and every sentence the script may need, in the reader's language."""
        context = super().get_context(name, None, attrs)
        purpose = purpose_of(self.purpose)
        context["widget"]["attrs"]["accept"] = ",".join(extensions_of(purpose.types))
        limit = purpose.limit(settings.ENVIRONMENT.upload_max_mb)
        types = " ".join(TYPES[code].extensions[0].upper() for code in purpose.types)
        return context | {
            "kept": _kept(value, self.viewer), "purpose": self.purpose, "tus": reverse("documents:uploads"), "limit": limit,
            "limit_mb": limit // MIB, "plain_mb": settings.ENVIRONMENT.body_max_mb, "types": types,
        }  # fmt: skip


def _kept(value: Any, viewer: Actor | None) -> dict[str, Any] | None:
    """What was sent before, by name where the viewer may see it. The id comes from the browser: it proves nothing."""
    document_id = value.document_id if isinstance(value, Chosen) else value
    if not isinstance(document_id, UUID):
        return None
    if viewer is None:
        return {"id": document_id, "name": T("已上传的文件", "The file sent before"), "standing": ""}
    try:
        document = document_visible_to(document_id, viewer).document
    except Refusal:
        return None
    return None if document.erased_at else {"id": document.pk, "name": document.name, "standing": standing_of(document)}


def show_documents_to(form: forms.BaseForm, viewer: Actor) -> None:
    """Let the document fields of a form show, to this viewer, the names of files sent before."""
    for field in form.fields.values():
        if isinstance(field.widget, DocumentInput):
            field.widget.viewer = viewer


class DocumentField(forms.Field):
    """A document for one purpose; ``cleaned_data`` holds a ``Chosen`` for ``actions.keep_chosen``, or None."""

    widget = DocumentInput

    def __init__(self, *, purpose: str, **kwargs: Any) -> None:
        kwargs.setdefault("widget", DocumentInput(purpose))
        super().__init__(**kwargs)
        self.purpose = purpose

    def clean(self, value: Any) -> Chosen | None:
        """What was chosen; whether it is acceptable is for the action to say."""
        if isinstance(value, UUID):
            value = Chosen(document_id=value)
        if not value:
            if self.required:
                raise ValidationError(str(self.error_messages["required"]), code="required")
            return None
        chosen: Chosen = value
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data) and (data.file is not None or data.document_id != initial)
