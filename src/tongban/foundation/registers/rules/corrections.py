"""What a residence says, as plain text; and which corrections two people cannot both have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

FACTS: dict[str, T] = {
    "kind": T("类别", "Kind"),
    "relation": T("与户主关系", "Relation to the head"),
    "since": T("入住日期", "Living here since"),
    "is_present": T("是否在此居住", "Really lives here"),
    "until": T("搬离日期", "Moved out on"),
}
PRESENCE = {"yes": True, "no": False, "": None}


def clashes(seen: Mapping[str, str], there: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The facts that somebody changed since they were seen, and not to what is wanted now.

    What another wrote about other facts stands beside the correction. Whether the person still lives here is always
    meant: whoever corrects somebody's relation believes them there.
    """
    meant = {"until": seen.get("until", ""), **wanted}
    return [fact for fact, value in meant.items() if there[fact] not in (value, seen.get(fact))]


def check_facts(wanted: Mapping[str, str]) -> None:
    """Refuse a fact nobody knows, and a value that is not of its kind."""
    unknown = sorted(set(wanted) - set(FACTS))
    if unknown:
        raise Refusal("fact_unknown", T("没有“{name}”这一项。", "There is no “{name}”.").format(name=unknown[0][:40]), field="wanted")  # fmt: skip
    if wanted.get("is_present", "") not in PRESENCE:
        raise Refusal("presence_unknown", T("请选择是否在此居住。", "Say whether they live here."), field="is_present")
    for fact in ("since", "until"):
        read_day(wanted.get(fact, ""), fact)


def read_day(text: str, field: str) -> date | None:
    """A day in ISO form; "" is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(
            "date_invalid", T("日期写成 2026-11-22 的样子。", "Write the date as 2026-11-22."), field=field
        ) from None
