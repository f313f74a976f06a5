"""What a message template is, and when a message that did not get through is tried again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tongban.lib.words import T

Channel = Literal["sms", "email", "in_app"]
CHANNELS: tuple[Channel, ...] = ("sms", "email", "in_app")

# The capability that operators see and resend messages with; hooks.py declares it.
MANAGE_MESSAGES = "notifications.manage_messages"

# Known in every template: the name of the site that writes.
SITE_PART = "site"

# Minutes from one attempt to the next; after the sixth the message has failed, about 5.4 hours after it was written.
RETRY_MINUTES = (1, 5, 15, 60, 240)
# How long a worker may take, beside the time of its gateways, before another one may try.
LEASE = timedelta(minutes=3)

# One text message holds 70 characters of Chinese; gateways join up to seven of them (67 each when joined).
SMS_CHARACTERS = 67 * 7
_CODE = re.compile(r"[a-z_]+\.[a-z_]+")
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages with the same named places."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not (self.zh and self.en):
            raise ValueError("a text needs zh and en")
        if places(self.zh) != places(self.en):
            raise ValueError(f"zh and en name different places: {sorted(places(self.zh) ^ places(self.en))}")

    @classmethod
    def read(cls, found: Any) -> Words:
        """From ``{zh, en}``."""
        if not isinstance(found, dict) or set(found) != {"zh", "en"}:
            raise ValueError(f"a text needs exactly the keys zh and en, not {found!r}")
        return cls(str(found["zh"]), str(found["en"]))

    @property
    def places(self) -> frozenset[str]:
        """Names of the places to fill."""
        return places(self.zh)

    def fill(self, parts: Mapping[str, Any], language: str) -> str:
        """The text in one language with its places filled."""
        text = T(self.zh, self.en).in_language(language)
        return text.format(**{name: shown(parts[name], language) for name in self.places})


@dataclass(frozen=True, slots=True)
class Letter:
    """A text with a subject line."""

    subject: Words
    text: Words

    @classmethod
    def read(cls, found: Any) -> Letter:
        """From ``{subject, text}``."""
        if not isinstance(found, dict) or set(found) != {"subject", "text"}:
            raise ValueError(f"a letter needs exactly the keys subject and text, not {found!r}")
        return cls(Words.read(found["subject"]), Words.read(found["text"]))


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of message, as its data file describes it (docs/messages.md)."""

    code: str
    purpose: Words
    retention_days: int
    expires_minutes: int | None = None
    is_secret: bool = False
    link: str = ""
    sms: Words | None = None
    email: Letter | None = None
    in_app: Letter | None = None

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"a template is named app.what, not {self.code}")
        if not self.channels:
            raise ValueError("a template needs at least one of sms, email, in_app")
        if self.link and (self.in_app is None or not self.link.startswith("/")):
            raise ValueError("link is a path of this site and belongs to in_app")
        if self.sms and len(self.sms.zh) > SMS_CHARACTERS:
            raise ValueError(f"a text message has at most {SMS_CHARACTERS} characters")
        if not 1 <= self.retention_days <= 3650 or (self.expires_minutes or 1) < 1:
            raise ValueError("retention_days is 1 to 3650, expires_minutes at least 1")

    @classmethod
    def read(cls, code: str, found: Any) -> Template:
        """From the content of a template file."""
        if not isinstance(found, dict):
            raise ValueError("a template is a mapping")
        unknown = set(found) - {field.name for field in fields(cls)} | ({"code"} & set(found))
        missing = {"purpose", "retention_days"} - set(found)
        if unknown or missing:
            raise ValueError(f"unknown: {sorted(unknown)}; missing: {sorted(missing)}")
        readers: dict[str, Callable[[Any], Any]] = {
            "purpose": Words.read, "sms": Words.read, "email": Letter.read, "in_app": Letter.read,
            "retention_days": int, "expires_minutes": int, "is_secret": bool, "link": str,
        }  # fmt: skip
        return cls(code, **{name: readers[name](value) for name, value in found.items()})

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels this message can take."""
        return tuple(channel for channel in CHANNELS if getattr(self, channel) is not None)

    @property
    def places(self) -> frozenset[str]:
        """Names of all the parts the caller gives."""
        letters = [letter for letter in (self.email, self.in_app) if letter]
        texts = [words for letter in letters for words in (letter.subject, letter.text)]
        texts += [self.sms] if self.sms else []
        named = frozenset(name for words in texts for name in words.places) | places(self.link)
        return named - {SITE_PART}

    def compose(self, channel: Channel, parts: Mapping[str, Any], language: str) -> tuple[str, str]:
        """Subject (empty for a text message) and body for one channel."""
        if channel == "sms":
            assert self.sms is not None
            return "", self.sms.fill(parts, language)
        letter = self.email if channel == "email" else self.in_app
        assert letter is not None
        return letter.subject.fill(parts, language), letter.text.fill(parts, language)


def places(text: str) -> frozenset[str]:
    """Names in braces; only plain names, so that a template cannot reach into what it is given."""
    found = frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    bad = [name for name in found if not name.isidentifier()]
    if bad:
        raise ValueError(f"a place is a plain name in braces, not {bad}")
    return found


def shown(part: Any, language: str) -> str:
    """A part as it stands in a text: times in Beijing time, bilingual texts in the reader's language."""
    if isinstance(part, T):
        return part.in_language(language)
    if isinstance(part, datetime):
        return part.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
    if isinstance(part, date):
        return part.isoformat()
    return str(part)


def check_parts(template: Template, parts: Mapping[str, Any]) -> None:
    """A caller's mistake, not a visitor's: every place has its part and nothing else is given."""
    given = frozenset(parts) - {SITE_PART}
    if given != template.places:
        raise ValueError(f"{template.code} takes the parts {sorted(template.places)}, not {sorted(given)}")


def next_attempt(attempts: int, now: datetime, expires_at: datetime | None) -> datetime | None:
    """When to try again after ``attempts`` vain attempts; None when the message has failed for good."""
    if attempts > len(RETRY_MINUTES):
        return None
    at = now + timedelta(minutes=RETRY_MINUTES[attempts - 1])
    return None if expires_at is not None and at >= expires_at else at
