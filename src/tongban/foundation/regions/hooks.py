"""Moments regions offers upward."""

from tongban.lib.hooks import Hook

jurisdiction_created = Hook(
    "regions.jurisdiction_created",
    "A jurisdiction's schema is migrated and empty; answers fill in what every jurisdiction needs. "
    "Arguments: code, schema. Runs inside the jurisdiction, in one transaction.",
)
