"""A jurisdiction is a schema, and nothing leaks from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from tongban.foundation.parties.models import Account, Look, Organisation, Person
from tongban.foundation.regions.actions import create_jurisdiction, database_role, migrate_all
from tongban.foundation.regions.models import Jurisdiction
from tongban.lib.actors import system
from tongban.lib.fields import blind_index
from tongban.lib.jobs import job
from tongban.lib.jurisdictions import check_name, current, enter
from tongban.lib.keys import KeyFileError
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

OPERATOR = system("tests")


def make_organisation(name: str) -> Organisation:
    return Organisation.objects.create(name=name, kind=Organisation.Kind.COMPANY, region_code="510502")


def search_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_rows_of_one_are_not_seen_in_the_other(elsewhere: str) -> None:
    make_organisation("泸州老窖街道商贸有限公司")
    with enter(elsewhere):
        assert Organisation.objects.count() == 0
        make_organisation("自贡盐业有限公司")
    assert [o.name for o in Organisation.objects.all()] == ["泸州老窖街道商贸有限公司"]


@pytest.mark.django_db
def test_outside_any_jurisdiction_everything_fails_closed() -> None:
    with enter(None), pytest.raises(ProgrammingError), transaction.atomic():
        Organisation.objects.count()


@pytest.mark.django_db
def test_an_error_inside_leaves_the_path_where_it_was(elsewhere: str) -> None:
    before = search_path()
    with pytest.raises(IntegrityError), enter(elsewhere), transaction.atomic():
        make_organisation("甲")
        Organisation.objects.create(name="乙", kind="company", region_code="5103", uscc="91510300MA00000000")
        Organisation.objects.create(name="丙", kind="company", region_code="5103", uscc="91510300MA00000000")
    assert current() == "j510500"
    assert search_path() == before
    with pytest.raises(DatabaseError), transaction.atomic(), enter(elsewhere), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    assert search_path() == before


def test_a_pooled_connection_never_brings_the_last_path_along(committed_db: None, elsewhere: str) -> None:
    with enter(elsewhere):
        make_organisation("自贡盐业有限公司")
        connection.close()  # back to the pool
    for _ in range(20):
        assert search_path() == "j510500, public"
        assert not Organisation.objects.exists()
        connection.close()
        with enter(elsewhere):
            assert Organisation.objects.count() == 1
            connection.close()


def pointed(asked: CaptureQueriesContext) -> int:
    return sum(one["sql"].startswith("SET search_path") for one in asked.captured_queries)


@pytest.fixture
def pooled(committed_db: None) -> Iterator[None]:
    """One connection that comes out of a pool each time, as the web server's do.

    Pools are Django's by alias: one that earlier tests filled with several connections must go first.
    """
    before = connections["default"]
    before.close()
    before.close_pool()
    settings = deepcopy(before.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 1, "timeout": 10}
    connections["default"] = DatabaseWrapper(settings, "default")
    yield
    connections["default"].close()
    connections["default"].close_pool()
    connections["default"] = before


def test_a_pooled_connection_is_pointed_only_when_it_stands_elsewhere(pooled: None, elsewhere: str) -> None:
    assert search_path() == "j510500, public"
    connection.close()
    with CaptureQueriesContext(connection) as asked:
        assert search_path() == "j510500, public"
        connection.close()
        with enter(elsewhere):
            assert search_path() == f"{elsewhere}, public"
            connection.close()
        assert search_path() == "j510500, public"
    assert pointed(asked) == 2


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_what_a_transaction_pointed_is_never_taken_for_granted(pooled: None, elsewhere: str, ends: str) -> None:
    assert search_path() == "j510500, public"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {elsewhere}")
        with enter("j510500"):
            assert search_path() == "j510500, public"
        with enter(elsewhere):
            assert search_path() == f"{elsewhere}, public"
        transaction.set_rollback(ends == "rollback")
    connection.close()
    assert search_path() == "j510500, public"
    with enter(elsewhere):
        assert search_path() == f"{elsewhere}, public"


@pytest.mark.parametrize("bad", ["public", "pg_temp", "J1", "1j", 'j"; drop', "", "a" * 42])
def test_names_that_could_not_be_a_schema_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="bad jurisdiction name"):
        check_name(bad)


@pytest.mark.django_db
def test_the_host_name_chooses(client: Client) -> None:
    assert "泸州市" in client.get("/", headers={"host": "luzhou.localhost"}).content.decode()
    assert "自贡市" in client.get("/", headers={"host": "zigong.localhost:8000"}).content.decode()
    answer = client.get("/", headers={"host": "nowhere.localhost"})
    assert answer.status_code == 404
    assert "nowhere.localhost" in answer.content.decode()


@pytest.mark.django_db
def test_the_runtime_role_neither_owns_nor_rewrites() -> None:
    assert database_role() == "tongban_runtime"
    person = Person.objects.create(name="张三")
    Look.objects.create(person=person, actor_kind="person", actor_name="李四", what="test", reason="测试")
    for forbidden in (
        "UPDATE parties_look SET reason = ''", "CREATE TABLE t (i int)", "DROP TABLE parties_look",
        "UPDATE regions_jurisdiction SET code = '1'", "DELETE FROM django_migrations", "SET ROLE tongban_owner",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forbidden)


@pytest.mark.django_db
def test_encrypted_values_do_not_open_elsewhere(elsewhere: str) -> None:
    Person.objects.create(name="张三", phone="+8613800138000", phone_index=blind_index("phone", "+8613800138000"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM parties_person")
        stored = bytes(cursor.fetchone()[0])
    assert b"138" not in stored
    assert Person.objects.get(phone_index=blind_index("phone", "+8613800138000")).phone == "+8613800138000"
    with enter(elsewhere):
        assert blind_index("phone", "+8613800138000") != Person.objects.none()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO parties_person SELECT * FROM j510500.parties_person")
        with pytest.raises(KeyFileError):
            Person.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "hosts", "refusal"),
    [
        ("51", {"zigong.localhost": ("51", T("甲", "A"))}, "hostname_taken"),
        ("51x500", {}, "jurisdiction_code"),
        ("51", {"bad_host!": ("51", T("甲", "A"))}, "hostname"),
        ("510300", {}, "jurisdiction_exists"),
    ],
)
def test_create_refuses(code: str, hosts: dict[str, tuple[str, T]], refusal: str) -> None:
    with enter(None), pytest.raises(Refusal) as refused:
        create_jurisdiction(code, name=T("甲", "A"), hosts=hosts, runtime_role=None, by=OPERATOR)
    assert refused.value.code == refusal
    assert not Jurisdiction.objects.filter(code=code).exclude(code="510300").exists()


@pytest.mark.django_db
def test_migrating_what_is_current_changes_nothing() -> None:
    with enter(None):
        assert migrate_all(runtime_role=None) == 0


@job()
def register_organisation(name: str) -> None:
    """A job that writes where it runs."""
    make_organisation(name)


def run_worker() -> None:
    """A real worker, until the queue is empty."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def names() -> list[str]:
    return sorted(Organisation.objects.values_list("name", flat=True))


