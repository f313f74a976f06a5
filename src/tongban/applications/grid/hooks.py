"""Rights grid declares."""

from tongban.applications.grid.rules.rights import HANDLE, MAKE, WORK
from tongban.foundation.documents.hooks import declare_purpose
from tongban.lib.capabilities import declare
from tongban.lib.words import T

declare(WORK, T("开展网格工作", "Work a grid"), roles=("grid_worker",))
declare(MAKE, T("制定要社区报的表", "Make lists communities hand in"), roles=("grid_worker", "decider"))
declare(HANDLE, T("处置网格事件", "See to events of grids"), roles=("reviewer", "decider"))

PHOTO = declare_purpose(
    "grid.photo",
    T("网格事件照片", "Photo of an event"),
    legal_basis=T(
        "《个人信息保护法》（2021-11-01）第十三条第一款第三项",
        "Personal Information Protection Law (2021-11-01) Art. 13(1)(3)",
    ),
    retention_days=2 * 365 + 1,
    max_mb=20,
    types=("jpeg", "png", "webp"),
)
