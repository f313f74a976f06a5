"""Materials (材料): which files a question takes, and whether the guide says the same as the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.shape import Content, Element, FormField, Material
from tongban.matters.rules.sources import Fault, Source

# What people call a kind of file, and the types of documents behind it.
KINDS: dict[str, tuple[T, tuple[str, ...]]] = {
    "pdf": (T("PDF", "PDF"), ("pdf",)),
    "photo": (T("照片（JPG、PNG）", "photo (JPG, PNG)"), ("jpeg", "png", "webp")),
    "word": (T("Word（docx）", "Word (docx)"), ("docx",)),
    "excel": (T("Excel（xlsx）", "Excel (xlsx)"), ("xlsx", "csv")),
    "ofd": (T("OFD", "OFD"), ("ofd",)),
    "text": (T("文本（txt）", "text (txt)"), ("text",)),
}
_MIB = 1024 * 1024


def types_taken(element: Element) -> tuple[str, ...]:
    """Types of documents a file question takes."""
    return tuple(one for kind in element.kinds for one in KINDS[kind][1])


def kinds_in_words(element: Element) -> T:
    """The kinds a file question takes, as people call them."""
    labels = [KINDS[kind][0] for kind in element.kinds]
    return T("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


def check_file(name: str, element: Element, *, file_type: str, size: int, file: str) -> None:
    """Refuse a document that is not of the kind, or larger than, the question asks for; ``size`` in bytes."""
    if file_type not in types_taken(element):
        message = T("“{label}”不收“{file}”这类文件，请换成：{kinds}。", "{label} does not take “{file}”: send {kinds}.")
        raise Refusal("wrong_kind_of_file", message.format(label=element.label, file=file, kinds=kinds_in_words(element)),
                      field=name)  # fmt: skip
    if size > element.max_mb * _MIB:
        message = T("“{file}”超过 {mb} MB。请降低扫描分辨率，或分成几个文件。",
                    "“{file}” is larger than {mb} MB: scan at a lower resolution, or split it.")  # fmt: skip
        raise Refusal("file_too_large", message.format(file=file, mb=element.max_mb), field=name, status=413)


def given_twice(name: str, file: str) -> Refusal:
    """The refusal of contents that stand in the same application already."""
    message = T("“{file}”和已交的另一个文件内容相同，请换成应交的文件。",
                "“{file}” has the same contents as another file of this application: send the right one.")  # fmt: skip
    return Refusal("document_given_twice", message.format(file=file), field=name)


def files_in(content: Content, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Ids of documents by the file question they answer; questions without an answer are left out."""
    return {
        asked.element: list(values[asked.element])
        for asked in content.fields()
        if content.elements[asked.element].type == "file" and values.get(asked.element)
    }


@dataclass(frozen=True, slots=True)
class Listed:
    """One material as the guide lists it: whether and how to hand it in; ``how`` is None for what is not handed in."""

    name: T
    about: T | None
    source: str
    need: T | None = None
    how: T | None = None
    files: tuple[tuple[T, str], ...] = ()  # what can be downloaded: what it is, and its name


_NEEDS = {
    "required": T("必要", "Required"),
    "optional": T("选交", "Optional"),
    "later": T("可以后补", "May follow later"),
}
_KIND = {
    "original": T("原件", "original"),
    "copy": T("复印件", "copy"),
    "either": T("原件或复印件", "original or copy"),
}
_MEDIUM = {"electronic": T("在线上传", "sent online"), "paper": T("交纸质", "on paper"),
           "either": T("在线上传或交纸质", "sent online or on paper")}  # fmt: skip


def listed_materials(content: Content) -> list[Listed]:
    """Every material of the guide, with how to hand it in."""
    asked = {one.element: one for one in content.fields()}
    found = []
    for material in content.definition.guide.materials:
        if material.element is None:
            found.append(Listed(material.name, material.about, material.source, files=_files(material)))
            continue
        element = content.elements[material.element]
        by_rule = isinstance(asked[material.element].required, str) or asked[material.element].visible is not None
        need = T("按情况", "In some cases") if by_rule else _NEEDS[material.need]
        how = T("{medium}，{kind}；{kinds}，最多 {n} 个文件，每个不超过 {mb} MB",
                "{medium}, {kind}; {kinds}; at most {n} file(s) of {mb} MB")  # fmt: skip
        found.append(Listed(
            material.name, material.about, material.source, need,
            how.format(medium=_MEDIUM[material.medium], kind=_KIND[material.kind], kinds=kinds_in_words(element),
                       n=element.most_files, mb=element.max_mb),
            _files(material),
        ))  # fmt: skip
    return found


def _files(material: Material) -> tuple[tuple[T, str], ...]:
    named = ((T("空白表", "Blank form"), material.blank), (T("样例", "Sample"), material.sample))
    return tuple((label, name) for label, name in named if name)


def files_named(content: Content) -> set[str]:
    """Names of the files the guide offers."""
    return {name for material in content.definition.guide.materials for _, name in _files(material)}


def material_faults(content: Content, source: Source) -> Iterator[Fault]:
    """The guide's materials and the form's file questions say the same."""
    asked = {one.element: one for one in content.fields()}
    named = set()
    for number, material in enumerate(content.definition.guide.materials):
        path = ("guide", "materials", number, "element")
        if material.element is None:
            continue
        named.add(material.element)
        element = content.elements.get(material.element)
        if material.element not in asked or element is None or element.type != "file":
            text = T("表单里没有“{name}”这个上传项。", "The form has no file question “{name}”.")
            yield source.fault(path, text.format(name=material.element))
        elif fault := _disagreement(material, asked[material.element]):
            yield source.fault((*path[:-1], "need"), fault)
    for name, element in content.elements.items():
        if element.type == "file" and name in asked and name not in named:
            text = T("表单要上传“{name}”，材料清单里却没有，请在 guide.materials 里补上。",
                     "The form asks for the file “{name}”, but guide.materials does not list it: add it.")  # fmt: skip
            yield source.fault(("guide", "materials"), text.format(name=name))


def _disagreement(material: Material, asked: FormField) -> T | None:
    if material.need == "required" and asked.required is False:
        return T("材料写“必要”，表单却写选填，请改成一致。",
                 "The guide says required, the form says optional: make them agree.")  # fmt: skip
    if material.need != "required" and asked.required is True:
        return T("表单写必填，材料却不是“必要”，请改成一致。",
                 "The form requires it, the guide does not: make them agree.")  # fmt: skip
    return None
