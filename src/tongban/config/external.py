"""A PostgreSQL of the operator's own, named in DATABASE_URL."""

import contextlib
import time
from urllib.parse import urlsplit

import psycopg

from tongban.config.trouble import Trouble

OLDEST = 15
_PATIENCE = 5.0  # a database that is being started together with us


def check(url: str, setting: str = "DATABASE_URL") -> None:
    """Make sure the database answers and is not too old; Trouble otherwise, without its password."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with contextlib.closing(psycopg.connect(url, connect_timeout=5)) as connection:
                _check_version(connection.info.server_version, setting)
                return
        except psycopg.ProgrammingError as wrong:
            raise Trouble(
                f"{setting} 不是有效的数据库地址；应形如 postgresql://用户:口令@主机:5432/库名。",
                f"{setting} is not a database address; it should read postgresql://user:password@host:5432/name.",
            ) from wrong
        except psycopg.OperationalError as refused:
            if time.monotonic() < deadline:
                time.sleep(0.5)
                continue
            reason = _reason(refused, url)
            raise Trouble(
                f"连不上 {setting} 指定的数据库：{reason}；请检查地址、口令和网络。",
                f"The database in {setting} cannot be reached: {reason}; check its address, password and network.",
            ) from refused


def _check_version(version: int, setting: str) -> None:
    if version // 10000 < OLDEST:
        raise Trouble(
            f"{setting} 指定的是 PostgreSQL {version // 10000}，需要 {OLDEST} 或更新版本。",
            f"{setting} names a PostgreSQL {version // 10000}; version {OLDEST} or newer is needed.",
        )


def _reason(refused: psycopg.OperationalError, url: str) -> str:
    """The last line of what the library says; it may quote the address, so the password is taken out."""
    said = (str(refused).strip().splitlines() or ["?"])[-1].strip()
    with contextlib.suppress(ValueError):
        secret = urlsplit(url).password
        return said.replace(secret, "***") if secret else said
    return said
