"""C2SP signed notes: Ed25519 signatures of logs (type 1), cosignatures of witnesses with Ed25519 (4) and ML-DSA-44 (6)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongban_verify.errors import Unverified

ED25519, COSIGNATURE, MLDSA44 = 1, 4, 6
COSIGNERS = (COSIGNATURE, MLDSA44)
_PUBLIC_SIZES = {ED25519: 32, COSIGNATURE: 32, MLDSA44: 1312}
_SUBTREE = b"subtree/v1\n\0"
_LATEST = 2**63 - 1
LARGEST_NOTE = 1_000_000
MOST_SIGNATURES = 100


def check_name(name: str) -> str:
    """The name itself, when a key may carry it: something, without spaces and without a plus."""
    if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
        raise Unverified("key_name", f"密钥名称“{name}”不合规范。", f"“{name}” cannot be the name of a key.")
    return name


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def _message(algorithm: int, cosigner: str, at: int, text: str) -> bytes:
    """What is signed under a checkpoint's text (C2SP tlog-cosignature); for a log's own signature the text itself."""
    if algorithm == COSIGNATURE:
        return f"cosignature/v1\ntime {at}\n".encode() + text.encode()
    if algorithm == ED25519:
        return text.encode()
    origin, size, root = [*text.split("\n"), "", ""][:3]
    name, log = cosigner.encode(), origin.encode()
    if not (size.isascii() and size.isdigit()) or max(len(name), len(log)) > 255 or int(size) > _LATEST:
        raise ValueError("only a checkpoint can be cosigned")
    return b"".join((
        _SUBTREE, len(name).to_bytes(1, "big"), name, at.to_bytes(8, "big"), len(log).to_bytes(1, "big"), log,
        (0).to_bytes(8, "big"), int(size).to_bytes(8, "big"), base64.b64decode(root, validate=True),
    ))  # fmt: skip


def _mldsa() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError:
        raise Unverified(
            "algorithm_unavailable", "本机的 cryptography 太旧，不支持 ML-DSA-44；请升级。",
            "This machine's cryptography is too old for ML-DSA-44: upgrade it.",
        ) from None  # fmt: skip
    return mldsa


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name of the log or witness that signs with it."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return key_id(self.name, self.algorithm, self.public)

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read ``name+id+key``; Unverified when any part does not fit the others."""
        wrong = Unverified(
            "key_unreadable", "验证公钥写法不对或抄漏了。", "The verifier key is misspelt or incomplete."
        )
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise wrong
        name, named_id, encoded = parts
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise wrong from None
        if not content or len(content) - 1 != _PUBLIC_SIZES.get(content[0]):
            raise wrong
        found = cls(check_name(name), content[0], content[1:])
        if found.id.hex() != named_id:
            raise wrong
        return found

    def signed_at(self, text: str, signature: bytes) -> int | None:
        """Check a signature under a note's text; when it was made (seconds since 1970), if it says so.

        Unverified when the signature does not fit.
        """
        when = None
        if self.algorithm in COSIGNERS:
            when, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        try:
            message = _message(self.algorithm, self.name, when or 0, text)
            if self.algorithm == MLDSA44:
                _mldsa().MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Unverified(
                "signature_wrong", f"“{self.name}”的签名不对：内容被改过。",
                f"The signature of {self.name} does not fit: the text was changed.",
            ) from None  # fmt: skip
        return when


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs notes; ``seed`` is the 32-byte seed of Ed25519 or ML-DSA-44."""

    name: str
    seed: bytes
    algorithm: int = ED25519

    def _private(self) -> Any:
        if self.algorithm == MLDSA44:
            return _mldsa().MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(check_name(self.name), self.algorithm, self._private().public_key().public_bytes_raw())

    def line(self, text: str, *, at: int = 0) -> str:
        """The signature line under a note's text; a cosignature says ``at``, seconds since 1970."""
        signature: bytes = self._private().sign(_message(self.algorithm, self.name, at, text))
        if self.algorithm in COSIGNERS:
            signature = at.to_bytes(8, "big") + signature
        return f"— {self.name} {base64.b64encode(self.verifier.id + signature).decode()}\n"


def sign(text: str, *keys: SigningKey) -> str:
    """A note: the text, an empty line, a signature line of each key."""
    if not text.endswith("\n") or "\n\n" in text:
        raise ValueError("a note's text ends in one line break and has no empty line")
    return f"{text}\n{''.join(key.line(text) for key in keys)}"


@dataclass(frozen=True, slots=True)
class Signed:
    """A key whose signature under a note was checked, and when it says that it signed."""

    key: VerifierKey
    at: int | None


def open_note(note: bytes, keys: Iterable[VerifierKey]) -> tuple[str, list[Signed]]:
    """The text of a note and which of ``keys`` signed it.

    Lines of unknown keys are passed over; a wrong line of a known key is Unverified, and so is a note that none of
    the keys signed.
    """
    text, lines = _split(note)
    known = {(key.name, key.id): key for key in keys}
    signed: dict[tuple[str, bytes], Signed] = {}
    for name, found_id, signature in lines:
        key = known.get((name, found_id))
        if key is None:
            continue
        if (name, found_id) in signed:
            raise Unverified("signed_twice", f"“{name}”签了两次。", f"{name} signed twice with one key.")
        signed[name, found_id] = Signed(key, key.signed_at(text, signature))
    if not signed:
        names = ", ".join(sorted({name for name, _, _ in lines})) or "-"
        raise Unverified(
            "key_unknown", f"没有您所给公钥的签名（签名者：{names}）：可能是另一份日志，或密钥已更换。",
            f"None of your keys signed this (signed by: {names}): another log, or the key was changed.",
        )  # fmt: skip
    return text, list(signed.values())


def text_of(note: bytes) -> str:
    """The text of a note whose signatures are not looked at yet."""
    text, found, _ = note.decode("utf-8", "replace").rpartition("\n\n")
    if not found:
        raise Unverified("note_unreadable", "这不是一份签名文本。", "This is not a signed note.")
    return text + "\n"


def _split(note: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    wrong = Unverified(
        "note_unreadable", "这不是一份签名文本，或已不完整。", "This is not a signed note, or not a whole one."
    )
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise wrong from None
    cut = whole.rfind("\n\n")
    if len(note) > LARGEST_NOTE or cut < 0 or not whole.endswith("\n") or any(c < " " and c != "\n" for c in whole):
        raise wrong
    lines = whole[cut + 2 :].splitlines()
    if not 0 < len(lines) <= MOST_SIGNATURES:
        raise wrong
    signatures = []
    for line in lines:
        parts = line.removeprefix("— ").split(" ")
        try:
            content = base64.b64decode(parts[-1], validate=True)
        except (binascii.Error, ValueError):
            raise wrong from None
        if not line.startswith("— ") or len(parts) != 2 or len(content) < 5:
            raise wrong
        signatures.append((check_name(parts[0]), content[:4], content[4:]))
    return whole[: cut + 1], signatures
