"""A crowd, in a process of its own: as many connections as there are people, all of which speak at the same moment.

``python -m bench.crowd`` reads one JSON plan on standard input and prints one JSON result.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from bench.load import ROOT, apart

AT_ONCE = 100  # connections opened side by side before anybody speaks
_AT = re.compile(rb'"at": "([^"]+)"')


@dataclass
class Rush:
    """Requests sent at once, each through a connection that is open already: (path, headers, body)."""

    port: int
    requests: list[tuple[str, dict[str, str], str]]
    pattern: str = ""  # counted in the answers, headers included: its first group


@dataclass
class Watch:
    """Viewers who ask for the same page every so many seconds for a while, each at its own moment."""

    port: int
    path: str
    headers: dict[str, str]
    viewers: int
    every: float
    seconds: float


@dataclass
class Came:
    """What came back: counted statuses and matches, seconds of the last answer; for viewers, ages in seconds."""

    statuses: dict[str, int]
    found: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    ages: list[float] = field(default_factory=list)


def rush(plan: Rush) -> Came:
    """Let a crowd speak at once."""
    return Came(**apart("bench.crowd", {"kind": "rush", "plan": asdict(plan)}))


def watch(plan: Watch) -> subprocess.Popen[str]:
    """Begin to look; ``seen`` waits for the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.crowd"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin
    process.stdin.write(json.dumps({"kind": "watch", "plan": asdict(plan)}))
    process.stdin.close()
    return process


def seen(watching: subprocess.Popen[str]) -> Came:
    """What the viewers saw."""
    assert watching.stdout
    text = watching.stdout.read()
    if watching.wait(60):
        raise RuntimeError("the viewers failed")
    return Came(**json.loads(text))


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _spoken(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def _heard(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Status and whole answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return head.split(b" ", 2)[1].decode(), head + body


async def _rushed(plan: Rush) -> Came:
    lines: list[Line] = []
    for start in range(0, len(plan.requests), AT_ONCE):
        some = plan.requests[start : start + AT_ONCE]
        lines += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", plan.port) for _ in some))
    began = time.perf_counter()

    async def speak(line: Line, request: tuple[str, dict[str, str], str]) -> tuple[str, bytes]:
        path, headers, body = request
        reader, writer = line
        # The server takes so many connections at a time: whoever was answered makes room.
        writer.write(_spoken("POST", path, headers | {"Connection": "close"}, body.encode()))
        answer = await _heard(reader)
        writer.close()
        return answer

    heard = await asyncio.gather(*(speak(*pair) for pair in zip(lines, plan.requests, strict=True)))
    found = [match[1] for _, text in heard if plan.pattern and (match := re.search(plan.pattern, text.decode()))]
    statuses = dict(Counter(status for status, _ in heard))
    return Came(statuses, dict(Counter(found)), time.perf_counter() - began)


async def _watched(plan: Watch) -> Came:
    came = Came({})
    end = time.perf_counter() + plan.seconds
    asked = _spoken("GET", plan.path, plan.headers, b"")

    async def look(n: int) -> None:
        await asyncio.sleep(plan.every * n / plan.viewers)
        reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
        while (now := time.perf_counter()) < end:
            writer.write(asked)
            status, text = await _heard(reader)
            came.statuses[status] = came.statuses.get(status, 0) + 1
            if made := _AT.search(text):
                came.ages.append((datetime.now(UTC) - datetime.fromisoformat(made[1].decode())).total_seconds())
            await asyncio.sleep(max(0.0, now + plan.every - time.perf_counter()))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(look(n) for n in range(plan.viewers)))
    came.seconds = time.perf_counter() - began
    return came


if __name__ == "__main__":
    given = json.load(sys.stdin)
    if given["kind"] == "rush":
        print(json.dumps(asdict(asyncio.run(_rushed(Rush(**given["plan"]))))))
    else:
        print(json.dumps(asdict(asyncio.run(_watched(Watch(**given["plan"]))))))