def test_a_job_runs_where_it_was_deferred(committed_db: None, elsewhere: str) -> None:
    register_organisation.later(name="泸州的")
    with enter(elsewhere):
        register_organisation.later(name="自贡的")
    with pytest.raises(ValueError, match="undo"), transaction.atomic():
        register_organisation.later(name="回滚的")
        raise ValueError("undo")
    with enter(None):
        run_worker()
    assert names() == ["泸州的"]
    with enter(elsewhere):
        assert names() == ["自贡的"]


def test_a_job_outside_any_jurisdiction_is_refused() -> None:
    with enter(None), pytest.raises(RuntimeError, match="no jurisdiction"):
        register_organisation.later(name="无处")


@pytest.mark.django_db
def test_search_and_api_stay_inside(client: Client, elsewhere: str) -> None:
    account = Account.objects.create(username="manager")
    make_organisation("泸州独有公司")
    here, there = {"host": "luzhou.localhost"}, {"host": "zigong.localhost"}
    for headers in (here, there):
        for path in ("/search/?q=泸州独有", "/api/regions?q=泸州"):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 200
            assert headers is here or "泸州独有公司" not in answer.content.decode()
    client.force_login(account, backend="tongban.foundation.parties.login.HouseBackend")
    assert client.get("/messages/", headers=here).status_code == 200
    # The same cookie next door: its session is in another schema, so nobody is signed in.
    assert client.get("/messages/", headers=there).status_code == 302
