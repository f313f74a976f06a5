"""Sessions in the database, as Django keeps them; each page reads one, so the statement is made once."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from tongban.lib.repeated import Repeated


@cache
def _session() -> Repeated[Any]:  # asked late: models are not known while settings' modules load
    from django.contrib.sessions.models import Session

    return Repeated(lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(DatabaseStore):
    """Django's store in the database; the reading of a session is a statement the database has prepared."""

    def _get_session_from_db(self) -> Any:
        found = _session().first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found
