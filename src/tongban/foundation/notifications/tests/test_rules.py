"""Templates, their filling, and when a message is tried again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tongban.foundation.notifications.adapters import templates
from tongban.foundation.notifications.adapters.wordings import read_template
from tongban.foundation.notifications.rules import RETRY_MINUTES, Template, Words, check_parts, next_attempt, shown
from tongban.lib.words import T

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
GOOD = {
    "purpose": {"zh": "试", "en": "try"},
    "retention_days": 30,
    "link": "/cases/{case}/",
    "in_app": {
        "subject": {"zh": "办件{case}", "en": "Case {case}"},
        "text": {"zh": "{site}：{when}", "en": "{site}: {when}"},
    },
}


def test_every_template_file_is_complete() -> None:
    assert {"parties.send_code", "notifications.trial"} <= set(templates())
    for found in templates().values():
        assert found.channels


def test_the_code_message_names_site_purpose_validity_and_warns() -> None:
    found = templates()["parties.send_code"]
    parts = {"site": "泸州市通办", "code": "428913", "purpose": T("登录", "signing in"), "minutes": 5}
    _, zh = found.compose("sms", parts, "zh-hans")
    assert "泸州市通办" in zh
    assert "428913" in zh
    assert "登录" in zh
    assert "5 分钟" in zh
    assert "请勿告诉任何人" in zh
    _, en = found.compose("sms", {**parts, "site": "Tongban Luzhou"}, "en")
    assert "signing in" in en
    assert "share it with nobody" in en


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"in_app": {"subject": {"zh": "甲{a}", "en": "A"}, "text": {"zh": "甲", "en": "A"}}}, "different places"),
        ({"in_app": {"subject": {"zh": "甲"}, "text": {"zh": "甲", "en": "A"}}}, "keys zh and en"),
        ({"in_app": {"subject": {"zh": "甲", "en": ""}, "text": {"zh": "甲", "en": "A"}}}, "zh and en"),
        ({"in_app": {"text": {"zh": "甲", "en": "A"}}}, "subject and text"),
        ({"sms": {"zh": "{a.b}", "en": "{a.b}"}}, "plain name"),
        ({"sms": {"zh": "长" * 500, "en": "x"}}, "at most"),
        ({"link": "https://example.org/"}, "path of this site"),
        ({"retention_days": 0}, "retention_days"),
        ({"colour": "red"}, "unknown"),
        ({"code": "other.code"}, "unknown"),
    ],
)
def test_a_wrong_template_says_why(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Template.read("matters.tried", GOOD | change)


def test_a_template_needs_channel_name_and_purpose() -> None:
    bare = {name: value for name, value in GOOD.items() if name not in ("in_app", "link")}
    with pytest.raises(ValueError, match="at least one of"):
        Template.read("matters.tried", bare)
    with pytest.raises(ValueError, match=r"app\.what"):
        Template.read("tried", GOOD)
    with pytest.raises(ValueError, match="missing"):
        Template.read("matters.tried", {"in_app": GOOD["in_app"]})


def test_a_broken_file_names_itself(tmp_path: Path) -> None:
    for text in ("purpose: [", "", "- a"):
        path = tmp_path / "matters.broken.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(ValueError, match=r"matters\.broken\.yaml"):
            read_template(path)


def test_parts_are_exactly_the_places() -> None:
    found = Template.read("matters.tried", GOOD)
    assert found.places == {"case", "when"}
    check_parts(found, {"case": 1, "when": 2})
    for wrong in ({"case": 1}, {"case": 1, "when": 2, "more": 3}):
        with pytest.raises(ValueError, match="takes the parts"):
            check_parts(found, wrong)


def test_parts_are_shown_in_the_reader_s_language_and_beijing_time() -> None:
    assert shown(T("甲", "A"), "en") == "A"
    assert shown(NOW, "en") == "2026-11-02 12:00"
    assert shown(date(2026, 11, 2), "zh-hans") == "2026-11-02"
    assert Words("{x}", "{x}").fill({"x": "{site}"}, "en") == "{site}", "what is filled in is not read again"


def test_tries_grow_apart_and_end() -> None:
    at = [next_attempt(n, NOW, None) for n in range(1, 7)]
    assert at == [*(NOW + timedelta(minutes=m) for m in RETRY_MINUTES), None]
    assert next_attempt(3, NOW, NOW + timedelta(minutes=10)) is None, "nothing is sent after it has expired"
    assert next_attempt(2, NOW, NOW + timedelta(minutes=10)) == NOW + timedelta(minutes=5)
