"""Things of persons and programs: messages, files, mandates, subscriptions."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from tests.access.world import ELSEWHERE_SCHEMA, NEIGHBOUR, TESTS, Sample, World
from tongban.foundation.documents.actions import begin_upload, store_upload
from tongban.foundation.documents.hooks import MATERIAL
from tongban.foundation.exchange.models import Delivery, OutboxMessage, Sender, Subscription
from tongban.foundation.ledger.models import Finding
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.models import ApiClient, Mandate, Organisation, Person
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter

OPERATORS = frozenset({"operator", "administrator"})


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
               frozenset({"owner", "accountant", "clerk"})),
        Sample("a mandate of another jurisdiction", far.pk),
        Sample("no mandate at all", uuid7()),
    ]  # fmt: skip


def client_elsewhere(world: World) -> ApiClient:
    neighbour = world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        found = ApiClient.objects.filter(name=neighbour.name).first()
        if found is not None:
            return found
        office = Organisation.objects.create(name="邻市单位", kind="government", region_code="510302")
        return ApiClient.objects.create(
            name=neighbour.name, organisation=office, secret_hash=b"", created_by="tests",
            expires_at=timezone.now() + timedelta(days=1), capabilities=[],
        )  # fmt: skip


def subscriptions(world: World) -> list[Sample]:
    def of(client: ApiClient) -> UUID:
        return Subscription.objects.create(client=client, name="复工", endpoint="https://example.org/", secret="x").pk

    far_client = client_elsewhere(world)
    with enter(ELSEWHERE_SCHEMA):
        far = of(far_client)
    return [
        Sample("the client's subscription", of(world.client("client")), OPERATORS | {"client"}),
        Sample("another client's subscription", of(world.client("other client")), OPERATORS),
        Sample("a subscription of another jurisdiction", far),
        Sample("no subscription at all", uuid7()),
    ]


def senders(world: World) -> list[Sample]:
    sender = Sender.objects.create(client=world.client("client"), name="省平台", source="urn:province", secret="x")
    return [Sample("a sender, without its signature", sender.pk, OPERATORS), Sample("no sender at all", uuid7())]


def deliveries(world: World) -> list[Sample]:
    def of(client: ApiClient) -> UUID:
        told = Subscription.objects.create(client=client, name="复工", endpoint="https://example.org/", secret="x")
        event = OutboxMessage.objects.create(type="exchange.test", source="urn:test", subject="x")
        return Delivery.objects.create(message=event, subscription=told).pk

    far_client = client_elsewhere(world)
    with enter(ELSEWHERE_SCHEMA):
        far = of(far_client)
    return [
        Sample("a delivery", of(world.client("client")), OPERATORS),
        Sample("a delivery of another jurisdiction", far),
        Sample("no delivery at all", uuid7()),
    ]


def findings(world: World) -> list[Sample]:
    del world
    now = timezone.now()
    found = Finding.objects.create(kind="row_missing", about="x", first_seen_at=now, last_seen_at=now)
    return [Sample("a finding", found.pk, OPERATORS | {"auditor"}), Sample("no finding at all", uuid7())]


def themes(world: World) -> list[Sample]:
    del world
    return [Sample("no theme at all", "no-such-theme")]


def regions(world: World) -> list[Sample]:
    del world
    return [Sample("no region at all", "999999")]


def status_issuers(world: World) -> list[Sample]:
    del world
    return [Sample("no issuer at all", "nobody")]
