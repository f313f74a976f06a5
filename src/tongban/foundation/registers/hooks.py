"""Moments and rights registers offer."""

from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

lease_ended = Hook(
    "registers.lease_ended",
    "A lease is over: its last day has passed, or it was ended early with a day that has. Told once for each lease. "
    "Arguments: lease_id, dwelling_id, area_code, last_day (date), tenants (person ids with a residence on this lease that is "
    "still open), by.",
)

residence_ended = Hook(
    "registers.residence_ended",
    "Somebody is recorded as living at a dwelling no more; they may live there by another row still. Lists taken over do not tell. "
    "Arguments: person_id, dwelling_id, by.",
)

MANAGE_REGISTERS = declare(
    "registers.manage_registers", T("管理登记库", "Manage registers"), roles=("operator", "administrator")
)
READ_FACTS = declare("registers.read_facts", T("查询登记事实", "Read facts of registers"), clients=True)
VIEW_PLACES = declare(
    "registers.view_places", T("查看地址和楼栋", "See the address tree"),
    roles=("grid_worker", "clerk", "reviewer", "decider", "auditor", "administrator"), clients=True,
)  # fmt: skip
KEEP_PLACES = declare(
    "registers.keep_places", T("维护地址和网格", "Keep the address tree"), roles=("grid_worker", "administrator")
)
VIEW_RESIDENTS = declare(
    "registers.view_residents", T("查看实有人口", "See residents"), roles=("grid_worker", "auditor")
)
KEEP_RESIDENTS = declare("registers.keep_residents", T("维护实有人口", "Keep residents"), roles=("grid_worker",))
IMPORT_RESIDENTS = declare(
    "registers.import_residents", T("导入居民名单", "Take over lists of residents"), roles=("grid_worker",)
)
