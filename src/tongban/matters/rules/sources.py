"""YAML read with the line of every key, so that each error names its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tongban.lib.words import T
from tongban.matters.rules.remedies import shape_remedy, value_remedy, yaml_remedy

Shape = TypeVar("Shape", bound=BaseModel)
Path = tuple[str | int, ...]
# libyaml's parser where PyYAML was built with it: a tenth of the time.
_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST = 1_000_000  # characters of one file
DEEPEST = 40  # lists and maps within one another


class _Loader(_Parser):  # type: ignore[misc]
    """Names the place of a value that cannot be: 30 February, a number of five thousand digits."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError):
            raise _NoValue(node) from None


class _NoValue(Exception):
    def __init__(self, node: yaml.Node) -> None:
        super().__init__()
        self.line, self.message = node.start_mark.line + 1, value_remedy(str(node.value), str(node.tag))


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a definition: the file, the line, and what to do."""

    file: str
    line: int
    message: T

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class Faulty(Exception):
    """A definition cannot be used; every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its plain value and the line of each path in it."""

    file: str
    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest part above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, path: Path, message: T) -> Fault:
        """A fault at a path of this file."""
        return Fault(self.file, self.line(path), message)


def read_yaml(file: str, text: str) -> Source:
    """A file's value and lines; Faulty for what is not plain YAML (no anchors, no doubled keys)."""
    if len(text) > LARGEST:
        raise Faulty([Fault(file, 1, T("文件过大。", "The file is too large."))])
    try:
        _check_events(file, text)
        node, value = _node_and_value(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Faulty([Fault(file, line, yaml_remedy(str(error.problem)))]) from None
    except _NoValue as error:
        raise Faulty([Fault(file, error.line, error.message)]) from None
    except yaml.YAMLError as error:
        raise Faulty(
            [
                Fault(
                    file,
                    1,
                    T(
                        "文件含有看不见的控制字符，请删去：{why}", "Characters nobody can see, remove them: {why}"
                    ).format(why=error),
                )
            ]
        ) from None
    if node is None:
        raise Faulty([Fault(file, 1, T("文件是空的，请写上内容。", "The file is empty: write its contents."))])
    lines: dict[Path, int] = {}
    _note_lines(file, node, (), lines)
    return Source(file, value, lines)


def _check_events(file: str, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise Faulty([Fault(file, line, T("不支持锚点和引用（& 和 *），请直接写出内容。",
                                              "Anchors and aliases (& and *) are not read: write the contents out."))])  # fmt: skip
        if depth > DEEPEST:
            raise Faulty(
                [Fault(file, line, T("层次太深，请检查括号和缩进。", "Too deep: check brackets and indentation."))]
            )


def _node_and_value(text: str) -> tuple[yaml.Node | None, Any]:
    """The one document of a text, with the places of its parts and as plain values."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _note_lines(file: str, node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            if inner in lines:
                message = T("“{key}”写了两次，请删去一处。", "“{key}” is there twice: remove one.")
                raise Faulty([Fault(file, key.start_mark.line + 1, message.format(key=key.value))])
            lines[inner] = key.start_mark.line + 1
            _note_lines(file, value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _note_lines(file, value, (*path, number), lines)


def read_as(source: Source, shape: type[Shape]) -> Shape:
    """The file as its shape; Faulty with one fault for each error found."""
    try:
        return shape.model_validate(source.value)
    except ValidationError as error:
        raise Faulty([_explain(source, found) for found in error.errors()]) from None


def _explain(source: Source, found: Any) -> Fault:
    path: Path = tuple(part for part in found["loc"] if part != "[key]")
    name = ".".join(map(str, path)) or source.file
    kind = found["type"]
    if kind == "missing":
        return source.fault(path[:-1], T("缺少“{name}”，请补上。", "“{name}” is missing: add it.").format(name=name))
    if kind == "extra_forbidden":
        return source.fault(path, T("不认识“{name}”，请检查拼写或删去。",
                                    "“{name}” is not known here: check the spelling or remove it.").format(name=name))  # fmt: skip
    said = T("“{name}”不符合要求：{why}。请改正。", "“{name}” is not right: {why}. Correct it.")
    return source.fault(path, said.format(name=name, why=shape_remedy(found)))
