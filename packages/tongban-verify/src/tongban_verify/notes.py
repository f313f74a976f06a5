"""C2SP signed notes with Ed25519 keys: signatures of logs (type 1) and cosignatures of witnesses (type 4)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongban_verify.errors import Unverified

ED25519, COSIGNATURE = 1, 4
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
        if len(content) != 33 or content[0] not in (ED25519, COSIGNATURE):
            raise wrong
        found = cls(check_name(name), content[0], content[1:])
        if found.id.hex() != named_id:
            raise wrong
        return found

    def signed_at(self, text: str, signature: bytes) -> int | None:
        """Check a signature under a note's text; when it was made (seconds since 1970), if it says so.

        Unverified when the signature does not fit.
        """
        when, message = None, text.encode()
        if self.algorithm == COSIGNATURE:
            when, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {when}\n".encode() + message
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise Unverified(
                "signature_wrong", f"“{self.name}”的签名不对：内容被改过。",
                f"The signature of {self.name} does not fit: the text was changed.",
            ) from None  # fmt: skip
        return when


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs notes; ``seed`` is the 32-byte Ed25519 seed."""

    name: str
    seed: bytes
    algorithm: int = ED25519

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(check_name(self.name), self.algorithm, public)

    def line(self, text: str, *, at: int = 0) -> str:
        """The signature line under a note's text; a cosignature says ``at``, seconds since 1970."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        if self.algorithm == COSIGNATURE:
            signed = private.sign(f"cosignature/v1\ntime {at}\n".encode() + text.encode())
            signature = at.to_bytes(8, "big") + signed
        else:
            signature = private.sign(text.encode())
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
