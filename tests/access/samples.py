"""Real ids for the parameters of addresses: whose they are, and where.

A route whose parameter is not known here fails the walk with the line to add. Each sample names by ``seen_by`` the
visitors (labels of ``visitors.VISITORS``) who may open the thing; everybody else must not learn that it exists.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tongban.foundation.documents.actions import begin_upload, store_upload
from tongban.foundation.documents.hooks import MATERIAL
from tongban.foundation.exchange.models import Delivery, OutboxMessage, Sender, Subscription
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.models import Account, ApiClient, Device, Mandate, Organisation, Person, Unit
from tongban.foundation.parties.queries import actor_of_account, token_hash
from tongban.lib.actors import Actor, system
from tongban.lib.capabilities import ALL
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.matters.actions import publish_library
from tongban.matters.adapters import read_library
from tongban.matters.models import Case, Definition

TESTS = system("tests")
EVERYBODY = frozenset({"everybody"})
ELSEWHERE_SCHEMA = "j510300"
NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing an address can name; nobody at all may see what lies in another jurisdiction or is not there."""

    what: str
    value: Any
    seen_by: frozenset[str] = field(default_factory=frozenset)

    def is_for(self, label: str) -> bool:
        return self.seen_by == EVERYBODY or label in self.seen_by


class World:
    """The demo as it is loaded, and what these tests put beside it, each thing made when it is first asked for."""

    def __init__(self, run_jobs: Callable[[], int]) -> None:
        self._made: dict[str, list[Sample]] = {}
        self._tokens: dict[str, str] = {}
        self.run_jobs = run_jobs  # what an action leaves for later, done now

    def samples(self, key: str) -> list[Sample]:
        if key not in self._made:
            self._made[key] = SAMPLES[key](self)
        return self._made[key]

    def person(self, username: str) -> Person:
        person = Account.objects.select_related("person").get(username=username).person
        assert person is not None
        return person

    def actor(self, username: str) -> Actor:
        """Somebody at home: the person of a log-in, without a desk."""
        account = Account.objects.select_related("person").get(username=username)
        return actor_of_account(account, channel="web", second_factor=False)

    def token_of(self, label: str) -> str:
        """The bearer token of a program of the health bureau, made when it is first asked for."""
        if label not in self._tokens:
            self._tokens[label] = self._new_token(label)
        return self._tokens[label]

    def _new_token(self, label: str) -> str:
        token = secrets.token_urlsafe(24)
        unit = Unit.objects.get(code="health")
        given = {"name": label, "token_prefix": token[:12], "token_hash": next(iter(token_hash(token))),
                 "created_by": "tests"}  # fmt: skip
        if label == "device":
            Device.objects.create(kind="screen", unit=unit, **given)
            return token
        every = [name for name, capability in ALL.items() if capability.grantable_to_clients]
        ApiClient.objects.create(
            organisation=unit.organisation, expires_at=timezone.now() + timedelta(days=1),
            capabilities=[] if label == "client without capabilities" else every, **given,
        )  # fmt: skip
        return token

    def client(self, label: str) -> ApiClient:
        """The program itself."""
        return ApiClient.objects.get(token_prefix=self.token_of(label)[:12])

    def stranger_elsewhere(self) -> Person:
        """Somebody of the other jurisdiction, whose rows nobody of ours may reach."""
        with enter(ELSEWHERE_SCHEMA):
            found = Person.objects.filter(name="邻市居民").first()
            if found is None:
                found = Person.objects.create(name="邻市居民", region_code="510302", source="tests")
                Account.objects.create(username=NEIGHBOUR, person=found)
            return found


def messages(world: World) -> list[Sample]:
    def to(person_id: UUID) -> UUID:
        sent = notify(template="notifications.trial", parts={"who": "测试"}, by=TESTS, person_id=person_id)
        return next(m.pk for m in sent if m.channel == "in_app")

    neighbour = world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        far = to(neighbour.pk)
    return [
        Sample("the resident's message", to(world.person("resident").pk), frozenset({"resident"})),
        Sample("a reviewer's message", to(world.person("health1").pk), frozenset({"reviewer"})),
        Sample("a message of another jurisdiction", far),
        Sample("no message at all", uuid7()),
    ]


def documents(world: World) -> list[Sample]:
    def of(username: str) -> UUID:
        content = BytesIO()
        Image.new("RGB", (40, 30), "#1a4f8b").save(content, "PNG")
        file = SimpleUploadedFile("营业执照.png", content.getvalue())
        return store_upload(file, purpose=MATERIAL, by=world.actor(username)).pk

    world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        far = of(NEIGHBOUR)
    found = [
        Sample("the resident's file", of("resident"), frozenset({"resident"})),
        Sample("the owner's file", of("owner"), frozenset({"owner"})),
        Sample("a file of another jurisdiction", far),
        Sample("no file at all", uuid7()),
    ]
    world.run_jobs()  # thumbnails are drawn by a job
    return found


