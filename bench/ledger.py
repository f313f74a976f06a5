"""The public log: what a leaf costs its business, how fast leaves get places, how long a proof and a whole check take."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.house import ROOT, House

Report = Callable[[str, str], None]
WAITING = 60_000
MIRRORED = 1_000_000
SEQUENCED_LIMIT = 30_000  # leaves a second
PROOF_LIMIT = 1.0  # milliseconds

_RECORD = """
import statistics, time
from django.db import transaction
from tongban.foundation.ledger.actions import record
from tongban.foundation.parties.models import Person
from tongban.lib.actors import system
from tongban.lib.ids import uuid7
BY, SEALED = system("bench"), {"service": "bench", "version": 1, "applicant": "样本", "region": "510502", "form": "ab" * 32}
same = uuid7()
def business():
    Person.objects.create(name="样本", is_sample=True)
def once(subject):
    began = time.perf_counter()
    with transaction.atomic():
        business()
        if subject:
            record("case.filed", by=BY, subject=("bench.case", subject), values={"due": "2026-12-01"} | SEALED)
    return time.perf_counter() - began
kinds = {"without": lambda: None, "first": uuid7, "next": lambda: same}
taken = {name: [] for name in kinds}
for turn in range(440):  # in turn, so that a slow moment of the machine is everybody's
    for name, subject in kinds.items():
        seconds = once(subject())
        if turn >= 40:
            taken[name].append(seconds)
print(*(len(each) / sum(each) for each in taken.values()))
"""

_SEQUENCE = """
import time
import psutil
from django.db import connection, transaction
from django.utils import timezone
from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.models import Entry, Pending
from tongban.foundation.ledger.rules import Chain, build_leaf
from tongban.lib.ids import uuid7
SEALED = {"service": "bench", "version": 1, "applicant": "样本", "region": "510502", "form": "ab" * 32}
values, now = {"due": "2026-12-01"} | SEALED, timezone.now()
began = time.perf_counter()
leaves = [build_leaf("case.filed", at=now, values=values, actor={"kind": "job"}, channel="job", chain=Chain(bytes(16), b""))
          for _ in range(WAITING)]
built = time.perf_counter() - began
ids = [uuid7() for _ in leaves]
with transaction.atomic(), connection.cursor() as cursor:
    with cursor.copy("COPY ledger_entry (id, type, at, body, hash) FROM STDIN") as copy:
        for key, leaf in zip(ids, leaves):
            copy.write_row([key, leaf.type.name, leaf.at, leaf.body, leaf.hash])
    with cursor.copy("COPY ledger_pending (entry_id) FROM STDIN") as copy:
        for key in ids:
            copy.write_row([key])
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    server = psutil.Process(cursor.fetchone()[0])
def processor():  # ours and the server's, one after another: what is left of it on a busy machine
    times = server.cpu_times()
    return time.process_time() + times.user + times.system
shard, began, used, done = queries.current_shard(), time.perf_counter(), processor(), 0
while done < WAITING:
    done += actions.sequence()
placed, used = time.perf_counter() - began, processor() - used
began = time.perf_counter()
actions.sign_checkpoint(shard)
signed = time.perf_counter() - began
print(WAITING / built, WAITING / placed, WAITING / used, signed * 1000)
"""

_PROVE = """
import random, statistics, time
from django.db import connection
from tongban.foundation.ledger import queries
from tongban.foundation.ledger.models import Entry, Position
from tongban_verify.merkle import inclusion_proof
shard = queries.current_shard()
head = queries.newest_checkpoint(shard)
def timed(work, times=200):
    taken = []
    for _ in range(times):
        began = time.perf_counter(); work(); taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000
reader = queries.reader_of(shard, head.size)
def in_memory():  # the tiles a mirror or a web process has at hand
    inclusion_proof(reader, random.randrange(head.size), head.size)
hashes = [bytes(each) for each in Entry.objects.filter(type="case.filed").values_list("hash", flat=True)[:5000]]
def from_database():
    assert queries.receipt_of(random.choice(hashes)).receipt
for _ in range(400):
    in_memory()
