"""The database that comes with the house: PostgreSQL from a wheel, on a Unix socket, in our own directory."""

from tongban.config.embedded.roles import OWNER, RUNTIME, Addresses, ensure_roles_and_database
from tongban.config.embedded.server import Cluster, running_url, start

__all__ = ["OWNER", "RUNTIME", "Addresses", "Cluster", "ensure_roles_and_database", "running_url", "start"]
