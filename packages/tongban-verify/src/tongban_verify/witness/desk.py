"""The judgement of a witness, without its web server: which request gets a cosignature, and which answer the others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from tongban_verify.checkpoints import Checkpoint
from tongban_verify.cosigning import SIZE_TYPE, Request
from tongban_verify.errors import Unverified
from tongban_verify.merkle import check_consistency
from tongban_verify.notes import SigningKey, VerifierKey, open_note, text_of
from tongban_verify.witness.memory import Memory, Seen

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the witness."""

    status: int
    body: str
    content_type: str = TEXT


class Refused(Exception):
    """The checkpoint is not cosigned; this is the answer."""

    def __init__(self, status: int, body: str, content_type: str = TEXT) -> None:
        super().__init__(body)
        self.reply = Reply(status, f"{body}\n", content_type)


class Logs:
    """The keys of the logs this witness looks at: given ones, and those of a file that is read again when it changes."""

    def __init__(self, given: Iterable[VerifierKey], file: Path | None = None) -> None:
        self._given = tuple(given)
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._read: tuple[VerifierKey, ...] = ()

    def all(self) -> tuple[VerifierKey, ...]:
        """Every key; Unverified when the file cannot be understood."""
        if self._file is None:
            return self._given
        try:
            found = self._file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._read, self._stamp = _logs_in(self._file), stamp
        except FileNotFoundError:
            self._read, self._stamp = (), None
        return self._given + self._read

    def keys_of(self, origin: str) -> list[VerifierKey]:
        """The keys that may sign for a log."""
        return [key for key in self.all() if key.name == origin]


def _logs_in(file: Path) -> tuple[VerifierKey, ...]:
    """The logs of a policy file; its other lines are no matter of a witness."""
    words = [line.split() for line in file.read_text("utf-8", "replace").splitlines()]
    return tuple(VerifierKey.parse(line[1] if len(line) > 1 else "") for line in words if line[:1] == ["log"])


class Desk:
    """A witness: its keys, the logs it knows, what it has seen of them."""

    def __init__(
        self, keys: tuple[SigningKey, ...], logs: Logs, memory: Memory, now: Callable[[], float] = time.time
    ) -> None:
        self.keys = keys
        self.logs = logs
        self.memory = memory
        self._now = now
        self._answers: Counter[int] = Counter()
        self._lock = Lock()

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer one request as C2SP tlog-witness says."""
        try:
            reply = Reply(200, self._cosign(body))
        except Refused as refused:
            reply = refused.reply
        with self._lock:
            self._answers[reply.status] += 1
        return reply

    def _cosign(self, body: bytes) -> str:
        try:
            request = Request.parse(body)
            head = Checkpoint.parse(text_of(request.note))
        except Unverified as wrong:
            raise Refused(400, wrong.en) from None
        keys = self.logs.keys_of(head.origin)
        if not keys:
            raise Refused(404, "this witness does not know that log")
        try:
            text, signed = open_note(request.note, keys)
        except Unverified as wrong:
            raise Refused(403, wrong.en) from None
        if request.old > head.size:
            raise Refused(400, "the old size is past the checkpoint's")
        lines = ""

        def judge(seen: Seen) -> Seen:
            nonlocal lines
            _continues(seen, request, head)
            at = int(self._now())
            lines = "".join(key.line(text, at=at) for key in self.keys)
            note = f"{text}\n{_lines_of(request.note, [each.key for each in signed])}{lines}"
            return Seen(head.size, head.root, note.encode(), at)

        self.memory.advance(head.origin, judge)
        return lines

    def head_of(self, mark: str) -> Reply:
        """The newest head cosigned of the log whose name hashes (SHA-256, hexadecimal) to ``mark``."""
        for origin in self.memory.origins():
            if sha256(origin.encode()).hexdigest() == mark:
                return Reply(200, self.memory.newest(origin).note.decode())
        return Reply(404, "nothing cosigned of that log\n")

    def about(self) -> str:
        """Who this is, for a person with a browser."""
        keys = "\n".join(str(key.verifier) for key in self.keys)
        heads = [(origin, self.memory.newest(origin)) for origin in self.memory.origins()]
        logs = "\n".join(
            f"{origin}\t{seen.size}\t{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seen.at))}"
            f"\tlogs/{sha256(origin.encode()).hexdigest()}/checkpoint"
            for origin, seen in heads
        )
        return f"tongban-witness\n{self.keys[0].name}\n\n{keys}\n\n{logs or '-'}\n"

    def metrics(self) -> str:
        """How it is doing, as Prometheus reads it."""
        with self._lock:
            answers = sorted(self._answers.items())
        lines = ["# TYPE tongban_witness_answers_total counter"]
        lines += [f'tongban_witness_answers_total{{status="{status}"}} {count}' for status, count in answers]
        lines += ["# TYPE tongban_witness_size gauge", "# TYPE tongban_witness_cosigned_seconds gauge"]
        for origin in self.memory.origins():
            seen = self.memory.newest(origin)
            name = origin.replace("\\", r"\\").replace('"', r"\"")
            lines.append(f'tongban_witness_size{{log="{name}"}} {seen.size}')
            lines.append(f'tongban_witness_cosigned_seconds{{log="{name}"}} {seen.at}')
        return "\n".join(lines) + "\n"


def _continues(seen: Seen, request: Request, head: Checkpoint) -> None:
    """Refused unless the head continues the newest one cosigned."""
    if request.old != seen.size:
        raise Refused(409, str(seen.size), SIZE_TYPE)
    if request.old == head.size and head.root != seen.root:
        raise Refused(409, str(seen.size), SIZE_TYPE)  # two trees of one size
    try:
        check_consistency(seen.size, head.size, request.proof, seen.root, head.root)
    except Unverified as wrong:
        raise Refused(422, wrong.en) from None


def _lines_of(note: bytes, keys: list[VerifierKey]) -> str:
    """The log's own signature lines: what strangers added is not kept."""
    _, _, lines = note.decode().rpartition("\n\n")
    names = {key.name for key in keys}
    return "".join(f"{line}\n" for line in lines.splitlines() if line.split(" ")[1] in names)
