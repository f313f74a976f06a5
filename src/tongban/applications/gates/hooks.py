"""Rights gates declares."""

from tongban.applications.gates.rules.rights import RUN, VERIFY
from tongban.lib.capabilities import declare
from tongban.lib.words import T

declare(RUN, T("管理小区出入证和门岗", "Run a community's gates and passes"), roles=("grid_worker",))
declare(VERIFY, T("闸机核验出入证", "Verify passes at turnstiles"), clients=True)
