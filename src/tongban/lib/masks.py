"""Names and numbers with their middle hidden, for lists, gates and public screens."""

from __future__ import annotations

import re

from tongban.lib.names import tidy_name

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def mask_name(name: str) -> str:
    """张明 as 张*, 张小明 as 张*明, 买买提·阿卜杜拉 as 买**·阿***, John Smith as J*** S****."""
    tidy = tidy_name(name)
    if _LATIN.search(tidy) or "·" in tidy:
        masked = re.sub(r"[^\s·]+", lambda part: part[0][0] + "*" * (len(part[0]) - 1), tidy)
    elif len(tidy) > 2:
        masked = tidy[0] + "*" * (len(tidy) - 2) + tidy[-1]
    else:
        masked = tidy[:1] + "*" * (len(tidy) - 1)
    # A name of single letters would come out whole: then only the first stays.
    return masked if masked != tidy or not tidy else tidy[0] * (len(tidy) > 1) + "*" * max(len(tidy) - 1, 1)


def mask_phone(number: str) -> str:
    """+8613812345678 as 138****5678; of any other number the last four digits, of a short one nothing."""
    if number.startswith("+861") and len(number) == len("+8613812345678"):
        number = number[3:]
        return f"{number[:3]}****{number[-4:]}"
    shown = 4 if len(number) >= 9 else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def mask_id_number(number: str) -> str:
    """An 18-character number as 510***********002X, a shorter one as E******78; up to 4 characters as stars."""
    if len(number) <= 4:
        return "*" * len(number)
    first, last = (3, 4) if len(number) == 18 else (1, 2)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]