def uploads(world: World) -> list[Sample]:
    def of(username: str) -> UUID:
        return begin_upload(name="图纸.pdf", length=5_000_000, purpose=MATERIAL, by=world.actor(username)).pk

    world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        far = of(NEIGHBOUR)
    return [
        Sample("the resident's upload", of("resident"), frozenset({"resident"})),
        Sample("the owner's upload", of("owner"), frozenset({"owner"})),
        Sample("an upload of another jurisdiction", far),
        Sample("no upload at all", uuid7()),
    ]


def mandates(world: World) -> list[Sample]:
    neighbour = world.stranger_elsewhere()
    today = timezone.localdate()
    with enter(ELSEWHERE_SCHEMA):
        agent = Person.objects.create(name="邻市代办人", region_code="510302", source="tests")
        far = Mandate.objects.create(person=neighbour, agent=agent, valid_from=today, valid_to=today, granted_by="甲")
    return [
        Sample("the company's mandate", Mandate.objects.get(agent=world.person("accountant")).pk,
               frozenset({"owner", "accountant"})),
        Sample("a mandate of another jurisdiction", far.pk),
        Sample("no mandate at all", uuid7()),
    ]  # fmt: skip


def client_elsewhere(world: World) -> ApiClient:
    neighbour = world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        office = Organisation.objects.create(name="邻市单位", kind="government", region_code="510302")
        return ApiClient.objects.create(
            name=neighbour.name, organisation=office, token_prefix="elsewhere-x", token_hash=b"", created_by="tests",
            expires_at=timezone.now() + timedelta(days=1), capabilities=[],
        )  # fmt: skip


def subscriptions(world: World) -> list[Sample]:
    def of(client: ApiClient) -> UUID:
        return Subscription.objects.create(client=client, name="复工", endpoint="https://example.org/", secret="x").pk

    far_client = client_elsewhere(world)
    with enter(ELSEWHERE_SCHEMA):
        far = of(far_client)
    return [
        Sample("the client's subscription", of(world.client("client")), frozenset({"client"})),
        Sample("another client's subscription", of(world.client("other client"))),
        Sample("a subscription of another jurisdiction", far),
        Sample("no subscription at all", uuid7()),
    ]


def senders(world: World) -> list[Sample]:
    sender = Sender.objects.create(
        client=world.client("client"), name="省平台", source=f"urn:province:{uuid7()}", secret="x"
    )
    return [Sample("a sender, without its signature", sender.pk), Sample("no sender at all", uuid7())]


OPERATORS = frozenset({"operator", "administrator"})


def subscriptions_at_the_desk(world: World) -> list[Sample]:
    """Operators administer every client's subscription of their own jurisdiction."""
    mine, other, far, nothing = world.samples("subscription_id")
    return [replace(mine, seen_by=OPERATORS), replace(other, seen_by=OPERATORS), far, nothing]


def senders_at_the_desk(world: World) -> list[Sample]:
    known, nothing = world.samples("sender_id")
    return [replace(known, seen_by=OPERATORS), nothing]


def deliveries(world: World) -> list[Sample]:
    def of(subscription_id: UUID) -> UUID:
        message = OutboxMessage.objects.create(type="exchange.test", source="/x", subject="s")
        return Delivery.objects.create(message=message, subscription_id=subscription_id, state="dead").pk

    mine, _, far, _ = world.samples("subscription_id")
    with enter(ELSEWHERE_SCHEMA):
        elsewhere = of(far.value)
    return [
        Sample("a dead letter", of(mine.value), OPERATORS),
        Sample("a dead letter of another jurisdiction", elsewhere),
        Sample("no delivery at all", uuid7()),
    ]


def themes(world: World) -> list[Sample]:
    del world
    return [Sample("no theme at all", "no-such-theme")]


def regions(world: World) -> list[Sample]:
    del world
    return [Sample("no region at all", "999999")]


