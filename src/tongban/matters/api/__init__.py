"""The API of matters: everything its pages do, for people's tokens, companies' programs and the desk."""

from tongban.matters.api.bulk import router as bulk
from tongban.matters.api.cases import router
from tongban.matters.api.handling import router as handling

router.add_router("", bulk)
router.add_router("", handling)

__all__ = ["router"]
