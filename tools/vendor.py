"""Rewrite src/tongban/web/static/vendor/ from the pinned front-end packages, fetched with npm as it is set up here.

Run ``python tools/vendor.py`` after changing a version below or src/tongban/web/icons.txt. Nothing at run time
or test time needs npm: the files are committed, and vendor.json holds their checksums.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "src" / "tongban" / "web"
VENDOR = WEB / "static" / "vendor"
ICONS = WEB / "icons.txt"

# A map would send the browser after a file that is not there; and the manifest storage refuses the link.
SOURCE_MAP = re.compile(rb"\s*(?://#|/\*#) sourceMappingURL=[^\s*]+(?:\s*\*/)?\s*$")

MIT = """MIT License

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """One npm package: which of its files are kept, and under which licence."""

    name: str
    version: str
    folder: str
    licence: str
    files: tuple[str, ...]
    licence_files: tuple[str, ...] = ("LICENSE",)
    copyright: str = ""  # set when the package ships no licence file of its own
    why: str = ""


PACKAGES = (
    Package(
        "@tabler/core",
        "1.4.0",
        "tabler",
        "MIT",
        ("dist/css/tabler.min.css", "dist/js/tabler.min.js"),
        licence_files=(),
        copyright=(
            "Copyright (c) 2018-2025 The Tabler Authors\nCopyright (c) 2018-2025 codecalm.net Paweł Kuna\n\n"
            "The files contain Bootstrap 5.3, Copyright (c) 2011-2025 The Bootstrap Authors, and\n"
            "Popper 2, Copyright (c) 2019 Federico Zivolo, both under this same licence."
        ),
        why="the last release with plain hex colours: oklch needs Chrome 111, and the counters' Windows 7 stops at 109",
    ),
    Package("@tabler/icons", "3.51.0", "tabler-icons", "MIT", (), why="only the icons of icons.txt, as one sprite"),
    Package("htmx.org", "2.0.11", "htmx", "0BSD", ("dist/htmx.min.js",), why="2.x: the supported stable line"),
    Package(
        "idiomorph",
        "0.8.0",
        "idiomorph",
        "0BSD",
        ("dist/idiomorph.min.js",),
        why="new questions join a form being filled in",
    ),
    Package(
        "echarts",
        "6.1.0",
        "echarts",
        "Apache-2.0",
        ("dist/echarts.min.js",),
        licence_files=("LICENSE", "NOTICE", "licenses/LICENSE-d3"),
        why="loaded only by pages with a chart",
    ),
    Package("tus-js-client", "4.3.1", "tus", "MIT", ("dist/tus.min.js",), why="resumable upload of large documents"),
    Package(
        "@noble/ed25519",
        "2.3.0",
        "noble-ed25519",
        "MIT",
        ("index.js",),
        why="checks codes where the browser has no Ed25519 of its own (before Chrome 137)",
    ),
    Package(
        "zxing-wasm",
        "3.1.4",
        "zxing-wasm",
        "MIT, with zxing-cpp (Apache-2.0)",
        ("dist/iife/reader/index.js", "dist/reader/zxing_reader.wasm"),
        why="reads QR codes where the browser cannot itself: Safari, Firefox, Chrome on Windows and Linux",
    ),
)


def fetch(package: Package, into: Path) -> dict[str, bytes]:
    """Download ``package`` with the npm client; its files by their path inside the package."""
    into.mkdir(parents=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: apt-get install npm, then run this again")
    subprocess.run(
        [npm, "pack", f"{package.name}@{package.version}", "--silent"],
        cwd=into,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found = {}
    # Read, never unpacked: Debian 12's tarfile has no extraction filter yet.
    with tarfile.open(next(into.glob("*.tgz"))) as tar:
        for member in tar:
            body = tar.extractfile(member)
            if body is not None:
                found[member.name.partition("/")[2]] = body.read()
    return found


def icon_names() -> list[str]:
    """The names in icons.txt, sorted and without comments."""
    lines = (line.strip() for line in ICONS.read_text("utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def sprite(files: dict[str, bytes]) -> str:
    """One SVG of symbols; strokes take the text's colour where the symbol is used."""
    symbols = []
    for name in icon_names():
        svg = files[f"icons/outline/{name}.svg"].decode()
        paths = re.findall(r"<path [^>]*/>", svg)
        shapes = "".join(p for p in paths if 'd="M0 0h24v24H0z"' not in p)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def keep(package: Package, files: dict[str, bytes]) -> None:
    """Copy the wanted files and the licences of one package to its folder."""
    target = VENDOR / package.folder
    target.mkdir(parents=True)
    for name in package.files:
        body = SOURCE_MAP.sub(b"\n", files[name])
        (target / Path(name).name).write_bytes(body)
    for name in package.licence_files:
        (target / f"{Path(name).name}.txt").write_bytes(files[name])
    if package.copyright:
        (target / "LICENSE.txt").write_text(MIT.format(copyright=package.copyright), "utf-8")
    if package.folder == "tabler-icons":
        (target / "icons.svg").write_text(sprite(files), "utf-8")


def record(package: Package) -> dict[str, object]:
    """What vendor.json says of one package."""
    files = sorted((VENDOR / package.folder).iterdir())
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "why": package.why,
        "files": {f"{package.folder}/{f.name}": hashlib.sha256(f.read_bytes()).hexdigest() for f in files},
    }


def main() -> None:
    """Fetch everything first, then replace the folder as a whole."""
    with tempfile.TemporaryDirectory() as scratch:
        fetched = [(p, fetch(p, Path(scratch) / p.folder)) for p in PACKAGES]
        shutil.rmtree(VENDOR, ignore_errors=True)
        VENDOR.mkdir(parents=True)
        for package, found in fetched:
            keep(package, found)
    listing = {"packages": [record(p) for p in PACKAGES]}
    (VENDOR / "vendor.json").write_text(json.dumps(listing, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(f"{len(PACKAGES)} packages, {len(icon_names())} icons written to {VENDOR}")


if __name__ == "__main__":
    main()