names = "ledger_entry", "ledger_position", "ledger_subtree", "ledger_checkpoint", "ledger_daycount"
with connection.cursor() as cursor:
    cursor.execute("SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [list(names)])
    size = float(cursor.fetchone()[0])
    cursor.execute("SELECT avg(length(body)) FROM ledger_entry")
    body = float(cursor.fetchone()[0])
def bare():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1"); cursor.fetchone()
bare()
print(timed(in_memory), timed(from_database), timed(bare), size / Position.objects.count(), body, head.size)
"""

_MIRROR = """
import sys, time
from hashlib import sha256
from pathlib import Path
from tongban_verify import tiles
from tongban_verify.checkpoints import Checkpoint, Policy
from tongban_verify.merkle import leaf_hash, perfect_root, tree_root
from tongban_verify.mirror import Mirror
from tongban_verify.notes import SigningKey, sign
from tongban_verify.sources import Directory
root, count = Path(sys.argv[1]), int(sys.argv[2])
key = SigningKey("bench.localhost/510500/2026", bytes(32))
filler = "ab" * 32
def entry(n):
    return (f'{{"at":"2026-11-22T08:00:00Z","channel":"api","commit":{{"actor":"{filler}","applicant":"{filler}",'
            f'"form":"{filler}"}},"open":{{"due":"2026-12-01"}},"prev":"","subject":"{n:032x}","type":"case.filed","v":1}}').encode()
def put(path, content):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
rows = {}
for level, number, width in tiles.tiles_of(count):
    first = number * 256
    if level == 0:
        entries = [entry(n) for n in range(first, first + width)]
        put(tiles.tile_path("entries", number, width), tiles.join_entries(entries))
        row = b"".join(map(leaf_hash, entries))
    else:
        row = b"".join(rows[level - 1, n] for n in range(first, first + width))
    put(tiles.tile_path(level, number, width), row)
    if width == 256:
        rows[level, number] = perfect_root(tiles.split_tile(row, 256))
reader = tiles.TileReader(lambda level, number, width: (root / tiles.tile_path(level, number, width)).read_bytes(), count)
put("checkpoint", sign(Checkpoint(key.name, count, tree_root(reader, count)).text(), key).encode())
size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
began = time.perf_counter()
bundles = sorted((root / "tile/entries").rglob("*"))
for path in bundles:
    if path.is_file():
        for each in tiles.split_entries(path.read_bytes(), 256 if ".p" not in str(path) else int(path.name)):
            sha256(b"\\0" + each).digest()
bare = time.perf_counter() - began
began = time.perf_counter()
found = Mirror(Directory(root), Policy((key.verifier,))).run()
checked = time.perf_counter() - began
assert found.opened.checkpoint.size == count and not found.findings
print(checked, bare, size / count)
"""


@contextmanager
def sequencer_at_rest(house: House) -> Iterator[None]:
    """The house's own sequencer must not take the leaves we measure with."""
    assert house.process is not None
    children = psutil.Process(house.process.pid).children(recursive=True)
    own = [child for child in children if "sequencer" in child.cmdline()]
    for child in own:
        child.suspend()
    try:
        yield
    finally:
        for child in own:
            child.resume()


def measure(house: House, report: Report) -> None:
    """Every figure beside its limit or its peer."""
    without, first, following = map(float, house.python(_RECORD.strip()).split())
    report("one row and its commit, without a leaf", f"{without:.0f}/s")
    report("  … with the first leaf of its affair", f"{first:.0f}/s = {first / without:.2f} of it without")
    report("  … with a later leaf", f"{following:.0f}/s = {following / without:.2f} of it without")
    with sequencer_at_rest(house):
        built, placed, used, signed = map(float, house.python(f"WAITING = {WAITING}\n{_SEQUENCE.strip()}").split())
        report("leaves built (salts, commitments, canonical JSON)", f"{built:.0f}/s")
        for what, rate in (
            ("leaves given their places, in batches", placed),
            ("  … by processor time, PostgreSQL's included", used),
        ):
            report(what, f"{rate:.0f}/s = {rate / SEQUENCED_LIMIT:.2f} of {SEQUENCED_LIMIT}/s")
        memory, database, bare, total, body, size = map(float, house.python(_PROVE.strip()).split())
    report(f"head over {size:.0f} leaves", f"{signed:.1f} ms")
    report("proof from tiles at hand", f"{memory:.3f} ms = {memory / PROOF_LIMIT:.2f} of {PROOF_LIMIT:.0f} ms")
    report(
        "receipt from the database, seven statements", f"{database:.2f} ms = {database / bare:.1f} x a bare statement"
    )
    report(
        "a leaf in the database, indexes included", f"{total:.0f} bytes = {total / body:.2f} of its {body:.0f} bytes"
    )
    mirrored(house.var_dir.parent / "mirror", report)


def mirrored(root: Path, report: Report) -> None:
    """Check a whole log of a million leaves from a directory, beside hashing its leaves alone."""
    command = [sys.executable, "-c", _MIRROR, str(root), str(MIRRORED)]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    checked, bare, size = map(float, done.stdout.split())
    report(
        f"tongban-verify on a mirror of {MIRRORED} leaves",
        f"{checked:.1f} s = {MIRRORED / checked:.0f} leaves/s, {checked / bare:.2f} x splitting and hashing alone",
    )
    report("a leaf in the mirror", f"{size:.0f} bytes")
