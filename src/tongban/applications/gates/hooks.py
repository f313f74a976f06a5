"""Rights gates declares, and what it keeps photos for."""

from tongban.applications.gates.rules.rights import RUN, VERIFY
from tongban.foundation.documents.hooks import declare_purpose
from tongban.lib.capabilities import declare
from tongban.lib.words import T

declare(RUN, T("管理小区出入证和门岗", "Run a community's gates and passes"), roles=("grid_worker",))
declare(VERIFY, T("闸机核验出入证", "Verify passes at turnstiles"), clients=True)

PHOTO = declare_purpose(
    "gates.photo",
    T("出入证照片", "Photo on a pass"),
    legal_basis=T("《个人信息保护法》（2021-11-01）第十三条第一款第一项、第二十九条：本人单独同意",
                  "Personal Information Protection Law (2021-11-01) Art. 13(1)(1), Art. 29: separate consent"),
    retention_days=90,
    max_mb=20,
    types=("jpeg", "png", "webp"),
)  # fmt: skip
