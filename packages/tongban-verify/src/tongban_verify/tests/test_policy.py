"""Whom a policy file believes, and which files are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongban_verify import Unverified
from tongban_verify.checkpoints import open_checkpoint
from tongban_verify.cli import main
from tongban_verify.notes import COSIGNATURE, MLDSA44, SigningKey, VerifierKey
from tongban_verify.policy import PolicyFile

from .support import NEW, OLD, Log


def cosigner(number: int, algorithm: int = COSIGNATURE) -> SigningKey:
    return SigningKey(f"w{number}.test", bytes([number] * 32), algorithm)


X1, X2, X3, Y1, Y2 = (cosigner(number) for number in range(1, 6))
EXAMPLE = f"""# universities and the press
log {OLD.verifier} https://log.test/log/
log {NEW.verifier}
\twitness X1  {X1.verifier} https://x1.test/
witness X2 {X2.verifier}
witness X3 {X3.verifier}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1.verifier}
witness Y2 {Y2.verifier}
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("cosigned", "is_enough"),
    [
        ((), False), ((X1, X2), False), ((X1, Y1), False), ((Y1, Y2), False), ((X1, X3, Y2), True),
        ((X1, X2, X3, Y1, Y2), True),
    ],
)  # fmt: skip
def test_two_levels_of_groups(cosigned: tuple[SigningKey, ...], is_enough: bool) -> None:
    found = PolicyFile.parse(EXAMPLE.encode())
    assert [(key.name, url) for key, url in found.logs] == [(OLD.name, "https://log.test/log/"), (NEW.name, "")]
    assert [(w.name, w.url) for w in found.witnesses][:2] == [("X1", "https://x1.test/"), ("X2", "")]
    assert found.policy().is_met([key.verifier for key in cosigned]) is is_enough


def test_a_single_witness_or_nobody() -> None:
    one = PolicyFile.parse(f"witness w {X1.verifier}\nquorum w".encode()).policy()
    assert one.is_met([X1.verifier])
    assert not one.is_met([X2.verifier])
    assert PolicyFile.parse(b"quorum none\n").policy().is_met([])


def test_names_are_opaque_octets() -> None:
    found = PolicyFile.parse(
        b"witness K " + str(X1.verifier).encode() + b"\nwitness \xff " + str(X2.verifier).encode() + b"\nquorum \xff\n"
    )
    assert found.group
    assert found.group.is_met([X2.verifier])


W = f"witness w {X1.verifier}\n"


@pytest.mark.parametrize(
    "text",
    [
        "", W, f"{W}quorum v\n", f"quorum w\n{W}", f"{W}quorum w\nquorum w\n", f"{W}quorum none\nquorum none\n",
        f"{W}witness w {X2.verifier}\nquorum w\n", f"{W}witness v {X1.verifier}\nquorum w\n",
        f"witness none {X1.verifier}\nquorum none\n", f"{W}group g 0 w\nquorum g\n", f"{W}group g 2 w\nquorum g\n",
        f"{W}group g 01 w\nquorum g\n", f"{W}group g any\nquorum g\n", f"{W}group g any w w\nquorum g\n",
        f"{W}group g any none\nquorum g\n", f"{W}group g any w\ngroup h any w\nquorum g\n",
        f"{W}group g any g\nquorum g\n", "quorum none\nnonsense\n", "quorum none\nlog\n", "quorum none\nlog a+b+c\n",
        f"quorum none\nlog {OLD.verifier}\nlog {OLD.verifier}\n", f"quorum none\nlog {X1.verifier}\n",
        f"witness w {OLD.verifier}\nquorum w\n", "quorum none \r\n", "quorum none\n\x00", "quorum\n", "quorum none none\n",
    ],
)  # fmt: skip
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(Unverified) as refused:
        PolicyFile.parse(text.encode())
    assert refused.value.code in ("policy_unreadable", "key_unreadable")


def test_a_checkpoint_is_held_to_the_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = Log(tmp_path, 5).note()
    text = note.decode().rpartition("\n\n")[0] + "\n"
    cosigned = note + X1.line(text, at=1_790_000_000).encode() + Y1.line(text, at=1_790_000_001).encode()
    policy = PolicyFile.parse(EXAMPLE.encode()).policy()
    with pytest.raises(Unverified) as refused:
        open_checkpoint(cosigned, policy)
    assert refused.value.code == "quorum"
    enough = cosigned + X2.line(text, at=1_790_000_002).encode()
    assert {s.key.name for s in open_checkpoint(enough, policy).witnesses} == {"w1.test", "w2.test", "w4.test"}

    (tmp_path / "policy").write_text(EXAMPLE)
    (tmp_path / "few").write_bytes(cosigned)
    (tmp_path / "enough").write_bytes(enough)
    ask = ["--policy", str(tmp_path / "policy")]
    assert main(["checkpoint", str(tmp_path / "enough"), *ask]) == 0
    assert "w2.test" in capsys.readouterr().out
    assert main(["checkpoint", str(tmp_path / "few"), *ask]) == 1
    assert main(["checkpoint", str(tmp_path / "enough")]) == 1  # neither a key nor a policy
    assert main(["checkpoint", str(tmp_path / "enough"), "--policy", str(tmp_path / "none")]) == 1


def test_a_quantum_safe_cosignature_counts_and_commits_to_everything(tmp_path: Path) -> None:
    log = Log(tmp_path, 5)
    note, key = log.note(), cosigner(7, MLDSA44)
    text = note.decode().rpartition("\n\n")[0] + "\n"
    assert VerifierKey.parse(str(key.verifier)) == key.verifier
    policy = PolicyFile.parse(f"log {OLD.verifier}\nwitness q {key.verifier}\nquorum q\n".encode()).policy()
    line = key.line(text, at=1_790_000_000)
    assert [s.at for s in open_checkpoint(note + line.encode(), policy).witnesses] == [1_790_000_000]
    other = Log(tmp_path, 6).note()
    with pytest.raises(Unverified) as refused:
        open_checkpoint(other + line.encode(), policy)
    assert refused.value.code == "signature_wrong"
    renamed = SigningKey("other.test", key.seed, MLDSA44).line(text, at=1_790_000_000).encode()
    with pytest.raises(Unverified) as refused:
        open_checkpoint(note + renamed, policy)
    assert refused.value.code == "quorum"
