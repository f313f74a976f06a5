"""The database that comes with the house: PostgreSQL from a wheel, on a Unix socket, in our own directory."""

from tongban.config.embedded.roles import Addresses, ensure_roles_and_database, write_down
from tongban.config.embedded.server import Cluster, start

__all__ = [
    "Addresses",
    "Cluster",
    "ensure_roles_and_database",
    "start",
    "write_down",
]
