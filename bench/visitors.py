"""Halls of their own in the demo's county, and visitors by the thousand, for everything measured about halls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.house import HOST, House
from tongban.lib.identifiers import synthetic_id_number

SERVICES = 4  # of the demo's hall, each with its own queue

_OPEN = """
from tongban.applications.halls.models import Hall, Window
from tongban.foundation.parties.actions import activate_device, enrol_device
from tongban.lib.actors import system
from tongban.lib.ids import uuid7
hall = Hall.objects.select_related("unit").get(code="JYSAMPLE")
unit = hall.unit
unit.pk, unit.code, unit._state.adding = uuid7(), "hall-{code}", True
unit.save()
hall.pk, hall.code, hall.unit, hall.capacity, hall._state.adding = uuid7(), "{code}", unit, {capacity}, True
hall.save()
windows = [Window(hall=hall, number=str(n + 1), is_open=True) for n in range(4)]
Window.objects.bulk_create(windows)
_, code = enrol_device("bench", "scanner", unit_id=unit.pk, by=system("bench"))
print(activate_device(code, by=system("bench"))[1])
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """A hall that is open at every hour, with four windows, and the token of a device that stands in it."""

    code: str
    token: str

    def headers(self, house: House) -> dict[str, str]:
        """What its device sends."""
        return {
            "Host": f"{HOST}:{house.port}",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
        }


def open_hall(house: House, code: str, capacity: int = 500) -> Opened:
    """A confirmed hall like the demo's, which has no visitors yet."""
    return Opened(code, house.python(_OPEN.strip().format(code=code, capacity=capacity)).split()[-1])


_seen = count()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a phone, a document and an address of their own; no two are alike."""

    number: int

    @property
    def phone(self) -> str:
        """A mobile number."""
        return f"139{self.number:08d}"

    @property
    def document(self) -> str:
        """An identity number that nobody holds."""
        born, sequence = divmod(self.number, 999)
        return synthetic_id_number(date(1962, 1, 1) + timedelta(days=born), sequence + 1)

    @property
    def address(self) -> str:
        """Where the phone's request seems to come from; visitors are limited by address."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


def visitors(how_many: int) -> list[Visitor]:
    """Visitors who were not here before, one after the other."""
    return [Visitor(next(_seen)) for _ in range(how_many)]


@dataclass(frozen=True, slots=True)
class Poster:
    """What a phone has after opening the poster's page: a cookie, and headers for sending the form."""

    path: str
    cookie: str

    @property
    def form(self) -> str:
        """The form, filled in but for {service}, {document}, {phone} and its {unique} nonce."""
        return (
            f"csrfmiddlewaretoken={self.cookie}&nonce={{unique}}&entrance=main&service={{service}}&name={quote('陈小雨')}"
            "&document_type=resident_id&document_number={document}&phone={phone}&companions="
        )

    def headers(self, house: House) -> dict[str, str]:
        """Headers of a phone behind a proxy, at {address}."""
        return {
            "Host": f"{HOST}:{house.port}", "Cookie": f"tongban_csrf={self.cookie}", "X-Forwarded-For": "{address}",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip


def poster(house: House, hall: Opened) -> Poster:
    """Open the page the poster leads to."""
    path = f"/h/{hall.code}/"
    request = Request(f"http://127.0.0.1:{house.port}{path}", headers={"Host": f"{HOST}:{house.port}"})
    with urlopen(request, timeout=20) as answer:
        cookies = dict(one.split(";")[0].split("=", 1) for one in answer.headers.get_all("Set-Cookie") or [])
    return Poster(path, cookies["tongban_csrf"])


def answers(how_many: int, services: int = SERVICES) -> dict[str, list[str]]:
    """For each place of a poster's form, a value for each of so many visitors."""
    found = visitors(how_many)
    return {
        "{service}": [f"s{one.number % services + 1}" for one in found], "{document}": [one.document for one in found],
        "{phone}": [one.phone for one in found], "{address}": [one.address for one in found],
    }  # fmt: skip
