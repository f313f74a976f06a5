"""Archive what is over for good (归档), and hand out what was archived."""

from __future__ import annotations

import tempfile
import zipfile
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.documents import actions as documents
from tongban.foundation.ledger.queries import receipt_of, trail_of
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job, periodic
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.actions.common import lock_case, record_act
from tongban.matters.actions.papers import make_paper
from tongban.matters.actions.reviews import open_case
from tongban.matters.models import Archive, Case
from tongban.matters.queries.archives import archive_visible_to, archive_waiting, archived_after, package_of
from tongban.matters.queries.papers import papers_of
from tongban.matters.rules.archives import MANIFEST, README, digest_of, is_altered

ARCHIVIST = system("matters.archive", channel="job")
_AT_ONCE = 500
_ZIP_BEGIN = (1980, 1, 1, 0, 0, 0)  # the same package whenever it is made
_IN_MEMORY = 8 * 1024 * 1024


@periodic("10 17 * * *")  # ten past one at night in China
def archive_what_is_over() -> None:
    """Archive closed cases nobody waits for any more, some at a time. Safe to run twice."""
    for case_id in archive_waiting(timezone.now()).values_list("pk", flat=True)[:_AT_ONCE]:
        archive_case.later(case_id=case_id, lock=f"papers {case_id}")


@job(retry=5)
def archive_case(case_id: str) -> None:
    """Archive one case: its papers are made, the digest of all of it is written down and into the log. Safe to run twice."""
    found = Case.objects.select_related("definition", "version").filter(pk=case_id).first()
    if found is None:
        return
    for line in papers_of(found):
        if not line.is_sealed:
            make_paper(found.pk, line.event_id)
    with transaction.atomic():
        case = lock_case(found.pk)
        if not archive_waiting(timezone.now()).filter(pk=case.pk).exists():
            return
        now = timezone.now()  # to the very moment: what happened before it in this second belongs to the package
        manifest, parts = package_of(case, now)
        digest = digest_of(manifest)
        Archive.objects.create(
            case=case, region_code=case.region_code, archived_at=now, after=archived_after(case), digest=digest,
            parts=len(parts), manifest=manifest.decode(),
        )  # fmt: skip
        record_act(case, "archived", by=ARCHIVIST, at=now, digest=digest, parts=len(parts))


def open_archive(case_id: UUID, *, by: Actor) -> tuple[str, IO[bytes]]:
    """An archived case as one ZIP file, for whoever keeps archives; refused when it is not what was archived.

    Its parts are made anew from the rows and compared with the list that was sealed: a row changed since shows.
    """
    archive = archive_visible_to(case_id, by)
    case = open_case(case_id, by=by)  # which the person concerned reads under “who looked”
    manifest, (_, parts) = archive.manifest.encode(), package_of(case, archive.archived_at)
    if digest_of(manifest) != archive.digest or is_altered(manifest, [part for part, _ in parts]):
        raise Refusal("archive_altered", T(
            "这件档案的数据与归档时不一致，请联系监督员核查公开日志的异常。",
            "The data of this case are not what was archived: ask the auditor to look at the findings of the public log."),
            status=409)  # fmt: skip
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by whoever sends it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        _write(made, "README.txt", README.encode())
        _write(made, MANIFEST, manifest)
        for part, document_id in parts:
            if document_id is None:
                _write(made, part.path, part.content)
            else:
                _write_file(made, part.path, document_id, by)
        for number, step in enumerate(reversed(trail_of("matters.case", case.pk)), 1):
            receipt = receipt_of(bytes.fromhex(step.leaf))
            if receipt is not None and receipt.receipt is not None:
                _write(made, f"receipts/{number:02d}-{step.leaf[:16]}.tlog-proof", receipt.receipt.dump())
    file.seek(0)
    return f"{case.number}.zip", file


def _write(made: zipfile.ZipFile, path: str, content: bytes) -> None:
    made.writestr(zipfile.ZipInfo(path, _ZIP_BEGIN), content, zipfile.ZIP_DEFLATED)


def _write_file(made: zipfile.ZipFile, path: str, document_id: UUID, by: Actor) -> None:
    opened = documents.open_document(document_id, by=by)
    try:
        with made.open(zipfile.ZipInfo(path, _ZIP_BEGIN), "w", force_zip64=True) as out:
            for block in opened.blocks():
                out.write(block)
    finally:
        opened.close()
