"""Heads go to the witnesses before anybody sees them; what they say, and what happens when they say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import conditions, sequencing, witnessing
from tongban.foundation.ledger.models import Checkpoint, Condition, Cosignature, Shard
from tongban.foundation.ledger.tests.support import BY, Served, file_case
from tongban.foundation.ledger.tests.witnesses import Circle, served
from tongban.lib import keys
from tongban.lib.keys import KeyRing
from tongban.lib.refusals import Refusal
from tongban_verify.checkpoints import Policy, Receipt, open_checkpoint
from tongban_verify.cosigning import Answer
from tongban_verify.errors import Unverified
from tongban_verify.notes import SigningKey
from tongban_verify.policy import PolicyFile
from tongban_verify.watch import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_conditions() -> None:
    conditions._noted.clear()


@pytest.fixture
def circle(tmp_path: Path, settings: Any, db: None) -> Iterator[Circle]:
    made = Circle(tmp_path, settings)
    yield made
    made.close()


def file_cases(count: int) -> None:
    for _ in range(count):
        file_case()


def shard() -> Shard:
    found = queries.current_shard()
    assert found
    return found


def head() -> Checkpoint | None:
    return queries.newest_checkpoint(shard())


def size() -> int:
    found = head()
    return found.size if found else 0


def cosigners(checkpoint: Checkpoint | None = None) -> set[str]:
    found = checkpoint or head()
    return set(Cosignature.objects.filter(checkpoint=found).values_list("witness", flat=True))


def as_published() -> Policy:
    return PolicyFile.parse(Client(HTTP_HOST="luzhou.localhost").get("/log/policy").content).policy()


def refusal(function: Any, *arguments: Any) -> str:
    with pytest.raises(Refusal) as refused:
        function(*arguments)
    return refused.value.code


def test_a_head_is_served_with_the_witnesses_lines(circle: Circle) -> None:
    rounds = circle.rounds()
    file_cases(3)
    circle.turn(rounds)
    file_cases(300)
    circle.turn(rounds)
    assert size() == 304
    assert cosigners() == {"a.test", "b.test", "c.test"}
    note = Served().get("checkpoint")
    opened = open_checkpoint(note, as_published())
    assert len(opened.witnesses) == 3
    assert all(signed.at for signed in opened.witnesses)
    assert Served().mirror(queries.keys_of(shard())[0].verifier).opened.checkpoint.size == 304
    count = len(circle.asked)
    circle.turn(rounds, 5)  # nothing new: nobody is asked again
    assert len(circle.asked) == count


def test_a_receipt_carries_them(circle: Circle) -> None:
    entry = file_case()
    circle.turn(circle.rounds())
    content = Client(HTTP_HOST="luzhou.localhost").get(f"/log/receipt/{bytes(entry.hash).hex()}").content
    assert len(Receipt.parse(content).check(as_published()).witnesses) == 3


def test_without_its_quorum_a_head_waits_and_then_goes_out_without(circle: Circle) -> None:
    rounds = circle.rounds()
    file_cases(2)
    circle.turn(rounds)
    assert size() == 3
    circle.down = {"a", "b"}
    entry = file_case()
    circle.turn(rounds, 20)
    assert size() == 3  # what everybody sees still has its quorum
    assert len(open_checkpoint(Served().get("checkpoint"), as_published()).witnesses) == 3
    assert Client(HTTP_HOST="luzhou.localhost").get(f"/log/{shard().name}/tile/0/000.p/4").status_code == 404
    waiting = queries.receipt_of(bytes(entry.hash))
    assert waiting
    assert waiting.receipt is None
    file_cases(2)
    circle.turn(rounds, int(witnessing.PATIENCE_SECONDS) - 20)
    file_cases(1)
    circle.turn(rounds, 3)
    assert size() >= 6  # a leaf waits less than a minute, whatever the witnesses do
    assert cosigners() <= {"c.test"}
    with pytest.raises(Unverified, match="Too few witnesses"):
        open_checkpoint(Served().get("checkpoint"), as_published())
    assert queries.conditions()["a.test"].code == "witness_silent"
    assert queries.conditions()["a.test"].en == "connection refused"


def test_witnesses_that_come_back_catch_up(circle: Circle) -> None:
    rounds = circle.rounds()
    circle.down = {"a", "b"}
    file_cases(2)
    circle.turn(rounds, int(witnessing.PATIENCE_SECONDS) + 2)
    assert size() == 3
    circle.down = set()
    circle.turn(rounds, int(witnessing.LONGEST_REST) + 2)
    assert cosigners() == {"a.test", "b.test", "c.test"}
    assert queries.conditions()["a.test"].code == ""


def test_a_receipt_prefers_a_head_with_its_quorum(circle: Circle) -> None:
    rounds = circle.rounds()
    entry = file_case()
    circle.turn(rounds)
    circle.down = {"a", "b", "c"}
    file_case()
    circle.turn(rounds, int(witnessing.PATIENCE_SECONDS) + 2)
    assert size() == 3
    found = queries.receipt_of(bytes(entry.hash))
    assert found
    assert found.receipt
    assert found.receipt.check(as_published()).checkpoint.size == 2


def test_a_silent_witness_is_asked_less_and_less(circle: Circle) -> None:
    rounds = circle.rounds()
    circle.down = {"a"}
    file_cases(1)
    circle.turn(rounds, 62)
    asked = [name for name, _ in circle.asked].count("a")
    assert 4 <= asked <= 7
    assert cosigners() == {"b.test", "c.test"}  # the others were enough


def test_a_slow_witness_holds_nobody_up(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    answers = Event()

    def ask(witness: Any, request: Any) -> Answer:
        if witness.name == "a":
            answers.wait(30)
        return circle.ask(witness, request)

    rounds = circle.rounds(ask)
    file_cases(1)
    circle.turn(rounds)
    assert size() == 2
    assert cosigners() == {"b.test", "c.test"}
    answers.set()
    for _ in range(200):
        circle.turn(rounds)
        if len(cosigners()) == 3:
            break
        Event().wait(0.01)
    assert cosigners() == {"a.test", "b.test", "c.test"}


def test_after_a_crash_between_witness_and_database_the_log_goes_on(circle: Circle) -> None:
    file_cases(3)
    first = circle.rounds()
    circle.turn(first)
    file_cases(2)
    actions.sequence()
    # The head of 6 leaves reaches the witnesses; the sequencer dies before it is published.
    second = circle.rounds()
    second._publish = lambda *_: None  # type: ignore[method-assign]
    second.tend()
    assert size() == 4
    assert circle.desks["a"].memory.newest(shard().origin).size == 6
    file_cases(1)
    circle.turn(circle.rounds(), 2)
    assert size() == 7
    assert len(cosigners()) == 3


def test_two_sequencers_share_the_witnesses(circle: Circle) -> None:
    one, other = circle.rounds(), circle.rounds()
    for _ in range(4):
        file_cases(2)
        circle.turn(one)
        file_cases(2)
        circle.turn(other)
    assert size() == 17
    assert len(cosigners()) == 3
    Served().mirror(queries.keys_of(shard())[0].verifier)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(200, lines="nonsense\n"), "signed note"),
        (Answer(200, lines=SigningKey("a.test", bytes(32), 4).line("another text\n", at=5)), "None of your keys"),
        (Answer(404, trouble="404 unknown log"), "404"), (Answer(500, trouble="500"), "500"),
        (Answer(409, trouble="409"), "409"), (Answer(409, size=0, trouble="409 0"), "409"),
    ],
)  # fmt: skip
def test_nonsense_from_a_witness_changes_nothing(circle: Circle, answer: Answer, said: str) -> None:
    rounds = circle.rounds(lambda witness, request: answer if witness.name == "a" else circle.ask(witness, request))
    file_cases(2)
    circle.turn(rounds, 2)
    assert cosigners() == {"b.test", "c.test"}
    assert said in queries.conditions()["a.test"].en


def test_a_new_key_is_cosigned_once_the_witnesses_know_it(circle: Circle, tmp_path: Path, settings: Any) -> None:
    KeyRing.new().write(tmp_path / "keys.json")
    keys.use_file(tmp_path / "keys.json")
    try:
        rounds = circle.rounds()
        file_cases(2)
        circle.turn(rounds)
        KeyRing.read(tmp_path / "keys.json").with_new("ledger").write(tmp_path / "keys.json")
        actions.rotate_key(by=BY)
        actions.sequence_all()
        rounds.tend()  # the witnesses' operators have not listed it yet: 403
        assert size() == 3
        circle.clock.now += 5
        circle.turn(rounds, 2)
        assert size() == 4
        assert len(cosigners()) == 3
    finally:
        keys.use_file(settings.KEYS_FILE)


def test_the_last_head_of_a_year_is_cosigned_too(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = circle.rounds()
    file_cases(2)
    circle.turn(rounds)
    old = shard()
    later = sequencing.timezone.now() + timedelta(days=366)
    with monkeypatch.context() as patched:
        patched.setattr(sequencing.timezone, "now", lambda: later)
        file_cases(1)
        circle.turn(rounds, 5)
        assert shard() != old
    last = queries.newest_checkpoint(old)
    assert last
    assert last.size == 4
    assert len(cosigners(last)) == 3
    assert len(cosigners()) == 3


def test_a_policy_that_cannot_be_used_stops_the_signing(circle: Circle) -> None:
    file_cases(1)
    circle.path.write_text("quorum nobody\n")
    assert refusal(actions.sequence_all) == "ledger_policy"
    circle.path.unlink()
    assert refusal(actions.sequence_all) == "ledger_policy"
    assert Client(HTTP_HOST="luzhou.localhost").get("/log/").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_lists_witnesses_and_mirrors(circle: Circle, settings: Any, language: str) -> None:
    settings.LEDGER_MIRRORS = "西南医科大学=https://mirror.example.edu.cn/luzhou/, https://plain.example/"
    client = Client(HTTP_HOST="luzhou.localhost")
    client.cookies["tongban_language"] = language
    rounds = circle.rounds()
    circle.down = {"a"}
    file_cases(2)
    circle.turn(rounds, 2)
    page = client.get("/log/").content.decode()
    assert "https://mirror.example.edu.cn/luzhou/" in page
    assert "西南医科大学" in page
    assert page.count("https://plain.example/") >= 2
    assert "b.test" in page
    assert ("还没有签名" if language == "zh-hans" else "has not cosigned yet") in page
    check = client.get("/log/check").content.decode()
    assert "b.test" in check


def test_what_the_witness_and_the_readers_see_is_compared_over_the_web(circle: Circle) -> None:
    with served(circle.desks["a"]) as url:
        circle.write({"a": url})
        circle.quorum = "quorum a"
        from tongban.foundation.ledger.actions.witnessing import _ask

        rounds = circle.rounds(lambda w, r: _ask(w, r) if w.name == "a" else Answer(0, trouble="not asked"))
        file_cases(5)
        circle.turn(rounds, int(witnessing.PATIENCE_SECONDS) + 2)
        assert cosigners() == {"a.test"}
        policy = PolicyFile.parse(circle.path.read_bytes())
        [witness] = [each for each in policy.witnesses if each.name == "a"]
        watching = Watch(Served(), Policy(as_published().keys), witnesses=[witness])
        watching.look()
        assert watching.silent == {}


def test_conditions_keep_since_when(circle: Circle) -> None:
    rounds = circle.rounds()
    circle.down = {"a"}
    file_cases(1)
    circle.turn(rounds)
    before = Condition.objects.get(part="a.test")
    conditions._noted.clear()
    circle.turn(rounds, 10)
    after = Condition.objects.get(part="a.test")
    assert after.since == before.since
    assert after.at > before.at
    circle.down = set()
    circle.turn(rounds, 70)
    file_cases(1)
    circle.turn(rounds, 2)
    assert Condition.objects.get(part="a.test").since > before.since
