"""Signed notes: a text, a blank line, and lines with signatures (C2SP signed-note).

Checkpoints of the log are notes, so any tool of the transparency-log world can read them. A plain
signature speaks for the text; a cosignature also says when its witness saw it (C2SP
tlog-cosignature).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crypto.errors import BadCheckpoint, BadKey
from crypto.keys import NOTE_COSIGNATURE, NOTE_ED25519, NoteKey, is_note_name, note_key_id

NOTE_BYTES_MAX = 64 << 10
SIGNATURES_MAX = 64

_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_LINE = re.compile("— (\\S+) ([A-Za-z0-9+/]+={0,2})\\Z")
_VERIFIER = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\Z")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line; nothing in it has been verified."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note. `body` ends with a newline and is what the signatures are over."""

    body: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key that verifies notes: name, kind of signature, Ed25519 key of 32 bytes."""

    name: str
    algorithm: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "NoteVerifier":
        """Read `name+hexid+base64`. Raises BadKey."""
        match = _VERIFIER.match(text)
        if match is None or not is_note_name(match[1]):
            raise BadKey("not a verifier key")
        try:
            material = base64.b64decode(match[3], validate=True)
        except binascii.Error as error:
            raise BadKey("not a verifier key") from error
        if len(material) != 1 + _PUBLIC_BYTES or material[0] not in {
            NOTE_ED25519,
            NOTE_COSIGNATURE,
        }:
            raise BadKey("not an Ed25519 verifier key")
        verifier = cls(match[1], material[0], material[1:])
        if verifier.key_id.hex() != match[2]:
            raise BadKey("the verifier key's id does not belong to it")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The 4 bytes before every signature by this key."""
        return note_key_id(self.name, self.algorithm, self.public)

    def made(self, line: NoteSignature) -> bool:
        """Does this line claim to be by this key?"""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def fits(self, message: bytes, signature: bytes) -> bool:
        """Is this an Ed25519 signature over `message` by this key?"""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def sign_note(body: str, key: NoteKey) -> str:
    """The note with one signature. `body` ends with a newline."""
    assert body.endswith("\n")
    assert not _CONTROL.search(body)
    signature = key.sign(body.encode("utf-8"))
    key_id = note_key_id(key.name, NOTE_ED25519, key.public)
    return f"{body}\n{_signature_line(key.name, key_id + signature)}"


def parse_note(text: str) -> Note:
    """Take a note apart, verifying nothing. Raises BadCheckpoint."""
    if len(text.encode("utf-8", "surrogatepass")) > NOTE_BYTES_MAX or _CONTROL.search(text):
        raise BadCheckpoint("not a note")
    body, separator, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or lines.pop() or not 0 < len(lines) <= SIGNATURES_MAX:
        raise BadCheckpoint("a note ends with its signature lines")
    return Note(body + "\n", tuple(_parse_line(line) for line in lines))


def verify_note(text: str, verifiers: Iterable[str]) -> Note:
    """Check a note's plain signatures by the keys given as `name+hexid+base64`.

    Returns it with only the verified signatures. Lines by unknown keys are ignored; at least one
    known key must have signed and none may have signed wrongly. Raises BadCheckpoint, BadKey.
    """
    note = parse_note(text)
    message = note.body.encode("utf-8")
    verified: list[NoteSignature] = []
    for verifier in _of_kind(verifiers, NOTE_ED25519):
        for line in filter(verifier.made, note.signatures):
            if not verifier.fits(message, line.signature):
                raise BadCheckpoint(f"the signature of {line.name} does not verify")
            verified.append(line)
    if not verified:
        raise BadCheckpoint("no known key has signed the note")
    return Note(note.body, tuple(verified))


def cosign(checkpoint_text: str, witness_key: NoteKey, at: datetime) -> str:
    """The signature line, newline included, by which a witness says when it saw a checkpoint.

    The caller has made sure by `tlog.witness_decision` that it may. Raises BadCheckpoint.
    """
    seconds = int(at.timestamp())
    message = _cosigned(parse_note(checkpoint_text).body, seconds)
    key_id = note_key_id(witness_key.name, NOTE_COSIGNATURE, witness_key.public)
    stamped = seconds.to_bytes(_TIME_BYTES, "big") + witness_key.sign(message)
    return _signature_line(witness_key.name, key_id + stamped)


def with_signatures(text: str, lines: Iterable[str]) -> str:
    """The note with further signature lines, each ending with a newline, each once."""
    present = set(text.splitlines(keepends=True))
    return text + "".join(line for line in dict.fromkeys(lines) if line not in present)


def verify_cosignatures(text: str, verifiers: Iterable[str]) -> dict[str, datetime]:
    """Names of the witnesses that cosigned, with the time each states (UTC, whole seconds).

    `verifiers` are cosigner keys `name+hexid+base64`; the caller decides how many suffice. Of
    several cosignatures by one witness the earliest counts. Raises BadCheckpoint for a cosignature
    by a known key that does not verify, BadKey.
    """
    note = parse_note(text)
    seen: dict[str, datetime] = {}
    for verifier in _of_kind(verifiers, NOTE_COSIGNATURE):
        for line in filter(verifier.made, note.signatures):
            at = _cosigned_at(note.body, verifier, line)
            seen[line.name] = min(at, seen.get(line.name, at))
    return seen


def _cosigned_at(body: str, verifier: NoteVerifier, line: NoteSignature) -> datetime:
    if len(line.signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise BadCheckpoint(f"the cosignature of {line.name} is malformed")
    seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    if not verifier.fits(_cosigned(body, seconds), line.signature[_TIME_BYTES:]):
        raise BadCheckpoint(f"the cosignature of {line.name} does not verify")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BadCheckpoint(f"the cosignature of {line.name} states no possible time") from error


def _cosigned(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def _of_kind(verifiers: Iterable[str], algorithm: int) -> list[NoteVerifier]:
    parsed = [NoteVerifier.parse(text) for text in verifiers]
    return [verifier for verifier in parsed if verifier.algorithm == algorithm]


def _signature_line(name: str, signature: bytes) -> str:
    return f"— {name} {base64.b64encode(signature).decode('ascii')}\n"


def _parse_line(line: str) -> NoteSignature:
    match = _LINE.match(line)
    if match is None or not is_note_name(match[1]):
        raise BadCheckpoint("a malformed signature line")
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise BadCheckpoint("a malformed signature line") from error
    if len(data) <= _KEY_ID_BYTES:
        raise BadCheckpoint("a signature line without a signature")
    return NoteSignature(match[1], data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])
