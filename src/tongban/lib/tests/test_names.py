"""Names: keys, search terms and tidy spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.names import SECOND_READINGS, SURNAMES, NameKey, NameTerms, name_key, name_terms, tidy_name

RARE = "㛃𬭎𠮷䶮〇"
names = st.text(alphabet=st.sampled_from("张王李曾单解欧阳三国藩雄信明德㛃𬭎𠮷·-ABC xyzé"), max_size=12)


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("张三", "zhangsan", "zs"),
        ("曾国藩", "zengguofan", "zgf"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("解缙", "xiejin", "xj"),
        ("仇英", "qiuying", "qy"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟卨", "moqixie", "mqx"),
        ("单于明", "chanyuming", "cym"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("欧阳修", "ouyangxiu", "oyx"),
        ("诸葛亮", "zhugeliang", "zgl"),
        ("吕布", "lvbu", "lb"),
        ("李略", "lilue", "ll"),
        ("李晟", "lisheng", "ls"),
        ("张㛃", "zhangjie", "zj"),
        ("刘𬭎", "liuhong", "lh"),
        ("𠮷野", "𠮷ye", "𠮷y"),
        ("阿卜杜拉·买买提", "abudulamaimaiti", "abdlmmt"),
        ("Mary Smith", "marysmith", "ms"),
        ("José Núñez", "josenunez", "jn"),
        ("O'Neill", "oneill", "on"),
        ("Иван", "иван", "и"),
        ("", "", ""),
    ],
)
def test_a_name_is_found_by_its_pinyin_and_its_initials(name: str, pinyin: str, initials: str) -> None:
    assert name_key(name) == NameKey(pinyin, initials)


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [("单位食堂", "danweishitang"), ("解放路社区", "jiefanglushequ"),
     ("区卫生健康局", "quweishengjiankangju"),
     ("重庆路第3小学", "chongqingludi3xiaoxue"), ("查验中心", "chayanzhongxin")],
)  # fmt: skip
def test_organisations_are_read_without_a_surname(name: str, pinyin: str) -> None:
    assert name_key(name, personal=False).pinyin == pinyin


def test_a_surname_is_read_as_one_only_in_front() -> None:
    assert name_key("王单").pinyin == "wangdan"
    assert name_key("张乐").pinyin == "zhangle"
    assert name_key("乐毅").pinyin == "yueyi"
    assert name_key("查干·巴特尔").pinyin == "chaganbateer", "written after its sound: no surname"


@pytest.mark.parametrize(
    ("written", "tidy"),
    [("张　三", "张三"), (" 张 三\n", "张三"), ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提"),
     ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
     ("ＭＡＲＹ　 Smith", "MARY Smith"), ("\ufeff张\u200b三", "张三"), ("\u202e张\u2066三", "张三"), ("朗\uf929", "朗朗")],
)  # fmt: skip
def test_names_are_stored_in_one_spelling(written: str, tidy: str) -> None:
    assert tidy_name(written) == tidy


@given(names)
def test_tidying_twice_changes_nothing(name: str) -> None:
    assert tidy_name(tidy_name(name)) == tidy_name(name)
    assert name_key(tidy_name(name)) == name_key(name)


@given(names)
def test_no_character_of_a_name_loses_its_key(name: str) -> None:
    key = name_key(name)
    assert bool(key.pinyin) == any(char.isalnum() for char in name)
    assert len(key.initials) <= len(key.pinyin)
    assert key.pinyin == key.pinyin.lower()


@given(names, st.integers(min_value=1, max_value=30))
def test_every_beginning_of_a_key_finds_the_name(name: str, length: int) -> None:
    key = name_key(name)
    for whole, part in ((key.pinyin, "pinyin"), (key.initials, "initials")):
        typed = whole[:length]
        if typed.isascii() and typed:
            assert whole.startswith(getattr(name_terms(typed), part))


@pytest.mark.parametrize("char", RARE)
def test_rare_characters_are_searched_as_characters(char: str) -> None:
    assert name_terms(f"张{char}") == NameTerms((f"张{char}",))
    assert char in tidy_name(f"张{char}")


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("张", NameTerms(("张",))),
        ("zs", NameTerms((), "zs", "zs")),
        ("ZhangSan", NameTerms((), "zhangsan", "zhangsan", (("粘", "niangsan"),))),
        ("li si", NameTerms((), "lisi", "lisi")),
        ("LYU", NameTerms((), "lv", "lv")),
        ("lü", NameTerms((), "lv", "lv")),
        ("曾g", NameTerms(("曾",), "zengg", "zg")),
        ("张san", NameTerms(("张",), "zhangsan", "zsan")),
        ("ceng", NameTerms((), "ceng", "ceng", (("曾", "zeng"),))),
        ("tanhai", NameTerms((), "tanhai", "tanhai", (("覃", "qinhai"),))),
        ("**", NameTerms()),
    ],
)
def test_what_was_typed_says_how_to_search(typed: str, terms: NameTerms) -> None:
    assert name_terms(typed) == terms


def test_organisations_are_searched_without_surnames() -> None:
    assert name_terms("ceng", personal=False).readings == ()
    assert name_terms("单w", personal=False) == NameTerms(("单",), "danw", "dw")


def test_every_surname_has_a_reading_for_each_character() -> None:
    for surname, reading in SURNAMES.items():
        assert len(reading.split()) == len(surname), surname
        assert name_key(surname + "明").pinyin == reading.replace(" ", "") + "ming"
    assert not set(SECOND_READINGS) & set(SURNAMES)
