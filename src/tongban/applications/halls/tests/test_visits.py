"""Registering, queueing, calling: in order, once, and by nobody who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.actions.counting import count_up
from tongban.applications.halls.models import Counter, Hall, Trace, Visit
from tongban.applications.halls.rules.shape import PROVISIONAL_QUOTA, Declaration
from tongban.applications.halls.tests.conftest import ALWAYS, new_hall, somebody, staff
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.working_days import SHANGHAI

HOST = "luzhou.localhost"


def said(n: int = 1, **changes: Any) -> actions.Said:
    given: dict[str, Any] = {
        "service": "s1", "name": "陈小雨", "document_type": "resident_id", "phone": f"138000{n:05d}",
        "document_number": synthetic_id_number(date(1990, 1, 1), n),
    }  # fmt: skip
    return actions.Said(**(given | changes))


def come(hall: Hall, n: int = 1, *, manner: actions.Manner | None = None, **changes: Any) -> Visit:
    return actions.register_visit(hall, said(n, **changes), manner or actions.Manner(uuid4()), by=ANONYMOUS)


@pytest.mark.django_db
class TestRegistering:
    def test_a_visitor_gets_the_next_number_of_the_queue(self, hall: Hall) -> None:
        visits = [come(hall, n, service=service) for n, service in ((1, "s1"), (2, "s2"), (3, "s1"))]
        assert [f"{one.prefix}{one.number}" for one in visits] == ["A1", "B1", "A2"]
        assert queries.before(visits[2]) == 1
        assert queries.visit_by_code(visits[0].code) == visits[0]
        assert visits[0].masked_name == "陈*雨"

    def test_the_same_form_sent_twice_is_one_visit(self, hall: Hall) -> None:
        manner = actions.Manner(uuid4())
        first, second = come(hall, 1, manner=manner), come(hall, 2, manner=manner, name="别人")
        assert first == second
        assert Visit.objects.count() == Trace.objects.count() == 1
        assert Counter.objects.get(prefix="A").value == 1

    @pytest.mark.parametrize("name", ["㛃𬭎", "买买提·阿卜杜拉", "John Ronald O'Neil"])
    def test_names_are_kept_as_they_are(self, hall: Hall, name: str) -> None:
        visit = Visit.objects.get(pk=come(hall, 1, name=name).pk)
        assert visit.details["name"] == name
        assert Trace.objects.get(visit_id=visit.pk).sealed["name"] == name
        assert name not in visit.masked_name

    def test_a_foreign_passport_is_a_document(self, hall: Hall) -> None:
        visit = come(hall, 1, document_type="passport", document_number="e1234-5678", phone="+1 650 253 0000")
        assert visit.details["document_number"] == "E12345678"

    def test_everything_wrong_is_said_at_once_and_nothing_is_written(self, hall: Hall) -> None:
        with pytest.raises(Refusals) as found:
            come(hall, service="x", name="?", document_number="110105194912310021", phone="1")
        fields = {one.field: one.code for one in found.value.refusals}
        assert set(fields) == {"service", "name", "document_number", "phone"}
        assert not Visit.objects.exists()
        assert not Counter.objects.exists()

    def test_too_many_companions(self, hall: Hall) -> None:
        assert come(hall, 1, companions=["张三", " ", "李四"]).party == 3
        with pytest.raises(Refusal, match="too_many_companions"):
            come(hall, 2, companions=[f"人{'甲乙丙丁戊己庚辛壬癸'[n]}" for n in range(10)])

    def test_a_helper_registers_somebody_without_a_phone(self, hall: Hall) -> None:
        manner = actions.Manner(uuid4(), helped_by="孙女", needs_phone=False)
        visit = come(hall, 1, manner=manner, phone="")
        assert (visit.helped_by, visit.details.get("phone")) == ("孙女", None)
        with pytest.raises(Refusal, match="phone_missing"):
            come(hall, 2, phone="")

    def test_a_closed_hall_says_when_it_opens(
        self, hall: Hall, manager: Actor, clock: Callable[[datetime], None]
    ) -> None:
        hall = actions.change_hall(hall.pk, {"hours": {"workday": "09:00-17:00"}, "day_starts": 240}, by=manager)
        clock(datetime(2026, 11, 20, 16, 59, 59, 999999, tzinfo=SHANGHAI))
        assert come(hall, 1).day == date(2026, 11, 20)
        clock(datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI))
        with pytest.raises(Refusal, match="hall_closed") as found:
            come(hall, 2)
        assert "2026-11-23 09:00" in found.value.message.zh

    def test_numbers_begin_anew_with_the_business_day_not_at_midnight(
        self, hall: Hall, manager: Actor, clock: Callable[[datetime], None]
    ) -> None:
        night = dict.fromkeys(ALWAYS, "20:00-02:00")
        hall = actions.change_hall(hall.pk, {"hours": night, "day_starts": 240}, by=manager)
        clock(datetime(2026, 11, 20, 23, 59, 59, tzinfo=SHANGHAI))
        first = come(hall, 1)
        clock(datetime(2026, 11, 21, 1, 59, 59, tzinfo=SHANGHAI))
        second = come(hall, 2)
        clock(datetime(2026, 11, 21, 19, 30, tzinfo=SHANGHAI))
        third = come(hall, 3)
        assert [(one.day.day, one.number) for one in (first, second, third)] == [(20, 1), (20, 2), (21, 1)]

    def test_an_unconfirmed_hall_has_a_daily_limit(self, manager: Actor) -> None:
        hall = actions.open_hall(new_hall(), by=manager)
        day = hall.schedule.business_day(timezone.now())
        count_up(hall.pk, day, "#all", step=PROVISIONAL_QUOTA - 1)
        come(hall, 1)
        with pytest.raises(Refusal, match="quota_used"):
            come(hall, 2)
        assert Visit.objects.count() == 1
        assert Counter.objects.get(prefix="A").value == 1

    def test_suspended_and_moved_halls_take_nobody(self, hall: Hall) -> None:
        for state in ("suspended", "moved"):
            Hall.objects.filter(pk=hall.pk).update(state=state, state_reason="x", moved_to="https://example.cn/h/X/")
            with pytest.raises(Refusal, match=f"hall_{state}"):
                come(Hall.objects.get(pk=hall.pk))

    def test_health_is_asked_only_while_it_is_switched_on(self, hall: Hall, manager: Actor) -> None:
        today = hall.schedule.business_day(timezone.now())
        asked = Declaration(("temperature", "symptoms", "places"), today, today, "江阳区第 12 号通告")
        hall = actions.change_hall(hall.pk, {"declaration": asked}, by=manager)
        with pytest.raises(Refusals) as found:
            come(hall, 1, declaration={"temperature": "99"})
        assert {one.code for one in found.value.refusals} == {"temperature_wrong", "answer_missing"}
        visit = come(hall, 1, declaration={"temperature": "36，5℃", "symptoms": "no", "places": "成都"})
        assert Trace.objects.get(visit_id=visit.pk).sealed["declaration"] == {
            "temperature": "36.5", "symptoms": "no", "places": "成都"
        }  # fmt: skip
        assert "declaration" not in visit.details
        off = actions.change_hall(hall.pk, {"declaration": Declaration()}, by=manager)
        assert come(off, 2).number == 2

    def test_old_age_is_known_from_the_document(self, hall: Hall) -> None:
        come(hall, 1)
        old = come(
            hall, 2, document_number=synthetic_id_number(date(1950, 1, 1), 5), priorities=["disabled", "appointment"]
        )
        assert old.priorities == ["disabled", "elderly"]
        assert queries.before(old) == 0

    def test_a_registration_takes_few_statements(self, hall: Hall, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(7):  # nonce, savepoint, trace, counter, visit, release
            come(hall, 1)

    def test_nothing_readable_is_stored(self, hall: Hall) -> None:
        come(hall, 1)
        with connection.cursor() as cursor:
            for table in ("halls_visit", "halls_trace"):
                cursor.execute(f"SELECT t::text FROM {table} t")
                text = cursor.fetchone()[0]
                assert "陈小雨" not in text
                assert "13800000001" not in text

    def test_a_forged_code_is_refused_without_a_question(self, hall: Hall, django_assert_num_queries: Any) -> None:
        code = come(hall, 1).code
        with django_assert_num_queries(0), pytest.raises(Refusal, match="visit_code_wrong"):
            queries.visit_by_code(code[:-1] + ("2" if code[-1] != "2" else "3"))


@pytest.mark.django_db
class TestServing:
    def window(self, hall: Hall, by: Actor, number: str = "1") -> Any:
        return actions.open_window(hall.windows.get(number=number).pk, by=by)

    def test_the_whole_way(self, hall: Hall, manager: Actor) -> None:
        visit, window = come(hall, 1), self.window(hall, manager)
        called = actions.call_next(window.pk, by=manager)
        assert called == visit
        assert actions.recall(visit.pk, by=manager).calls == 2
        assert actions.begin_serving(visit.pk, by=manager).state == "serving"
        done = actions.finish(visit.pk, by=manager)
        assert (done.state, done.served_by) == ("done", "余大明")
        assert actions.rate(done, 5, by=ANONYMOUS).rating == 5
        assert actions.call_next(window.pk, by=manager) is None

    def test_calling_the_next_finishes_whoever_is_served(self, hall: Hall, manager: Actor) -> None:
        first, second, window = come(hall, 1), come(hall, 2), self.window(hall, manager)
        actions.call_next(window.pk, by=manager)
        with pytest.raises(Refusal, match="visitor_called"):
            actions.call_next(window.pk, by=manager)
        actions.begin_serving(first.pk, by=manager)
        assert actions.call_next(window.pk, by=manager) == second
        first.refresh_from_db()
        assert first.state == "done"

    def test_a_window_calls_its_own_queues(self, hall: Hall, manager: Actor) -> None:
        actions.change_windows(hall.pk, [("1", "", ["B"]), ("2", "", [])], by=manager)
        come(hall, 1, service="s1")
        b = come(hall, 2, service="s2")
        assert actions.call_next(self.window(hall, manager).pk, by=manager) == b

    def test_a_missed_call_is_no_lost_place(self, hall: Hall, manager: Actor) -> None:
        visit, window = come(hall, 1), self.window(hall, manager)
        actions.call_next(window.pk, by=manager)
        missed = actions.skip(visit.pk, by=manager)
        assert missed.state == "no_show"
        back = actions.rejoin(missed, by=ANONYMOUS)
        assert back.state == "waiting"
        assert actions.rejoin(back, by=ANONYMOUS).queue_key == back.queue_key
        actions.call_next(window.pk, by=manager)
        actions.skip(visit.pk, by=manager)
        assert actions.call_number(window.pk, visit.pk, by=manager).state == "called"

    def test_a_transferred_visitor_keeps_number_and_place(self, hall: Hall, manager: Actor) -> None:
        first, _second = come(hall, 1), come(hall, 2, service="s2")
        one, two = self.window(hall, manager), self.window(hall, manager, "2")
        actions.call_next(one.pk, by=manager)
        moved = actions.transfer(first.pk, to_prefix="B", by=manager)
        assert (moved.prefix, moved.line, moved.number, moved.service) == ("A", "B", 1, "s2")
        assert queries.waiting(hall.pk, first.day).first() == first
        actions.call_next(one.pk, by=manager)
        actions.transfer(first.pk, to_window=two.pk, by=manager)
        assert actions.call_next(two.pk, by=manager) == first
        for wrong in ({"to_prefix": "Q"}, {"to_window": uuid4()}, {"to_window": two.pk}):
            with pytest.raises(Refusal, match="transfer_"):
                actions.transfer(first.pk, by=manager, **wrong)  # type: ignore[arg-type]

    def test_a_window_lists_whoever_it_may_call_however_long_the_other_queue(self, hall: Hall, manager: Actor) -> None:
        first, second, third = (come(hall, n, service="s2" if n == 3 else "s1") for n in (1, 2, 3))
        one, two = self.window(hall, manager), self.window(hall, manager, "2")
        actions.call_number(one.pk, first.pk, by=manager)
        actions.transfer(first.pk, to_window=two.pk, by=manager)
        two.prefixes = ["B"]
        assert [list(queries.waiting_at(each, first.day)) for each in (one, two)] == [[second, third], [first, third]]

    def test_who_does_not_work_there_calls_nobody(self, hall: Hall, manager: Actor) -> None:
        come(hall, 1)
        window = self.window(hall, manager)
        for other in (somebody("路人"), staff("clerk"), ANONYMOUS):
            with pytest.raises(Refusal, match="not_found"):
                actions.call_next(window.pk, by=other)

    def test_states_that_have_moved_on_are_said(self, hall: Hall, manager: Actor) -> None:
        visit, window = come(hall, 1), self.window(hall, manager)
        for act in (actions.recall, actions.begin_serving, actions.finish, actions.skip):
            with pytest.raises(Refusal, match="visit_moved_on"):
                act(visit.pk, by=manager)
        with pytest.raises(Refusal, match="visit_moved_on"):
            actions.rate(visit, 5, by=ANONYMOUS)
        assert actions.leave(visit, by=ANONYMOUS).state == actions.leave(visit, by=ANONYMOUS).state == "left"
        with pytest.raises(Refusal, match="visit_moved_on"):
            actions.call_number(window.pk, visit.pk, by=manager)

    def test_a_window_is_left_empty(self, hall: Hall, manager: Actor) -> None:
        come(hall, 1)
        window = self.window(hall, manager)
        actions.call_next(window.pk, by=manager)
        with pytest.raises(Refusal, match="window_busy"):
            actions.close_window(window.pk, by=manager)
        actions.finish(Visit.objects.get().pk, by=manager)
        assert not actions.close_window(window.pk, by=manager).is_open
        with pytest.raises(Refusal, match="window_closed"):
            actions.call_next(window.pk, by=manager)

    def test_the_board_tells_the_queue_and_changes_its_version(self, hall: Hall, manager: Actor) -> None:
        queries.forget_board(hall.pk)
        empty = queries.board_of(hall)
        come(hall, 1)
        assert queries.board_of(hall) is empty  # a second old at most
        queries.forget_board(hall.pk)
        full = queries.board_of(hall)
        assert full.version != empty.version
        assert full.shown["waiting"] == ["A001"]
        assert full.lines["A"].waits is None
        self.window(hall, manager)
        assert queries.board_of(hall).lines["A"].waits == (5, 30)

    def test_a_board_of_five_thousand_takes_few_statements(
        self, hall: Hall, django_assert_max_num_queries: Any
    ) -> None:
        queries.forget_board(hall.pk)
        with django_assert_max_num_queries(5):
            queries.board_of(hall)


@pytest.mark.django_db
class TestPages:
    def test_register_without_scripts_and_see_ones_number(self, hall: Hall) -> None:
        visitor = Client(HTTP_HOST=HOST)
        page = visitor.get(f"/h/{hall.code}/")
        nonce = page.context["form"].initial["nonce"]
        sent = {
            "service": "s1", "name": "陈小雨", "document_type": "resident_id", "phone": "13800000001", "nonce": nonce,
            "document_number": synthetic_id_number(date(1990, 1, 1), 1), "companions": "", "entrance": "main",
        }  # fmt: skip
        done = visitor.post(f"/h/{hall.code}/", sent)
        assert done.status_code == 302
        again = visitor.post(f"/h/{hall.code}/", sent)
        assert again["Location"] == done["Location"]
        mine = visitor.get(done["Location"])
        assert "A001" in mine.content.decode()
        tag = mine.context["tag"]
        assert visitor.get(f"{done['Location']}now?v={tag}").status_code == 204
        assert visitor.get(f"{done['Location']}now").status_code == 200
        assert visitor.get(f"{done['Location']}slip.pdf?width=58").content.startswith(b"%PDF")
        assert done["Location"] in visitor.get(f"/h/{hall.code}/").content.decode()

    def test_errors_come_back_with_what_was_typed(self, hall: Hall) -> None:
        page = Client(HTTP_HOST=HOST).post(f"/h/{hall.code}/", {"name": "陈小雨", "nonce": uuid4()})
        assert page.status_code == 422
        assert 'value="陈小雨"' in page.content.decode()

    def test_a_phone_code_fills_in_the_last_visit(self, hall: Hall) -> None:
        from tongban.foundation.notifications.models import Message

        come(hall, 1)
        visitor = Client(HTTP_HOST=HOST)
        assert visitor.post(f"/h/{hall.code}/again/?new", {"phone": "13800000001"}).status_code == 302
        body = Message.objects.get(template="parties.send_code").body
        code = next(part for part in body.replace("，", " ").replace(",", " ").split() if part.isdecimal())
        assert (
            visitor.post(f"/h/{hall.code}/again/", {"code": "000000" if code != "000000" else "1"}).status_code == 422
        )
        assert visitor.post(f"/h/{hall.code}/again/", {"code": code}).status_code == 302
        assert visitor.get(f"/h/{hall.code}/").context["form"].initial["name"] == "陈小雨"
        assert "陈小雨" not in Client(HTTP_HOST=HOST).get(f"/h/{hall.code}/").content.decode()

    def test_guessing_the_code_ends_after_five_tries(self, hall: Hall) -> None:
        visitor = Client(HTTP_HOST=HOST)
        visitor.post(f"/h/{hall.code}/again/?new", {"phone": "13800000001"})
        for _ in range(5):
            assert visitor.post(f"/h/{hall.code}/again/", {"code": "x"}).status_code == 422
        assert "phone" in visitor.get(f"/h/{hall.code}/again/").context["form"].fields

    def test_the_board_answers_304_until_something_changes(self, hall: Hall) -> None:
        screen = Client(HTTP_HOST=HOST)
        first = screen.get(f"/h/{hall.code}/board.json")
        assert first.json()["hall"] == hall.name
        assert screen.get(f"/h/{hall.code}/board.json", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304

    def test_a_screen_has_a_secret_address(self, hall: Hall, manager: Actor) -> None:
        key = queries.link_of(hall, "screen")
        screen = Client(HTTP_HOST=HOST)
        assert screen.get(f"/h/{hall.code}/screen/{key}/").status_code == 200
        code = screen.get(f"/h/{hall.code}/screen/{key}/", HTTP_ACCEPT="application/json").json()["code"]
        assert queries.is_present(hall, code)
        actions.renew_links(hall.pk, by=manager)
        assert screen.get(f"/h/{hall.code}/screen/{key}/").status_code == 404
