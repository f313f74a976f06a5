"""A sample hall for the demo county."""

from __future__ import annotations

from tongban.applications.halls.actions.halls import NewHall, checked_hall
from tongban.applications.halls.models import Hall, Window
from tongban.foundation.parties.queries import unit_for
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.jurisdictions import current

COUNTY = "510502"
_NEW = NewHall(
    name="江阳区政务服务大厅", name_en="Jiangyang Service Hall", operator="泸州市江阳区行政审批和数据局", region_code=COUNTY,
    address="泸州市江阳区示例大道 1 号", phone="0830-3110001", capacity=300, windows=4, day_starts=0, is_sample=True,
    services=["综合咨询 | General advice", "企业开办 | Starting a company", "社保医保 | Social security", "不动产登记 | Real estate"],
    hours={"workday": "00:00-24:00", "saturday": "00:00-24:00", "sunday": "00:00-24:00", "holiday": "00:00-24:00"},
)  # fmt: skip


@load_demo.answer
def load_hall(by: Actor) -> None:
    """The county's hall, whose windows are those its clerks work at; open at all hours, so that a demo works at night."""
    unit = unit_for("hall", COUNTY) if current() == "j510500" else None
    if unit is None or Hall.objects.filter(unit=unit).exists():
        return
    # The demo may be loaded before any list of regions is: the county is known all the same.
    hall, _ = checked_hall(_NEW, opened_by=by.name, regions={COUNTY: COUNTY})
    hall.unit_id, hall.state, hall.confirmed_by, hall.code = unit.pk, "confirmed", by.name, "JYSAMPLE"
    hall.save(force_insert=True)
    Window.objects.bulk_create(Window(hall=hall, number=str(n + 1)) for n in range(4))
