"""The vendored front-end files are exactly those that were recorded, and every icon named anywhere is drawn."""

import hashlib
import json
import re
from pathlib import Path

from tongban.web.templatetags.components import icon_names

SOURCE = Path(__file__).resolve().parents[2]
VENDOR = SOURCE / "web" / "static" / "vendor"
LISTING = json.loads((VENDOR / "vendor.json").read_text("utf-8"))["packages"]
DRAWN = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "tabler-icons" / "icons.svg").read_text("utf-8")))


def test_checksums_hold():
    recorded = {name: digest for package in LISTING for name, digest in package["files"].items()}
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.json"
    }
    assert found == recorded


def test_every_package_brings_its_licence():
    for package in LISTING:
        assert package["licence"]
        assert any("LICENSE" in name for name in package["files"]), package["name"]


def test_no_source_map_is_named():
    for path in VENDOR.rglob("*.min.*"):
        assert b"sourceMappingURL" not in path.read_bytes()[-400:], path


def test_htmx_is_of_the_second_line():
    versions = {package["name"]: package["version"] for package in LISTING}
    assert versions["htmx.org"].startswith("2.")


def test_the_sprite_holds_the_listed_icons():
    assert icon_names() == DRAWN


def test_templates_and_code_name_drawn_icons_only():
    named = set()
    for path in SOURCE.rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)" %}', path.read_text("utf-8")))
    for path in SOURCE.rglob("*.py"):
        named |= set(re.findall(r'\bicon(?:: str)? ?= ?"([^"]+)"', path.read_text("utf-8")))
    assert named <= DRAWN
