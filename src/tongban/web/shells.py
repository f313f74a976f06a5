"""Apps that start without a network: the script that keeps one on a device, and what a phone's home screen shows of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.template import Engine
from django.templatetags.static import static
from django.urls import reverse

from tongban.lib.words import T

_WORKER = "web/offline/shell-worker.js"
_READER = "web/offline/code-worker.js"
_READER_FILES = ("vendor/zxing-wasm/index.js", "vendor/zxing-wasm/zxing_reader.wasm")
_READER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
_FRAME = "web/app.html"  # round the pages of apps


@dataclass(frozen=True, slots=True)
class Shell:
    """What has to be on the device: the page of a route, the modules it runs, its other files; ``reader`` is the route of
    ``code_reader`` if the app reads codes with a camera."""

    name: str
    route: str
    template: str
    modules: tuple[str, ...]  # they import one another by these names, so they are kept by them
    files: tuple[str, ...]  # kept by the names of their contents
    reader: str = ""

    def worker(self, *args: object) -> HttpResponse:
        """The script that keeps the app for starts without a network; another one whenever a file of it changed. ``args`` are
        those of the routes, where each device has a page of its own."""
        files = [*map(_by_name, self.modules), *map(static, self.files)]
        reader = [reverse(self.reader, args=args), *map(_by_name, _READER_FILES)] if self.reader else []
        shell = {
            "name": self.name, "version": _version(self), "page": reverse(self.route, args=args), "files": files, "reader": reader,
        }  # fmt: skip
        return _script("SHELL", shell, _WORKER)

    def manifest(
        self, name: T, short_name: T, *args: object, scope: str = "", display: str = "standalone"
    ) -> HttpResponse:
        """What a phone needs to put the app on its first screen; ``scope`` is the page alone, if nothing else is said."""
        page = reverse(self.route, args=args)
        shown = {
            "name": str(name), "short_name": str(short_name), "start_url": page, "scope": scope or page,
            "display": display, "background_color": "#ffffff", "theme_color": "#1a4f8b",
            "icons": [{"src": static("web/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
        }  # fmt: skip
        return JsonResponse(shown, content_type="application/manifest+json")


def code_reader() -> HttpResponse:
    """The script that reads codes where the browser cannot. It alone may compile WebAssembly: the pages' own content policy
    stays as it is. An app has it beneath its own page, so that the app's worker keeps it; other pages share one."""
    script, program = map(_by_name, _READER_FILES)
    answer = _script("READER", {"script": script, "program": program}, _READER)
    answer["Content-Security-Policy"] = _READER_POLICY
    return answer


def texts(found: dict[str, T]) -> dict[str, str]:
    """An app's words in the reader's language, for its script."""
    return {name: str(text) for name, text in found.items()}


def _by_name(name: str) -> str:
    return f"{settings.STATIC_URL}{name}"


def _script(name: str, given: dict[str, Any], file: str) -> HttpResponse:
    text = f"const {name} = {json.dumps(given)};\n{_content(file).decode()}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _content(name: str) -> bytes:
    return Path(str(finders.find(name))).read_bytes()


@lru_cache
def _version(shell: Shell) -> str:
    digest = hashlib.sha256()
    for name in (_FRAME, shell.template):
        digest.update(Engine.get_default().get_template(name).source.encode())
    reader = (_READER, *_READER_FILES) if shell.reader else ()
    for name in (*shell.modules, *shell.files, *reader, _WORKER):
        digest.update(_content(name))
    return digest.hexdigest()[:12]
