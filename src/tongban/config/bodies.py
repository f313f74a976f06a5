"""JSON bodies: read strictly, or refused with the place at which they cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T


def read_json(body: bytes) -> Any:
    """JSON whose texts PostgreSQL can store; a mark of byte order (BOM) at the beginning is passed over."""
    try:
        text = body.decode("utf-8-sig")
        parsed = json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _unreadable(T("从第 {at} 个字节起不是 UTF-8。请用 UTF-8 发送，不要用 GBK。",
                            "it is not UTF-8 from byte {at} on. Send UTF-8, not GBK.").format(at=error.start + 1)) from None  # fmt: skip
    except json.JSONDecodeError as error:
        raise _unreadable(T("从第 {line} 行第 {column} 个字符起不是 JSON。请检查引号、逗号和括号。",
                            "it is not JSON from line {line}, column {column} on. Check quotes, commas and brackets.",
                            ).format(line=error.lineno, column=error.colno)) from None  # fmt: skip
    except RecursionError:
        raise _unreadable(T("括号套得太深。", "its brackets are nested too deeply.")) from None
    except ValueError:
        raise _unreadable(T("有一个数字长得离谱。", "it holds a number of absurd length.")) from None
    if "\\u" in text:  # escapes may smuggle in a NUL or half a surrogate pair
        _check_storable(parsed)
    return parsed


def _unreadable(why: T, field: str = "") -> Refusal:
    said = T("请求内容无法读取：{why}", "The request's body cannot be read: {why}").format(why=why)
    return Refusal("bad_request", said, field=field, status=400)


def _no_constant(name: str) -> Any:
    raise _unreadable(T("{name} 不是 JSON 的数字。", "{name} is no number of JSON.").format(name=name))


def _check_storable(parsed: Any) -> None:
    for place, text in _texts(parsed):
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise _unreadable(T(
                "“{place}”里有 NUL 或半个代理对字符，存不下。请去掉它。",
                "“{place}” holds a NUL or half of a surrogate pair, which cannot be stored. Leave it out.",
            ).format(place=_shown(place)), field=_shown(place))  # fmt: skip


def _texts(parsed: Any) -> Iterator[tuple[str, str]]:
    """Every text of it with its place, names of members among them; a stack, since it may be nested deeply."""
    waiting: list[tuple[str, Any]] = [("", parsed)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, list):
            waiting += [(f"{place}.{index}", item) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            for name, item in value.items():
                yield f"{place}.{name}", name
                waiting.append((f"{place}.{name}", item))


def _shown(place: str) -> str:
    kept = place.removeprefix(".")[:120].replace("\0", "�")
    return kept.encode("utf-8", "replace").decode() or "body"
