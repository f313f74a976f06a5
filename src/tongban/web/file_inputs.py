"""Form fields for files: resumable with JavaScript, an ordinary file input without. What keeps the files answers the hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from tongban.lib.hooks import Hook
from tongban.lib.words import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.datastructures import MultiValueDict

    from tongban.lib.actors import Actor

file_rules = Hook(
    "web.file_rules",
    "What a file input takes. Arguments: purpose, types (codes; none: all of the purpose). Answer: a FileRules.",
)
file_sent = Hook(
    "web.file_sent",
    "A file that was sent before its form. Arguments: document_id, viewer. Answer: a FileSent, or None for who may not see it.",
)
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a file input takes: its limits in bytes, extensions with their dots, and where a script sends pieces to."""

    limit: int
    plain_limit: int  # of a file that travels in the form itself
    extensions: tuple[str, ...]
    labels: str
    address: str


@dataclass(frozen=True, slots=True)
class FileSent:
    """A file sent before; ``is_attached`` when something saved holds it already."""

    id: UUID
    name: Any
    standing: Any = ""
    is_attached: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form's file field holds: a document sent before, a file sent with the form, or neither."""

    document_id: UUID | None = None
    file: Any = None

    def __bool__(self) -> bool:
        return self.document_id is not None or self.file is not None


class DocumentInput(forms.FileInput):
    """A file input with a hidden companion ``<name>-document`` for what was sent before the form was."""

    template_name = "web/forms/file.html"
    needs_multipart_form = True

    class Media:
        js = ("vendor/tus/tus.min.js", "web/upload.js")
        css = {"all": ("web/upload.css",)}

    def __init__(
        self, purpose: str, attrs: dict[str, Any] | None = None, *, types: tuple[str, ...] = (), max_mb: int = 0
    ) -> None:  # fmt: skip
        super().__init__(attrs)
        self.purpose = purpose
        self.types, self.max_mb = types, max_mb  # narrower than the purpose, when given
        self.viewer: Actor | None = None  # set by show_documents_to

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Chosen:
        """A file sent with the form wins over one sent before it, and over the box that removes that one."""
        file = files.get(name)
        if file is not None:
            return Chosen(file=file)
        if data.get(f"{name}-remove"):
            return Chosen()
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
        rules: FileRules = file_rules.first(purpose=self.purpose, types=self.types)
        limit = min(rules.limit, self.max_mb * _MIB) if self.max_mb else rules.limit
        context["widget"]["attrs"]["accept"] = ",".join(rules.extensions)
        return context | {
            "kept": _kept(value, self.viewer), "purpose": self.purpose, "tus": rules.address, "limit": limit,
            "limit_mb": limit // _MIB, "plain_mb": min(limit, rules.plain_limit) // _MIB, "types": rules.labels,
        }  # fmt: skip


def _kept(value: Any, viewer: Actor | None) -> FileSent | None:
    """What was sent before, by name where the viewer may see it. The id comes from the browser: it proves nothing."""
    document_id = value.document_id if isinstance(value, Chosen) else value
    if not isinstance(document_id, UUID):
        return None
    if viewer is None:
        return FileSent(document_id, T("已上传的文件", "The file sent before"))
    found: FileSent | None = file_sent.first(document_id=document_id, viewer=viewer)
    return found


class DocumentsInput(forms.Widget):
    """Several file inputs for one question, named ``<name>``, ``<name>-2``, …; scripts show one empty one at a time."""

    template_name = "web/forms/files.html"
    needs_multipart_form = True
    use_fieldset = True

    def __init__(self, one: DocumentInput, *, most: int, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.one, self.most = one, most

    @property
    def media(self) -> forms.Media:
        """What one input needs."""
        return self.one.media

    def slots(self, name: str) -> list[str]:
        """The names of the inputs."""
        return [name, *(f"{name}-{number}" for number in range(2, self.most + 1))]

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> list[Chosen]:
        """What was chosen in each input, empty ones left out."""
        return [one for slot in self.slots(name) if (one := self.one.value_from_datadict(data, files, slot))]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return all(self.one.value_omitted_from_data(data, files, slot) for slot in self.slots(name))

    def id_for_label(self, id_: str) -> str:
        """The first input, which an error summary leads to."""
        return id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Each input as it is shown alone, with its number."""
        found = list(value or [])
        given = attrs or {}
        inputs = []
        for number, slot in enumerate(self.slots(name), 1):
            own = given | ({"id": f"{given['id']}-{number}"} if number > 1 and "id" in given else {})
            held = found[number - 1] if number <= len(found) else None
            inputs.append({"number": number, "id": own.get("id", ""), "html": self.one.render(slot, held, own)})
        return super().get_context(name, None, attrs) | {"inputs": inputs}


def show_documents_to(form: forms.BaseForm, viewer: Actor) -> None:
    """Let the file fields of a form show, to this viewer, the names of files sent before."""
    for field in form.fields.values():
        widget = field.widget.one if isinstance(field.widget, DocumentsInput) else field.widget
        if isinstance(widget, DocumentInput):
            widget.viewer = viewer


class DocumentField(forms.Field):
    """A document for one purpose; ``cleaned_data`` holds a ``Chosen`` for ``documents.actions.keep_chosen``, or None."""

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
