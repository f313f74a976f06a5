"""A text of a definition, in both languages."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from tongban.lib.words import T
from tongban.matters.rules.remedies import Unfit


class _TextSchema:
    """A text in both languages: ``{zh: …, en: …}``, or one string that both share."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        del source, handler
        return core_schema.no_info_plain_validator_function(
            _read_text, serialization=core_schema.plain_serializer_function_ser_schema(T.as_json)
        )


def _read_text(value: Any) -> T:
    try:
        text = T.read(value)
    except ValueError:
        raise Unfit(T(
            "两种语言都要写，写成 {zh: …, en: …}；含逗号、冒号或问号的文字加引号",
            "write both languages as {zh: …, en: …}, and put a text that holds a comma, colon or question mark in quotes",
        )) from None  # fmt: skip
    if not text.zh.strip() or not text.en.strip():
        raise Unfit(T("中文和英文都不能空着", "neither language may be empty"))
    return text


Text = Annotated[T, _TextSchema]
