"""Papers: the same bytes twice, rare characters, no way out of the template."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tongban.lib.pdf import BrokenTemplate, make_pdf, make_picture, qr_picture
from tongban.lib.words import T

TEMPLATE = """
#import "house.typ": *
#let c = json("content.json")
#show: house.with(title: c.title.zh)
= #c.title.zh
#both(c.title) #c.name
#image("qr.svg", alt: c.title.zh, width: 4cm)
"""
CONTENT = {"title": T("出入登记", "Visitor register"), "name": "㛃𬭎·买买提"}
MADE = datetime(2026, 11, 22, tzinfo=UTC)


def paper(template: str = TEMPLATE) -> bytes:
    return make_pdf(template, CONTENT, pictures={"qr.svg": qr_picture("https://example.cn/h/abc")}, made_at=MADE)


def test_the_same_content_gives_the_same_archivable_bytes() -> None:
    first = paper()
    assert first == paper()
    assert first.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in first
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in first


def test_rare_characters_have_glyphs() -> None:
    with_rare = make_picture('#import "house.typ": *\n#show: house\n#json("content.json").name', {"name": "㛃𬭎"})
    with_boxes = make_picture(
        '#import "house.typ": *\n#show: house\n#json("content.json").name', {"name": "\U000e0fff" * 2}
    )
    assert with_rare.startswith(b"\x89PNG")
    assert with_rare != with_boxes


@pytest.mark.parametrize(
    "template",
    [
        "#panic(",
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#read("pyproject.toml")',
        '#import "@preview/cetz:0.2.0"',
        '#image("missing.svg", alt: "x")',
        "#while true {}",
    ],
)
def test_a_template_that_fails_or_reaches_out_says_why(template: str) -> None:
    with pytest.raises(BrokenTemplate) as found:
        paper(template)
    assert found.value.why


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(BrokenTemplate, match="alt"):
        paper('#image("qr.svg")')


def test_only_plain_values_and_texts_are_content() -> None:
    with pytest.raises(TypeError):
        make_pdf("x", {"when": MADE})
