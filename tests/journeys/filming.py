"""A camera that films a code: Chromium takes a file for one, and reads it anew whenever a page starts the camera."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import segno
from PIL import Image
from playwright.sync_api import Browser

from tests.journeys.browsing import CHROMIUM, QUIET

WIDTH, HEIGHT = 640, 480
_MODULE = 4  # pixels: what a phone held at arm's length is to a camera
_FRAMES = 10


def film(text: str, into: Path) -> None:
    """A second of somebody holding a code before the camera, a little askew; whoever is filming sees all of it or nothing."""
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="png", scale=_MODULE, border=4)
    code = Image.open(drawn).convert("L").rotate(4, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    frames = BytesIO()
    for number in range(_FRAMES):
        frame = Image.new("L", (WIDTH, HEIGHT), 120)
        frame.paste(code, ((WIDTH - code.width) // 2 + number, (HEIGHT - code.height) // 2))
        frame.convert("RGB").save(frames, "JPEG", quality=80)
    into.with_suffix(".part").write_bytes(frames.getvalue())
    into.with_suffix(".part").replace(into)


@contextmanager
def chromium_filming(beside: Browser, reel: Path) -> Iterator[Browser]:
    """A browser whose camera is a file; the other journeys' browser stays without one."""
    arguments = [
        *QUIET, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={reel}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]  # fmt: skip
    filming = beside.browser_type.launch(executable_path=str(CHROMIUM), args=arguments)
    try:
        yield filming
    finally:
        filming.close()
