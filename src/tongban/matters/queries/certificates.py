"""Reads of certificates."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from tongban.lib.words import T
from tongban.matters.models import Certificate


def certificate_facts(case_id: UUID) -> list[tuple[T, str]] | None:
    """The printed facts of a case's certificate, public by definition; None without one."""
    certificate = Certificate.objects.filter(case_id=case_id).only("content", "issued_at").first()
    if certificate is None:
        return None
    content = certificate.content
    lines = [(T.read(line["label"]), str(T.read(line["value"]))) for line in content["lines"]]
    return [
        (T("证照名称", "Certificate"), str(T.read(content["title"]))),
        *lines,
        (T("发证机关", "Issued by"), str(T.read(content["seal"]))),
        (T("发证日期", "Issued on"), timezone.localdate(certificate.issued_at).isoformat()),
    ]
