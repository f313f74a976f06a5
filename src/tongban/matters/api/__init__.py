"""The API of matters: everything its pages do, for people's tokens, companies' programs and the desk."""

from tongban.matters.api.archives import router as archives
from tongban.matters.api.bulk import router as bulk
from tongban.matters.api.cases import router
from tongban.matters.api.fees import router as fees
from tongban.matters.api.handling import router as handling
from tongban.matters.api.lists import router as lists
from tongban.matters.api.promises import router as promises
from tongban.matters.api.publishing import router as publishing
from tongban.matters.api.results import router as results
from tongban.matters.api.signing import router as signing
from tongban.matters.api.window import router as window

for more in (archives, bulk, fees, handling, lists, promises, results, signing, window, publishing):
    router.add_router("", more)

__all__ = ["router"]
