"""The API of halls: what doors, kiosks, call pads and other systems do with a hall."""

from ninja import Router

from tongban.applications.halls.api.doors import router as doors
from tongban.applications.halls.api.queue import router as queue
from tongban.applications.halls.api.visits import router as visits

router = Router(tags=["halls"])
router.add_router("", visits)
router.add_router("", queue)
router.add_router("", doors)
