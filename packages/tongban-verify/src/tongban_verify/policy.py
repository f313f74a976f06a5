"""Whom to believe: logs, witnesses and a quorum, read from a C2SP tlog-policy file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from tongban_verify.errors import Unverified
from tongban_verify.notes import COSIGNERS, ED25519, VerifierKey

LARGEST_FILE = 256 * 1024
NOBODY = "none"
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness as a policy names it; ``url`` is where it is asked, empty when it is only to be recognised."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Members of which at least ``threshold`` must have cosigned; a member is a witness's key or another group."""

    threshold: int
    members: tuple[VerifierKey | Group, ...]

    def is_met(self, cosigned: Collection[VerifierKey]) -> bool:
        """Whether these cosigners are enough."""
        met = (m.is_met(cosigned) if isinstance(m, Group) else m in cosigned for m in self.members)
        return sum(met) >= self.threshold


@dataclass(frozen=True, slots=True)
class Policy:
    """The log's keys, the witnesses known, and how many (``quorum``) or which (``group``) must have cosigned."""

    keys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    group: Group | None = None

    def is_met(self, cosigned: Collection[VerifierKey]) -> bool:
        """Whether these cosigners satisfy both the number and the group asked for."""
        names = {key.name for key in cosigned}
        return len(names) >= self.quorum and (self.group is None or self.group.is_met(cosigned))


@dataclass(slots=True)
class PolicyFile:
    """The content of a tlog-policy file; ``group`` is None for ``quorum none``."""

    logs: list[tuple[VerifierKey, str]] = field(default_factory=list)
    witnesses: list[Witness] = field(default_factory=list)
    group: Group | None = None

    def policy(self) -> Policy:
        """The same as a verifier asks it."""
        keys = tuple(key for key, _ in self.logs)
        return Policy(keys, tuple(witness.key for witness in self.witnesses), group=self.group)

    @classmethod
    def parse(cls, content: bytes) -> PolicyFile:
        """Read a whole file; Unverified, with the line's number, for anything the format does not allow."""
        reader = _Reader(cls())
        if len(content) > LARGEST_FILE or _CONTROL.search(content):
            raise _wrong(0)
        # Octets past ASCII are opaque in this format: read in one way, they stay apart from one another.
        for number, line in enumerate(content.decode("utf-8", "surrogateescape").split("\n"), start=1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                reader.take(number, words)
        if not reader.has_quorum:
            raise _wrong(0, "缺少 quorum 行", "there is no quorum line")
        return reader.found


class _Reader:
    def __init__(self, found: PolicyFile) -> None:
        self.found = found
        self.has_quorum = False
        self._named: dict[str, VerifierKey | Group] = {}
        self._used: set[str] = set()
        self._publics: set[tuple[str, bytes]] = set()

    def take(self, number: int, words: list[str]) -> None:
        kind, *rest = words
        takes: dict[str, Callable[..., None]] = {
            "log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum,
        }  # fmt: skip
        if kind not in takes:
            raise _wrong(number, f"不认识“{kind}”", f"“{kind}” is unknown")
        try:
            takes[kind](*rest)
        except TypeError:  # too few or too many words
            raise _wrong(number) from None
        except (LookupError, ValueError) as error:
            raise _wrong(number, str(error), str(error)) from None

    def _key(self, kind: str, text: str, algorithms: Collection[int]) -> VerifierKey:
        key = VerifierKey.parse(text)
        if key.algorithm not in algorithms or (kind, key.public) in self._publics:
            raise ValueError(key.name)
        self._publics.add((kind, key.public))
        return key

    def _name(self, name: str, meant: VerifierKey | Group) -> None:
        if name == NOBODY or name in self._named:
            raise ValueError(name)
        self._named[name] = meant

    def _log(self, key: str, url: str = "") -> None:
        self.found.logs.append((self._key("log", key, (ED25519,)), url))

    def _witness(self, name: str, key: str, url: str = "") -> None:
        witness = Witness(name, self._key("witness", key, COSIGNERS), url)
        self._name(name, witness.key)
        self.found.witnesses.append(witness)

    def _group(self, name: str, threshold: str, first: str, *others: str) -> None:
        members = (first, *others)
        if self._used & set(members) or len(set(members)) != len(members):
            raise ValueError(" ".join(members))
        self._used |= set(members)
        needed = {"any": 1, "all": len(members)}.get(threshold) or int(
            threshold if _NUMBER.fullmatch(threshold) else "x"
        )
        if needed > len(members):
            raise ValueError(threshold)
        self._name(name, Group(needed, tuple(self._named[each] for each in members)))

    def _quorum(self, name: str) -> None:
        if self.has_quorum:
            raise ValueError("quorum")
        self.has_quorum = True
        if name != NOBODY:
            meant = self._named[name]
            self.found.group = meant if isinstance(meant, Group) else Group(1, (meant,))


def _wrong(number: int, zh: str = "写法不对", en: str = "it does not follow the format") -> Unverified:
    where = (f"第 {number} 行", f"Line {number} of the policy") if number else ("", "The policy")
    return Unverified("policy_unreadable", f"策略文件{where[0]}不能用：{zh}。", f"{where[1]} cannot be used: {en}.")
