"""Hours, business days, waiting, codes: the rules without a database."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tongban.applications.halls.rules import codes, hours, queue, shape
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

WEEK = {"workday": "09:00-12:00 13:30-17:30", "saturday": "10:00-16:00", "sunday": "", "holiday": ""}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("9:00-12:00,13:30-17:30", "09:00-12:00 13:30-17:30"),
        ("０９：００－１７：００", "09:00-17:00"),
        ("9-17", "09:00-17:00"),
        ("20:00至02:00", "20:00-02:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("", ""),
    ],
)
def test_hours_are_read_as_offices_write_them(typed: str, stored: str) -> None:
    assert hours.write_periods(hours.read_periods(typed)) == stored


@pytest.mark.parametrize("typed", ["早九晚五", "25:00-26:00", "09:61-10:00", "9"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as found:
        hours.read_periods(typed, field="workday")
    assert (found.value.code, found.value.field) == ("hours_unreadable", "workday")


def test_periods_that_overlap_are_refused() -> None:
    with pytest.raises(Refusal, match="hours_overlap"):
        hours.read_periods("09:00-12:00 11:00-17:00")


def test_hours_lie_within_one_business_day_and_there_are_some() -> None:
    with pytest.raises(Refusal, match="hours_past_day_start"):
        hours.check_hours({"workday": "20:00-05:00"}, 240)
    with pytest.raises(Refusal, match="hours_missing"):
        hours.check_hours({}, 240)


def test_after_midnight_it_is_still_yesterday_until_the_day_starts() -> None:
    night = hours.Schedule({"workday": "20:00-02:00", "saturday": "20:00-02:00"}, day_starts=240)
    assert night.business_day(at("2026-11-21T01:59:59")) == date(2026, 11, 20)
    assert night.is_open(at("2026-11-21T01:59:59"))
    assert not night.is_open(at("2026-11-21T02:00:00"))
    assert night.business_day(at("2026-11-21T04:00:00")) == date(2026, 11, 21)
    assert night.business_day(at("2026-11-21T03:59:59")) == date(2026, 11, 20)


def test_the_calendar_decides_what_kind_of_day_it_is() -> None:
    week = hours.Schedule(WEEK)
    assert week.kind_of(date(2026, 10, 1)) == "holiday"
    assert week.kind_of(date(2026, 10, 10)) == "workday"  # a make-up Saturday
    assert week.kind_of(date(2026, 11, 21)) == "saturday"
    assert not week.is_open(at("2026-10-01T10:00"))
    assert week.is_open(at("2026-10-10T10:00"))


def test_a_closed_day_says_when_it_opens_again() -> None:
    closed = hours.Schedule(WEEK, ((date(2026, 11, 23), date(2026, 11, 24)),))
    assert closed.opens_again(at("2026-11-21T16:00")) == at("2026-11-25T09:00")
    assert hours.Schedule({}).opens_again(at("2026-11-21T16:00")) is None


def test_registering_begins_an_hour_before_and_goes_on_over_noon() -> None:
    week = hours.Schedule(WEEK)
    allowed = {"07:59:59": False, "08:00": True, "12:30": True, "17:29:59": True, "17:30": False}
    for clock, may in allowed.items():
        assert week.may_register(at(f"2026-11-20T{clock}")) is may, clock


def test_a_head_start_moves_ahead_but_never_for_ever() -> None:
    starts = queue.DEFAULT_HEAD_STARTS
    early, late = at("2026-11-20T09:00"), at("2026-11-20T09:15")
    assert queue.queue_key(late, ["elderly"], starts) < queue.queue_key(early, [], starts)
    assert queue.queue_key(late + timedelta(minutes=20), ["elderly"], starts) > queue.queue_key(early, [], starts)
    assert queue.queue_key(late, ["elderly", "disabled"], starts) == late - timedelta(minutes=30)


def test_waiting_is_a_range_that_admits_what_it_does_not_know() -> None:
    usual = queue.pace_of([], 10)
    assert usual.learnt_from == 0
    assert queue.wait_range(0, 2, usual) == (0, 15)
    assert queue.wait_range(10, 2, usual) == (35, 90)
    assert queue.wait_range(3, 0, usual) is None
    learnt = queue.pace_of([4, 5, 5, 6, 6, 7, 8, 9, 500], 10)
    assert (learnt.quick, learnt.slow, learnt.learnt_from) == (5, 8, 8)
    assert "没有窗口" in queue.wait_words(None).zh
    assert queue.wait_words((0, 15)).en == "up to 15 minutes"


def test_numbers_for_the_eye_and_for_the_ear() -> None:
    assert queue.shown_number("A", 7) == "A007"
    assert queue.call_words("A", 112, "3").zh == "请 A 幺、幺、2 号到 3 号窗口。"
    assert queue.call_words("AB", 7, "3").en == "Number A B 0 0 7, please go to window 3."


def test_a_forged_code_is_known_without_asking() -> None:
    secret = b"s" * 32
    code = codes.sign_code("ABCDEFGH23", secret)
    assert codes.is_genuine(code, [b"x" * 32, secret])
    assert not codes.is_genuine(code, [b"x" * 32])
    for forged in (
        code[:-1] + ("2" if code[-1] != "2" else "3"),
        "Z" + code[1:],
        code + "2",
        "",
        "号" * 14,
        code.lower(),
    ):
        assert not codes.is_genuine(forged, [secret]), forged
    assert codes.read_code(f" {codes.shown_code(code).lower()} ") == code


def test_the_screens_digits_prove_presence_for_two_minutes() -> None:
    secret, now = b"s" * 32, 1_800_000_000.0
    shown = codes.presence_code("hall", now, secret)
    assert codes.proves_presence(shown, "hall", now + 119, secret)
    assert not codes.proves_presence(shown, "hall", now + 150, secret)
    assert not codes.proves_presence(shown, "another", now, secret)
    assert not codes.proves_presence("", "hall", now, secret)


def test_letters_for_queues_skip_those_that_look_like_digits() -> None:
    assert [shape.letter(n) for n in (0, 7, 8, 23, 24)] == ["A", "H", "J", "Z", "AA"]


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ([], "services_missing"),
        ([shape.Service(f"s{n}", T(str(n), ""), "A") for n in range(41)], "too_many_services"),
        ([shape.Service("a", T("甲", ""), "A"), shape.Service("b", T("甲", ""), "B")], "service_twice"),
        ([shape.Service("a", T("甲", ""), "7")], "prefix_invalid"),
        ([shape.Service("a", T("甲", ""), "A", minutes=0)], "minutes_out_of_range"),
    ],
)
def test_services_that_cannot_be(services: list[shape.Service], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        shape.check_services(services)


def test_health_is_asked_between_two_days_on_a_stated_basis() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    right = shape.Declaration(("symptoms",), first, last, "江阳区疫情防控第 12 号通告")
    assert shape.Declaration.read(shape.check_declaration(right).as_json()) == right
    assert right.asked_on(last) == ("symptoms",)
    assert right.asked_on(date(2026, 12, 1)) == ()
    wrong = {
        "question_unknown": shape.Declaration(("income",), first, last, right.legal_basis),
        "declaration_dates": shape.Declaration(("symptoms",), first, None, right.legal_basis),
        "legal_basis_missing": shape.Declaration(("symptoms",), first, last, ""),
    }
    for code, one in wrong.items():
        with pytest.raises(Refusal, match=code):
            shape.check_declaration(one)
    with pytest.raises(Refusal, match="declaration_dates"):
        shape.check_declaration(shape.Declaration(("symptoms",), first, date(2027, 6, 1), right.legal_basis))
