"""How long a side has to confirm a lease, and how often it may try."""

from __future__ import annotations

from datetime import timedelta

CODE_LASTS = timedelta(hours=72)
MOST_TRIES = 5
MOST_WAITING = 5  # somebody who lets a house by rooms; nobody writes to strangers without end
