"""Addresses of a list nobody could read: told once for all their rows, which are tried again with them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from tongban.foundation.registers.actions.list_places import Tree
from tongban.foundation.registers.actions.resident_lists import begin_trial, lock_list, require_state, try_rows_again
from tongban.foundation.registers.models import ListColumns, ResidentList
from tongban.foundation.registers.queries.resident_lists import unread_addresses
from tongban.foundation.registers.rules.resident_columns import heading_key
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

_MOST = 2_000  # addresses remembered for the lists of one area with the same headings
_ADDRESS = T("这个地址", "This address")


@transaction.atomic
def tell_address(list_id: UUID, address: str, text: str, *, by: Actor) -> ResidentList:
    """Say how an address is to be read, in this list and in the next ones with its headings; its rows are tried again.

    What was settled of other rows stays. Saying it differently later tries the whole list anew: rows that were tried
    with the wrong dwelling may have met others there.
    """
    found = lock_list(list_id, by)
    require_state(found, "checked")
    meant = " ".join(text.split())
    if found.addresses.get(address) == meant:
        return found
    groups = {} if address in found.addresses else {one.address: one.numbers for one in unread_addresses(found)}
    if address not in groups and address not in found.addresses:
        raise not_found(_ADDRESS)
    _check_meant(found, meant)
    if address not in found.addresses and len(found.addresses) >= _MOST:
        raise Refusal("addresses_many", T("一份名单最多记 {n} 个地址，请在名单里改好再上传。",
                      "A list remembers {n} addresses at most: mend the list and upload it again.").format(n=_MOST), field="text")  # fmt: skip
    _remember(found, address, meant)
    if address in groups:
        try_rows_again(found, groups[address])
    else:
        begin_trial(found)
    return found


@transaction.atomic
def take_back_address(list_id: UUID, address: str, *, by: Actor) -> ResidentList:
    """Forget how an address was to be read, here and for the next lists; the whole list is tried anew."""
    found = lock_list(list_id, by)
    require_state(found, "checked")
    if address not in found.addresses:
        raise not_found(_ADDRESS)
    _remember(found, address, "")
    begin_trial(found)
    return found


def _check_meant(found: ResidentList, meant: str) -> None:
    if not meant:
        raise Refusal(
            "address_missing", T("请写上读得懂的地址。", "Write the address so that it can be read."), field="text"
        )
    try:
        Tree(found).spot(meant)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.message, field="text") from refusal


def _remember(found: ResidentList, address: str, meant: str) -> None:
    """Keep, or with nothing meant forget, how an address is read."""
    columns = ListColumns.objects.select_for_update().filter(
        area_code=found.area_code, heading_key=heading_key(found.headings)
    )
    found.addresses = _with(found.addresses, address, meant)
    found.save(update_fields=["addresses"])
    for one in columns:
        one.addresses = dict(list(_with(one.addresses, address, meant).items())[-_MOST:])
        one.save(update_fields=["addresses"])


def _with(known: Mapping[str, str], address: str, meant: str) -> dict[str, str]:
    others = {raw: said for raw, said in known.items() if raw != address}
    return others | {address: meant} if meant else others
