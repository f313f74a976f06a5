"""Addresses of databases on the tests' server."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def at(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
