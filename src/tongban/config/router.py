"""Which tables belong in public and which in a jurisdiction's schema."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tongban.lib import jurisdictions


class JurisdictionRouter:
    """Shared apps migrate outside any jurisdiction, all others inside one."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """Whether an app's tables belong where migration is at work now."""
        return (app_label in settings.SHARED_APPS) == (jurisdictions.current() is None)
