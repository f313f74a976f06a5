"""Passes on paper: the sizes asked for, modules a camera reads, a photo or its place."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import segno
from PIL import Image

from tongban.foundation.credentials.actions import Printed, print_cards, print_pass
from tongban.foundation.credentials.actions.printing import MODULE_MM
from tongban.lib.pdf import qr_millimetres
from tongban.lib.words import T
from tongban_verify.passes import code
from tongban_verify.passes.cose import public_key_of
from tongban_verify.tests.make_passes import SEED, claims

MADE = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = code.write(claims(), SEED)
LONGEST = code.write(claims(holder_key=public_key_of(SEED)), SEED)


def photo(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 63), "#88aacc").save(out, kind)
    return out.getvalue()


def boxes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in millimetres."""
    found = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    return [(round(float(w) * 25.4 / 72), round(float(h) * 25.4 / 72)) for w, h in found]


def test_a_pass_is_one_page_of_a6_for_archives() -> None:
    for picture in (b"", photo("PNG"), photo("JPEG")):
        pdf = print_pass(Printed(TEXT, picture), made_at=MADE)
        assert boxes(pdf) == [(105, 148)]
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf
        assert pdf == print_pass(Printed(TEXT, picture), made_at=MADE)
    assert boxes(print_pass(Printed(LONGEST), made_at=MADE)) == [(105, 148)]


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed (apt install poppler-utils)"
)
def test_a_title_of_ones_own_stands_in_place_of_the_types() -> None:
    titles = []
    for title in (None, T("护理人员出入证", "Carer's pass")):
        pdf = print_pass(Printed(TEXT, title=title), made_at=MADE)
        text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
        titles.append([one for one in ("居民出入证", "护理人员出入证") if one in text])
    assert titles == [["居民出入证"], ["护理人员出入证"]]


def test_ten_cards_to_a_sheet() -> None:
    for count, pages in ((1, 1), (10, 1), (11, 2)):
        assert boxes(print_cards([Printed(TEXT)] * count, made_at=MADE)) == [(210, 297)] * pages
    assert boxes(print_cards([Printed(LONGEST, photo("PNG"))] * 10, made_at=MADE)) == [(210, 297)]
    for wrong in ([], [Printed(TEXT)] * 501):
        with pytest.raises(ValueError, match="at a time"):
            print_cards(wrong)


@pytest.mark.parametrize("text", [TEXT, LONGEST])
def test_modules_are_wide_enough_for_a_camera(text: str) -> None:
    modules, _ = segno.make(text, error="q", micro=False, boost_error=False).symbol_size(border=4)
    for module in MODULE_MM.values():
        assert qr_millimetres(text, module=module) / modules >= 0.4


def test_what_is_no_code_of_ours_is_not_printed() -> None:
    with pytest.raises(code.Malformed):
        print_pass(Printed("TB1:X"))


def test_the_templates_are_there() -> None:
    folder = Path(__file__).parents[1] / "templates/credentials/papers"
    assert sorted(path.name for path in folder.iterdir()) == ["cards.typ", "pass.typ"]
