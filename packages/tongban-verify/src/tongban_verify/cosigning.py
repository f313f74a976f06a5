"""Ask a witness to cosign a checkpoint (C2SP tlog-witness, ``add-checkpoint``), and read what it is asked."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO

from tongban_verify.errors import Unverified
from tongban_verify.merkle import HASH_SIZE
from tongban_verify.notes import VerifierKey, open_note, text_of

LARGEST_REQUEST = 128 * 1024
LARGEST_ANSWER = 64 * 1024
MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint with the proof that it continues the tree of ``old`` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def dump(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof), "", ""]
        return "\n".join(lines).encode() + self.note

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Read the body of a request; Unverified when it is none."""
        wrong = Unverified("request_unreadable", "这不是见证请求。", "This is not a request to a witness.")
        head, found, note = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
            proof = tuple(base64.b64decode(line, validate=True) for line in lines)
        except (UnicodeDecodeError, binascii.Error, ValueError):
            raise wrong from None
        size = first.removeprefix("old ")
        if not found or not first.startswith("old ") or not _SIZE.fullmatch(size) or len(body) > LARGEST_REQUEST:
            raise wrong
        if len(proof) > MOST_HASHES or any(len(each) != HASH_SIZE for each in proof):
            raise wrong
        return cls(int(size), proof, note)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said: with 200 its signature lines, with 409 the size it has cosigned; 0 for no answer at all."""

    status: int
    lines: str = ""
    size: int | None = None
    trouble: str = ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A witness is where its policy says it is."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def ask(url: str, request: Request, *, seconds: float = 10.0) -> Answer:
    """Send a request to the witness whose submission prefix is ``url``; never raises for what the other side does."""
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        return Answer(0, trouble=f"{url} is not a web address")
    asked = urllib.request.Request(
        url.rstrip("/") + "/add-checkpoint", data=request.dump(), method="POST",
        headers={"User-Agent": "tongban-verify", "Content-Type": "text/plain; charset=utf-8"},
    )  # fmt: skip
    try:
        with urllib.request.build_opener(_Stay).open(asked, timeout=seconds) as answer:
            return Answer(answer.status, lines=answer.read(LARGEST_ANSWER).decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(LARGEST_ANSWER).decode("utf-8", "replace").strip()
        size = int(said) if error.code == 409 and _SIZE.fullmatch(said) else None
        return Answer(error.code, size=size, trouble=f"{error.code} {said[:200]}".strip())
    except (OSError, ValueError) as error:
        return Answer(0, trouble=str(getattr(error, "reason", error)))


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's line under a checkpoint, checked, and when it says that it signed (seconds since 1970)."""

    line: str
    at: int


def check_cosignature(note: bytes, lines: str, key: VerifierKey) -> Cosigned:
    """The line of ``key`` among a witness's answer; Unverified when there is none, or it does not fit the checkpoint."""
    text = text_of(note)
    _, signed = open_note(f"{text}\n{lines}".encode(), [key])
    marks = (f"— {key.name} ", key.id)
    [line] = [
        each for each in lines.split("\n")
        if each.startswith(marks[0]) and base64.b64decode(each.rsplit(" ", 1)[1])[:4] == marks[1]
    ]  # fmt: skip
    if not signed[0].at:
        raise Unverified(
            "cosignature_undated", f"“{key.name}”没有注明签名时间。", f"{key.name} did not say when it signed."
        )
    return Cosigned(f"{line}\n", signed[0].at)
