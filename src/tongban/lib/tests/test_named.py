"""Named rows in the real database: keys filled on every way of writing, found through the index."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from tongban.lib.name_search import name_query
from tongban.lib.named import INITIALS_LENGTH, PINYIN_LENGTH, Named, fill_name_keys

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Any:
    return apps.get_model("parties.Person")


@pytest.fixture
def organisation() -> Any:
    return apps.get_model("parties.Organisation")


@pytest.fixture
def people(person: Any) -> Any:
    names = ["张三", "张珊珊", "章三丰", "曾国藩", "覃海洋", "吕布", "张㛃", "阿卜杜拉·买买提", "Mary Smith", "100%_\\"]
    person.objects.bulk_create([person(name=name) for name in names])
    return person.objects


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("张", ["张三", "张㛃", "张珊珊"]),
        ("三", ["张三", "章三丰"]),
        ("zs", ["张三", "张珊珊", "章三丰"]),
        ("zhangsan", ["张三", "章三丰"]),
        ("Zhang Shan", ["张珊珊"]),
        ("张s", ["张三", "张珊珊"]),
        ("张三f", []),
        ("章sf", ["章三丰"]),
        ("zeng", ["曾国藩"]),
        ("ceng", ["曾国藩"]),
        ("qin", ["覃海洋"]),
        ("tanhai", ["覃海洋"]),
        ("lv", ["吕布"]),
        ("LYU", ["吕布"]),
        ("㛃", ["张㛃"]),
        ("abudula", ["阿卜杜拉·买买提"]),
        ("阿卜杜拉•买买提", ["阿卜杜拉·买买提"]),
        ("mary s", ["Mary Smith"]),
        ("100%", ["100%_\\"]),
        ("%", []),
        ("_", []),
        ("x", []),
    ],
)
def test_people_are_found_as_a_desk_types_them(people: Any, typed: str, found: list[str]) -> None:
    rows = people.filter(name_query(typed)).order_by("name_pinyin", "name")
    assert sorted(row.name for row in rows) == sorted(found)


def test_an_empty_box_shows_everybody(people: Any) -> None:
    assert people.filter(name_query(" ")).count() == 10


def test_people_are_sorted_by_their_pinyin(people: Any) -> None:
    names = [row.name for row in people.exclude(name__startswith="1").order_by("name_pinyin", "name")]
    assert names[0] == "阿卜杜拉·买买提"
    assert names[-4:] == ["张㛃", "张三", "章三丰", "张珊珊"]


def test_keys_follow_the_name_on_every_save(person: Any) -> None:
    row = person.objects.create(name="单雄信")
    assert (row.name_pinyin, row.name_initials) == ("shanxiongxin", "sxx")
    row.name = "解缙"
    row.save(update_fields=["name"])
    row.refresh_from_db()
    assert (row.name_pinyin, row.name_initials) == ("xiejin", "xj")
    row.name = "仇英"
    person.objects.bulk_update(fill_name_keys([row]), ["name", "name_pinyin", "name_initials"])
    row.refresh_from_db()
    assert (row.name_pinyin, row.name_initials) == ("qiuying", "qy")


def test_organisations_are_read_without_a_surname(organisation: Any) -> None:
    row = organisation.objects.create(name="单位食堂", kind="company", region_code="510502")
    assert row.name_pinyin == "danweishitang"
    assert organisation.objects.filter(name_query("dwst", personal=False)).get() == row


def test_a_related_row_is_found_through_its_path(organisation: Any) -> None:
    row = organisation.objects.create(name="卫生健康局", kind="government", region_code="510502")
    unit = apps.get_model("parties.Unit")
    unit.objects.create(name="医政科", organisation=row, kind="department", code="medical", region_code="510502")
    found = unit.objects.filter(name_query("wsjk", via="organisation", personal=False))
    assert [u.name for u in found] == ["医政科"]


def test_long_names_keep_the_beginning_of_their_keys(organisation: Any) -> None:
    row = organisation.objects.create(name="床" * 200, kind="company", region_code="510502")
    row.refresh_from_db()
    assert (len(row.name_pinyin), len(row.name_initials)) == (PINYIN_LENGTH, INITIALS_LENGTH)
    assert organisation.objects.filter(name_query("chuang" * 20, personal=False)).exists()


def test_a_search_by_letters_uses_both_indexes(people: Any) -> None:
    with connection.cursor() as cursor:
        # Eleven rows are read faster whole; what is asked is whether the condition can use the indexes at all.
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = people.filter(name_query("zs")).explain()
    assert "parties_person_py" in plan
    assert "parties_person_in" in plan
    assert "Seq Scan" not in plan


NAMES = (
    "泸州老窖商贸有限公司",
    "窖藏老酒坊",
    "老街面馆",
    "𬱖宇（泸州）科技有限公司",
    "泸州\ue123记豆花店",
    "100%_\\窖",
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("老窖", {0}),
        ("窖", {0, 1, 5}),
        ("老", {0, 1, 2}),
        ("泸州老窖商贸有限公司", {0}),
        ("老窖 商贸", {0}),
        ("老老", set()),
        ("𬱖宇", {3}),
        ("𬱖", {3}),
        ("\ue123", {4}),
        ("泸州", {0, 3, 4}),
        ("泸州k", set()),
    ],
)
def test_characters_are_found_anywhere_in_a_name(organisation: Any, typed: str, found: set[int]) -> None:
    organisation.objects.bulk_create([organisation(name=name, kind="company", region_code="510502") for name in NAMES])
    rows = organisation.objects.filter(name_query(typed, personal=False))
    assert {row.name for row in rows} == {NAMES[place] for place in found}
    held = organisation.objects.filter(name__holds="100%_")
    assert [row.name for row in held] == [NAMES[5]]


@pytest.mark.parametrize("typed", ["老窖", "窖", "𬱖"])
def test_a_search_by_characters_reads_no_other_names(organisation: Any, typed: str) -> None:
    """Beside twenty thousand rows, as the database plans by itself."""
    like = organisation.objects.create(name="丰源", kind="company", region_code="510502")
    names = [field.column for field in organisation._meta.concrete_fields]
    changed = {"id": "gen_random_uuid()", "name": "'丰源商贸第' || n || '分店'"}
    columns, values = ", ".join(f'"{one}"' for one in names), ", ".join(changed.get(one, f'"{one}"') for one in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO parties_organisation ({columns}) SELECT {values} FROM parties_organisation, "
            "generate_series(1, 20000) AS n WHERE id = %s",
            [like.pk],
        )
    plan = organisation.objects.filter(name_query(typed, personal=False)).explain()
    assert "parties_organisation_ch" in plan
    assert "Seq Scan" not in plan


@isolate_apps()
def test_a_model_that_loses_the_indexes_does_not_start() -> None:
    class Forgetful(Named):
        class Meta:
            app_label = "parties"

    class Mindful(Named):
        class Meta(Named.Meta):
            app_label = "parties"
            indexes = [*Named.Meta.indexes, models.Index(fields=["name"], name="mindful_name")]

    assert [error.id for error in Forgetful.check()] == ["names.E001"] * 3
    assert Mindful.check() == []