def _cases(world: World, ours: frozenset[str], others: frozenset[str]) -> list[Sample]:
    """The demo's cases: of the company the owner acts for, and of another one."""
    company = Case.objects.filter(organisation__legal_representative=world.person("owner"), number__isnull=False)
    own = company.order_by("started_at").first()
    other = Case.objects.filter(state="granted").order_by("started_at").first()
    assert own is not None
    assert other is not None
    neighbour = world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        publish_library(read_library(settings.DEFINITIONS_DIRS[0]), by=TESTS)
        service = Definition.objects.get(code="enterprise-resumption")
        assert service.version_id is not None
        far = Case.objects.create(name=neighbour.name, definition=service, version_id=service.version_id, person=neighbour,
                                  region_code="510302", channel="web")  # fmt: skip
    return [
        Sample("the company's case", own.pk, ours),
        Sample("another company's case", other.pk, others),
        Sample("a case of another jurisdiction", far.pk),
        Sample("no case at all", uuid7()),
    ]


APPLICANTS = frozenset({"owner", "accountant"})
# Only those whose unit reviews or decides; auditors see all of their region. Whoever lacks the capability gets a 403.
OFFICES = frozenset({"reviewer", "township", "decider", "auditor", "reviewer without second factor"})


def cases(world: World) -> list[Sample]:
    return _cases(world, APPLICANTS, frozenset())


def desk_cases(world: World) -> list[Sample]:
    return _cases(world, OFFICES, OFFICES)


def cases_of_both(world: World) -> list[Sample]:
    return _cases(world, APPLICANTS | OFFICES, OFFICES)


def services(world: World) -> list[Sample]:
    del world
    return [Sample("a service", "enterprise-resumption", EVERYBODY), Sample("no service at all", "no-such-service")]


def screens(world: World) -> list[Sample]:
    return [Sample(one.what, {"case_id": one.value, "code": "safety"}, one.seen_by) for one in world.samples("case_id")]


def status_issuers(world: World) -> list[Sample]:
    del world
    return [Sample("no issuer at all", "nobody")]


# Keys are "parameter" or, where one name means several things, "/path/with/{parameter}" (as `normal` writes it).
SAMPLES: dict[str, Callable[[World], list[Sample]]] = {
    "message_id": messages,
    "document_id": documents,
    "upload_id": uploads,
    "mandate_id": mandates,
    "subscription_id": subscriptions,
    "sender_id": senders,
    "delivery_id": deliveries,
    **{
        f"/operations/subscriptions/{{subscription_id}}/{what}": subscriptions_at_the_desk
        for what in ("pause", "resume", "test", "secret", "remove")
    },
    **{f"/operations/senders/{{sender_id}}/{what}": senders_at_the_desk for what in ("pause", "resume", "secret")},
    "/themes/{code}/": themes,
    "/api/regions/{code}": regions,
    "/api/regions/{code}/children": regions,
    "issuer": status_issuers,
    "case_id": cases,
    "/desk/cases/{case_id}/": desk_cases,
    "/cases/{case_id}/certificate/": cases_of_both,
    "/cases/{case_id}/form/{code}/": screens,
    "/services/{code}/": services,
    "/services/{code}/start": services,
    "/api/services/{code}": services,
    "/api/cases/{case_id}": cases_of_both,
    "/api/cases/{case_id}/certificate": cases_of_both,
    "/api/cases/{case_id}/review": desk_cases,
    "/api/cases/{case_id}/return": desk_cases,
    "/api/cases/{case_id}/decision": desk_cases,
}
# Parameters that name nothing of anybody: one value is enough.
PLAIN: dict[str, Any] = {
    "number": 0, "provider_id": "no-such-provider", "key": "no-such-key", "uidb36": "1", "pk": 1,
}  # fmt: skip

_PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>|\{(?:[a-z]+:)?([a-z_]+)\}")


def normal(route: str) -> str:
    """``messages/<uuid:message_id>/`` and ``/messages/{uuid:message_id}/`` alike as ``/messages/{message_id}/``."""
    return "/" + _PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", route).lstrip("/")


def parameters(route: str) -> list[str]:
    return re.findall(r"\{([a-z_]+)\}", normal(route))


def filled(route: str, world: World) -> list[tuple[str, Sample | None]]:
    """The addresses a route stands for, each with the thing it names (None when it names nothing)."""
    pattern = normal(route)
    plain = {name: PLAIN[name] for name in parameters(route) if name in PLAIN}
    named = [name for name in parameters(route) if name not in PLAIN]
    if not named:
        return [(pattern.format(**plain), None)]
    key = pattern if pattern in SAMPLES else named[0]
    if key not in SAMPLES or (len(named) > 1 and pattern not in SAMPLES):
        raise LookupError(
            f'{pattern}: add to SAMPLES in tests/access/samples.py  "{key}": a function that gives ids of things of '
            f"one visitor, of another one, of another jurisdiction and of nothing"
        )
    found = []
    for sample in world.samples(key):
        values = sample.value if isinstance(sample.value, dict) else {named[0]: sample.value}
        found.append((pattern.format(**plain, **values), sample))
    return found
