"""The folder of definitions on disk, and the templates of papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from tongban.lib.pdf import BrokenTemplate, make_pdf, qr_picture
from tongban.lib.pdf.stamp import stamp_picture
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.bundles import read_bundle
from tongban.matters.rules.dictionary import Themes
from tongban.matters.rules.examples import Examples
from tongban.matters.rules.folders import read_elements, read_folder, read_themes
from tongban.matters.rules.materials import files_named
from tongban.matters.rules.printing import certificate_content
from tongban.matters.rules.remedies import NO_FILE
from tongban.matters.rules.shape import Content, Element
from tongban.matters.rules.sources import Fault, Faulty

WRITTEN = frozenset({".yaml", ".typ"})  # what a person writes; samples and blank forms beside them are not text
TEMPLATE = "certificate.typ"


@dataclass(frozen=True, slots=True)
class Library:
    """Everything in one folder of definitions, checked; ``sources`` are each service's files as they were written."""

    contents: dict[str, Content]
    themes: Themes | None = None
    sources: dict[str, dict[str, str]] = field(default_factory=dict)


def read_library(folder: Path, only: str = "") -> Library:
    """Read and check all definitions, or one; Faulty with every fault of every file.

    A folder besides the shipped one need not repeat the dictionary and the themes: it may add to them.
    """
    if not folder.is_dir():
        raise no_folder(folder)
    elements, known = dictionary()
    own_elements, own_themes = folder / "elements.yaml", folder / "themes.yaml"
    if own_elements.exists():
        elements |= read_elements(_text(own_elements))
    themes = read_themes(_text(own_themes)) if own_themes.exists() else None
    known |= {theme.code for theme in themes.themes} if themes else set()
    found = sorted(path for path in folder.iterdir() if path.is_dir() and (not only or path.name == only))
    if only and not found:
        raise no_folder(folder / only)
    faults: list[Fault] = []
    library = Library({}, themes)
    for path in found:
        try:
            files = {file.name: _text(file, path.name) for file in sorted(path.iterdir()) if file.suffix in WRITTEN}
            library.contents[path.name] = read_service(path.name, files, elements, known)
            library.sources[path.name] = files
            faults += _files_missing(path, library.contents[path.name])
        except Faulty as faulty:
            faults += faulty.faults
    if faults:
        raise Faulty(faults)
    return library


def _files_missing(path: Path, content: Content) -> list[Fault]:
    """A fault for each file the guide offers that is not there."""
    text = T("files/ 里没有“{name}”。", "files/ has no “{name}”.")
    missing = [name for name in sorted(files_named(content)) if not (path / "files" / name).is_file()]
    return [Fault(f"{path.name}/definition.yaml", 1, text.format(name=name)) for name in missing]


def offered_file(content: Content, name: str) -> Path | None:
    """A file the guide of a published service offers; None when it does not, or was imported without its files."""
    if name not in files_named(content):
        return None
    paths = (folder / content.definition.code / "files" / name for folder in settings.DEFINITIONS_DIRS)
    return next((path for path in paths if path.is_file()), None)


def dictionary() -> tuple[dict[str, Element], set[str]]:
    """The shipped elements, and the codes of the shipped themes."""
    folder: Path = settings.DEFINITIONS_DIRS[0]
    themes = read_themes(_text(folder / "themes.yaml"))
    return read_elements(_text(folder / "elements.yaml")), {theme.code for theme in themes.themes}


def shipped_codes() -> list[str]:
    """Codes of the services in this machine's folders."""
    folders = (path for folder in settings.DEFINITIONS_DIRS for path in folder.iterdir() if path.is_dir())
    return sorted(path.name for path in folders)


def read_shipped(code: str) -> tuple[Content, dict[str, str]]:
    """A service of this machine's folders, and its files."""
    for folder in settings.DEFINITIONS_DIRS:
        if (folder / code).is_dir() and code in shipped_codes():
            library = read_library(folder, code)
            return library.contents[code], library.sources[code]
    raise no_folder(Path(code))


def read_imported(archive: bytes) -> tuple[Content, dict[str, str]]:
    """A service another installation exported, and its files; Faulty or refused when it does not fit here."""
    code, files = read_bundle(archive)
    elements, themes = dictionary()
    return read_service(code, files, elements, themes), files


def read_service(name: str, files: dict[str, str], elements: dict[str, Element], themes: set[str]) -> Content:
    """One service from its files; Faulty with every fault."""
    content, examples = read_folder(name, files, elements)
    if TEMPLATE in files:
        content = _with_template(name, content, examples, files[TEMPLATE])
    if content.definition.theme not in themes:
        text = T(
            "themes.yaml 里没有主题“{theme}”，可用的有：{known}",
            "themes.yaml has no theme “{theme}”; these are: {known}",
        )
        message = text.format(theme=content.definition.theme, known=", ".join(sorted(themes)))
        raise Faulty([Fault(f"{name}/definition.yaml", 1, message)])
    return content


def _with_template(name: str, content: Content, examples: Examples, template: str) -> Content:
    """The content with its own certificate.typ, made once with the first example: a broken template is never published."""
    holder, number = T("样例申请人", "Sample applicant"), "SAMPLE202601010001-1"
    seal = content.definition.decision.seal
    printed = certificate_content(content, examples.examples[0].given, holder=holder, number=number, office=seal) | {
        "valid_from": "2026-01-01", "valid_until": "2026-12-31", "issued_on": "2026-01-01", "qr_mm": 34.0, "note": None,
        "verify": {"zh": "/verify", "en": "/verify"},
    }  # fmt: skip
    try:
        make_pdf(template, printed, pictures={"qr.svg": qr_picture(number), "stamp.svg": stamp_picture(seal.zh)})
    except BrokenTemplate as broken:
        text = T("证照模板不能用：{why}", "The certificate's template does not compile: {why}").format(why=broken.why)
        raise Faulty([Fault(f"{name}/{TEMPLATE}", 1, text)]) from None
    return content.model_copy(update={"certificate_template": template})


def no_folder(path: Path) -> Refusal:
    """The refusal for a folder that is not there."""
    return Refusal("no_folder", T("没有这个文件夹：{path}", "There is no such folder: {path}").format(path=path))


def _text(path: Path, under: str = "") -> str:
    line, raw = 1, b""
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        text = NO_FILE
    except UnicodeDecodeError as error:
        line += raw.count(b"\n", 0, error.start)
        text = T("这个文件不是 UTF-8 编码。请在编辑器里“另存为”，编码选 UTF-8。",
                 "This file is not in UTF-8: save it again with the encoding UTF-8.")  # fmt: skip
    except OSError as error:
        text = T("读不到这个文件（{why}），请检查权限。", "The file cannot be read ({why}): check its permissions.")
        text = text.format(why=error.strerror)
    raise Faulty([Fault(f"{under}/{path.name}" if under else path.name, line, text)])


def paper_template(name: str) -> str:
    """A Typst template of the house for papers."""
    return (Path(__file__).parent.parent / "templates" / "matters" / "papers" / f"{name}.typ").read_text("utf-8")
