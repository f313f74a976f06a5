"""Sample gates for the demo's community."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tongban.applications.gates.models import Community, Gate, Pass
from tongban.applications.gates.rules.kinds import end_of
from tongban.foundation.parties.queries import demo_account, unit_for
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.jurisdictions import current

CODE = "510502001007"
_GATES = (("南门", "South gate"), ("北门", "North gate"), ("地下车库", "Garage"))


@load_demo.answer
def load_gates(by: Actor) -> None:
    """Three gates of 凤凰社区 and an application that waits to be checked."""
    del by
    unit = unit_for("community", CODE) if current() == "j510500" else None
    asks = demo_account("owner")
    if unit is None or asks is None or asks.person is None or Community.objects.filter(code=CODE).exists():
        return
    community = Community.objects.create(
        code=CODE,
        name="凤凰社区",
        name_en="Fenghuang Community",
        phone="+868303110011",
        unit_id=unit.pk,
        is_sample=True,
    )
    Gate.objects.bulk_create(
        Gate(community=community, number=n, name=zh, name_en=en) for n, (zh, en) in enumerate(_GATES, 1)
    )
    now = timezone.now()
    Pass.objects.create(
        kind="courier", community=community, area_code=CODE, person=asks.person, asked_by=asks.person, nonce=uuid4(),
        name=asks.person.name, phone=asks.person.phone, place="示例路配送站", reason="每天上午送菜到 2 栋和 3 栋", state="waiting",
        due_on=timezone.localdate(now) + timedelta(days=2), starts_at=now, ends_at=end_of(now, 7), is_sample=True,
    )  # fmt: skip
