"""Rights halls declares, moments it offers."""

from tongban.applications.halls.rules.rights import CONFIRM, MANAGE, OVERSEE, REGISTER, SERVE
from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

declare(MANAGE, T("管理大厅", "Run a hall"), roles=("hall_manager",))
declare(
    SERVE, T("窗口叫号办理", "Call and serve visitors"), roles=("clerk", "hall_clerk", "hall_manager"), clients=True
)
declare(OVERSEE, T("查看全部大厅", "See all halls of a district"), roles=("administrator", "auditor", "decider"))
declare(CONFIRM, T("确认自行开通的大厅", "Confirm halls that opened themselves"), roles=("administrator",))
declare(REGISTER, T("登记访客、进出扫码", "Register visitors, scan at doors"), clients=True)

visit_served = Hook("halls.visit_served", "A visitor's turn at a window ended. Arguments: visit_id, hall_id, by.")
