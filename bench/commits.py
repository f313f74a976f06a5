"""The peer for writes: pgbench committing single rows in the same PostgreSQL, with the same number of clients."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from bench.house import House

_SCRIPT = "INSERT INTO bench_commit (id, note) VALUES (gen_random_uuid(), 'one row');\n"


def commits_per_second(house: House, clients: int, seconds: int = 8) -> float:
    """Commits per second of pgbench in the house's own server."""
    import os

    from tongban.config.embedded import OWNER, running_url
    from tongban.config.embedded.place import WHEEL

    url = urlsplit(running_url(house.var_dir / "postgres", OWNER, "tongban"))
    user, _, password = url.netloc.rpartition("@")[0].partition(":")
    host = unquote(parse_qs(url.query)["host"][0])
    environment = os.environ | {"PGHOST": host, "PGUSER": user, "PGPASSWORD": password, "PGDATABASE": "tongban"}
    script = Path(house.var_dir / "bench_commit.sql")
    script.write_text(_SCRIPT)

    def call(program: str, *arguments: str) -> str:
        command = [str(WHEEL / "bin" / program), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    call("psql", "-qc", "CREATE TABLE IF NOT EXISTS bench_commit (id uuid PRIMARY KEY, note text)")
    try:
        printed = call("pgbench", "-n", "-f", str(script), "-c", str(clients), "-j", "1", "-T", str(seconds))
    finally:
        call("psql", "-qc", "DROP TABLE bench_commit")
    found = re.search(r"tps = ([0-9.]+)", printed)
    assert found, printed
    return float(found.group(1))
