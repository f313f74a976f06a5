"""Handing in applications through the API with everything on: one by one, and many in one call, beside their targets."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

from bench import application
from bench.house import HOST, House
from bench.load import Plan
from bench.stack import measured

Report = Callable[[str, str], None]
CLIENTS = 16
ONE_BY_ONE, TARGET_ONE_BY_ONE = 800, 100.0
IN_BULK, TARGET_IN_BULK = 3200, 500.0
AT_ONCE = 100
BULK_CLIENTS = 4

# One real upload, and rows like it: its contents are not read here, and a thousand uploads would measure the disk.
_DOCUMENTS = """
from copy import copy
from tongban.foundation.documents.models import Document
from tongban.lib.ids import uuid7
like = Document.objects.get(pk={like!r})
def another():
    one = copy(like)
    one.id, one._state = uuid7(), copy(like._state)
    one._state.adding = True
    return one
print(*(one.pk for one in Document.objects.bulk_create([another() for _ in range({count})])))
"""


def documents(house: House, count: int) -> list[str]:
    """Ids of staff lists the company has sent, one for each application."""
    (like,) = application.staff_lists(house, 1)
    return house.python(_DOCUMENTS.strip().format(like=like, count=count)).split()


def many(staff_lists: list[str]) -> str:
    """The body of one bulk call."""
    one = application.complete_application()
    rows = [
        {
            "reference": uuid4().hex, "service": one["service"],
            "answers": one["answers"] | {"material.staff_list": [staff_list]},
        }
        for staff_list in staff_lists
    ]  # fmt: skip
    return json.dumps({"cases": rows}, ensure_ascii=False)


def measure(house: House, report: Report) -> None:
    """Applications a second and their cost, beside the targets of issue 4 for two processors."""
    headers = {
        "Host": f"{HOST}:{house.port}", "Content-Type": "application/json",
        "Authorization": f"Bearer {application.client_token(house)}",
    }  # fmt: skip
    warm_up = 40
    found = documents(house, ONE_BY_ONE + warm_up + IN_BULK + warm_up * AT_ONCE // 10)
    singles, rest = found[: ONE_BY_ONE + warm_up], found[ONE_BY_ONE + warm_up :]
    plan = Plan(
        house.port, "/api/cases", "POST", headers, application.body(), CLIENTS, ONE_BY_ONE, [201],
        {application.STAFF_LIST: singles},
    )  # fmt: skip
    result, cpu, statements = measured(house, plan)
    report(
        f"submit, one by one, {CLIENTS} clients / {TARGET_ONE_BY_ONE:.0f} a second",
        f"{result.per_second / TARGET_ONE_BY_ONE:.2f}  ({result.per_second:.0f}/s, p50 {result.p50:.0f} ms, "
        f"p95 {result.p95:.0f} ms; {cpu:.1f} CPU ms, {statements:.0f} statements each)",
    )
    bodies = [many(rest[start : start + AT_ONCE]) for start in range(0, IN_BULK + 4 * AT_ONCE, AT_ONCE)]
    plan = Plan(
        house.port, "/api/cases/bulk", "POST", headers, "{many}", BULK_CLIENTS, IN_BULK // AT_ONCE, [200],
        {"{many}": bodies}, must_hold='"is_done":true', must_not_hold='"is_done":false',
    )  # fmt: skip
    result, cpu, statements = measured(house, plan, warm_up=4)
    a_second = result.per_second * AT_ONCE
    report(
        f"submit, {AT_ONCE} in a call, {BULK_CLIENTS} clients / {TARGET_IN_BULK:.0f} a second",
        f"{a_second / TARGET_IN_BULK:.2f}  ({a_second:.0f}/s; {cpu / AT_ONCE:.1f} CPU ms, "
        f"{statements / AT_ONCE:.2f} statements each)",
    )
