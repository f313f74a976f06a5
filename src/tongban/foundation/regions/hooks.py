"""Moments regions offers upward."""

from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

LOAD_EDITION = declare("regions.load_edition", T("载入区划代码", "Load region codes"), roles=("operator",))

jurisdiction_created = Hook(
    "regions.jurisdiction_created",
    "A jurisdiction's schema is migrated and empty; answers fill in what every jurisdiction needs. "
    "Arguments: code, schema. Runs inside the jurisdiction, in one transaction.",
)
