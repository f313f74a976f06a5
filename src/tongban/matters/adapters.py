"""The folder of definitions on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.folders import read_elements, read_folder, read_themes
from tongban.matters.rules.shape import Content, Themes
from tongban.matters.rules.sources import Fault, Faulty


@dataclass(frozen=True, slots=True)
class Library:
    """Everything in one folder of definitions, checked."""

    contents: dict[str, Content]
    themes: Themes


def read_library(folder: Path, only: str = "") -> Library:
    """Read and check all definitions, or one; Faulty with every fault of every file."""
    if not folder.is_dir():
        raise Refusal("no_folder", T("没有这个文件夹：{path}", "There is no such folder: {path}").format(path=folder))
    faults: list[Fault] = []
    contents: dict[str, Content] = {}
    elements = read_elements(_text(folder / "elements.yaml"))
    themes = read_themes(_text(folder / "themes.yaml"))
    found = sorted(path for path in folder.iterdir() if path.is_dir() and (not only or path.name == only))
    if only and not found:
        raise Refusal(
            "no_folder", T("没有这个文件夹：{path}", "There is no such folder: {path}").format(path=folder / only)
        )
    for path in found:
        try:
            files = {file.name: _text(file, path.name) for file in sorted(path.glob("*.yaml"))}
            content, _ = read_folder(path.name, files, elements)
            _check_theme(content, themes, path)
            contents[path.name] = content
        except Faulty as faulty:
            faults += faulty.faults
    if faults:
        raise Faulty(faults)
    return Library(contents, themes)


def _check_theme(content: Content, themes: Themes, path: Path) -> None:
    known = sorted(theme.code for theme in themes.themes)
    if content.definition.theme not in known:
        text = T(
            "themes.yaml 里没有主题“{theme}”，可用的有：{known}",
            "themes.yaml has no theme “{theme}”; these are: {known}",
        )
        message = text.format(theme=content.definition.theme, known=", ".join(known))
        raise Faulty([Fault(f"{path.name}/definition.yaml", 1, message)])


def _text(path: Path, under: str = "") -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = T("读不到这个文件，或它不是 UTF-8 文本。", "The file cannot be read, or is not UTF-8 text.")
        raise Faulty([Fault(f"{under}/{path.name}" if under else path.name, 1, text)]) from None
