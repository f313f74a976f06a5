"""Moments credentials answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.foundation.credentials.models import Credential, IssuingKey, OfficeSeal, SealedPaper, TrustRoot
from tongban.foundation.credentials.queries import (
    issue_leaf,
    key_leaf,
    paper_leaf,
    revocation_leaf,
    root_leaf,
    seal_leaf,
    withdrawn_key_leaf,
    withdrawn_seal_leaf,
)
from tongban.foundation.ledger.hooks import Affairs, Due, affairs


def _credential_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    return {row.pk: _credential(row) for row in Credential.objects.filter(pk__in=ids)}


def _credential(row: Credential) -> list[Due]:
    revoked = [Due("certificate.revoked", revocation_leaf(row))] if row.revoked_at else []
    return [Due("certificate.issued", issue_leaf(row)), *revoked]


def _keys_in_the_log() -> QuerySet[IssuingKey]:
    """Keys that signed or were withdrawn; one that only stands by is in the trust list and in no leaf yet."""
    return IssuingKey.objects.filter(Q(opened_at__isnull=False) | Q(state=IssuingKey.State.WITHDRAWN))


def _key_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    return {row.pk: _key(row) for row in IssuingKey.objects.filter(pk__in=ids)}


def _key(row: IssuingKey) -> list[Due]:
    is_withdrawn = row.state == IssuingKey.State.WITHDRAWN
    withdrawn = [Due("issuer_key.withdrawn", withdrawn_key_leaf(row))] if is_withdrawn else []
    opened = [Due("issuer_key.opened", key_leaf(row))] if row.opened_at else []
    return [*opened, *withdrawn]


def _root_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    return {row.pk: [Due("trust_root.adopted", root_leaf(row))] for row in TrustRoot.objects.filter(pk__in=ids)}


def _seal_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    return {row.pk: _seal(row) for row in OfficeSeal.objects.filter(pk__in=ids)}


def _seal(row: OfficeSeal) -> list[Due]:
    is_withdrawn = row.state == OfficeSeal.State.WITHDRAWN
    withdrawn = [Due("seal.withdrawn", withdrawn_seal_leaf(row))] if is_withdrawn else []
    return [Due("seal.opened", seal_leaf(row)), *withdrawn]


def _paper_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    rows = SealedPaper.objects.select_related("seal").filter(pk__in=ids)
    return {row.pk: [Due("paper.sealed", paper_leaf(row))] for row in rows}


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Credentials, the keys that sign them and the root above them; seals and the papers they are on."""
    return [
        Affairs("credentials.credential", Credential.objects.all, _credential_leaves),
        Affairs("credentials.issuingkey", _keys_in_the_log, _key_leaves),
        Affairs("credentials.trustroot", TrustRoot.objects.all, _root_leaves),
        Affairs("credentials.officeseal", OfficeSeal.objects.all, _seal_leaves),
        Affairs("credentials.sealedpaper", SealedPaper.objects.all, _paper_leaves),
    ]
