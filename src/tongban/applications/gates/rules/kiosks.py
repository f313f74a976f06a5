"""A gate without a guard: where its relay is called, by the browser that judged."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LONGEST_RELAY = 200
# No names and passwords, and nothing that would mean more in a content policy than one address.
_RELAY = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/?=&%-]*)?"
)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """At which gate a tablet stands, which way people go there, what opens it."""

    gate: int
    is_entry: bool
    relay: str
    secret: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the community."""
        return asdict(self)


def check_relay(said: str) -> str:
    """The address of a relay as a browser may call it: https anywhere, plain http only within the gate's own network."""
    text = said.strip()
    found = _RELAY.fullmatch(text) if len(text) <= LONGEST_RELAY else None
    if not found or not (found["scheme"] == "https" or _is_near(found["host"].strip("[]").lower())):
        raise Refusal("relay_wrong", T("继电器地址写成 https://…；门岗内网的设备可以写 http://192.168.1.20/open。",
                      "Write the relay's address as https://…; within the gate's own network http://192.168.1.20/open will do."),
                      field="relay")  # fmt: skip
    return text


def _is_near(host: str) -> bool:
    """Whether a host is the tablet itself or of its own network, by its name alone."""
    if host == "localhost" or host.endswith((".local", ".localhost")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def origin_of(relay: str) -> str:
    """What a content policy names to let a page call a relay, and nothing else."""
    parts = urlsplit(relay)
    return f"{parts.scheme}://{parts.netloc}"
