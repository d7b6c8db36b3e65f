"""The header of an age v1 file: grammar, MAC, and the stanzas of X25519 and hybrid keys.

Strict as the specification (C2SP age.md) demands: one canonical encoding, everything else is
refused. The header is text; its last line is an HMAC over all that precedes, keyed by the file key,
which is what makes one file open to one content only.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto import hybrid, suite
from crypto.algorithms import AGE, Algorithms
from crypto.errors import BadHeader, BadKey, BadMac
from crypto.opening_keys import AnyOpeningKey, HybridKey, OpeningKey

FILE_KEY_BYTES = 16
MAC_BYTES = 32
WRAPPED_KEY_BYTES = FILE_KEY_BYTES + suite.TAG_BYTES
X25519_STANZA = "X25519"
HYBRID_STANZA = "mlkem768x25519"
HYBRID_INFO = b"age-encryption.org/mlkem768x25519"

_X25519_INFO = b"age-encryption.org/v1/X25519"
_KEY_ARGUMENTS = 2  # the kind and the ephemeral or encapsulated key
_BODY_COLUMNS = 64
_STANZA = re.compile(r"->(?: [\x21-\x7e]+)+\Z")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*\Z")
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


@dataclass(frozen=True, slots=True)
class Stanza:
    """One way to the file key: a kind with its arguments, and a body."""

    arguments: tuple[str, ...]
    body: bytes

    @property
    def kind(self) -> str:
        """The first argument."""
        return self.arguments[0]


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header. `signed` is what the MAC covers; `length` counts the MAC line as well.

    `algorithms`: those of its first line.
    """

    stanzas: tuple[Stanza, ...]
    mac: bytes
    signed: bytes
    length: int
    algorithms: Algorithms


def parse_header(data: bytes, *, accepted: Sequence[Algorithms] = (AGE,)) -> Header:
    """Parse the header at the start of `data`, which may go on after it.

    Its first line is that of one of the `accepted`. Raises BadHeader.
    """
    algorithms = next((one for one in accepted if data.startswith(one.version_line + b"\n")), None)
    if algorithms is None:
        raise BadHeader("the file has another first line")
    # Neither an arrow nor base64 begins with three hyphens: the first line that does is the MAC's.
    mark = data.find(b"\n---")
    end = data.find(b"\n", mark + 1)
    if mark < 0 or end < 0:
        raise BadHeader("the header ends in the middle")
    try:
        lines = data[:end].decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise BadHeader("the header is not ASCII") from error
    stanzas: list[Stanza] = []
    at, last = 1, len(lines) - 1
    while at < last:
        if not _STANZA.match(lines[at]):
            raise BadHeader("a stanza begins with an arrow and has arguments")
        body, after = _body(lines, at + 1)
        stanzas.append(Stanza(tuple(lines[at][3:].split(" ")), body))
        at = after
    if not stanzas or not lines[last].startswith("--- "):
        raise BadHeader("a malformed MAC line")
    mac = decode_base64(lines[last][4:])
    if len(mac) != MAC_BYTES:
        raise BadHeader("a MAC has 32 bytes")
    return Header(tuple(stanzas), mac, bytes(data[: mark + 4]), end + 1, algorithms)


def build_header(
    file_key: bytes, stanzas: Sequence[Stanza], *, algorithms: Algorithms = AGE
) -> bytes:
    """The header with its MAC. `file_key` has 16 bytes."""
    assert len(file_key) == FILE_KEY_BYTES
    signed = b"".join([algorithms.version_line + b"\n", *map(_serialize, stanzas), b"---"])
    mac = algorithms.header_mac(file_key, signed)
    return signed + b" " + encode_base64(mac).encode("ascii") + b"\n"


def mac_fits(header: Header, file_key: bytes) -> bool:
    """Does the header's MAC verify under this file key? A key of another length never fits."""
    return len(file_key) == FILE_KEY_BYTES and suite.equal(
        header.algorithms.header_mac(file_key, header.signed), header.mac
    )


def check_mac(header: Header, file_key: bytes) -> None:
    """Raise BadMac unless `mac_fits`: no payload may be opened before this has passed."""
    if not mac_fits(header, file_key):
        raise BadMac("the header's MAC does not verify under this file key")


def x25519_stanza(file_key: bytes, recipient: bytes, *, ephemeral: bytes) -> Stanza:
    """Wrap the file key for a 32-byte X25519 public key; `ephemeral` is a 32-byte secret.

    Raises BadKey for a recipient of low order.
    """
    share, shared = suite.x25519_ephemeral(ephemeral, recipient)
    wrap_key = _x25519_wrap_key(shared, share, recipient)
    return Stanza((X25519_STANZA, encode_base64(share)), suite.aead_seal(wrap_key, file_key))


def wrapped_stanza(file_key: bytes, recipient: bytes) -> Stanza:
    """Wrap the file key for the public key of an X25519 (32 bytes) or a hybrid recipient (1216).

    Raises BadKey for one that nobody can seal to.
    """
    if len(recipient) == suite.PUBLIC_BYTES:
        return x25519_stanza(file_key, recipient, ephemeral=suite.random_bytes(32))
    if len(recipient) != hybrid.PUBLIC_BYTES:
        raise BadKey("an age file has X25519 or hybrid recipients")
    encapsulated, wrapped = hybrid.seal(recipient, file_key, info=HYBRID_INFO)
    return Stanza((HYBRID_STANZA, encode_base64(encapsulated)), wrapped)


def x25519_share(stanza: Stanza) -> bytes:
    """The ephemeral public key of an X25519 stanza. Raises BadHeader for a malformed stanza."""
    return _stanza_key(stanza, suite.PUBLIC_BYTES)


def encapsulated_key(stanza: Stanza) -> bytes:
    """The encapsulated key of a hybrid stanza. Raises BadHeader for a malformed stanza."""
    return _stanza_key(stanza, hybrid.ENCAPSULATED_BYTES)


def unwrap(stanzas: Iterable[Stanza], key: AnyOpeningKey) -> bytes | None:
    """The file key from the first stanza that `key` opens; None when it opens none.

    Raises BadHeader for a malformed stanza of the key's kind.
    """
    try:
        if isinstance(key, HybridKey):
            return _unwrap_hybrid(stanzas, key)
        return _unwrap_x25519(stanzas, key) if isinstance(key, OpeningKey) else None
    except BadKey as error:
        raise BadHeader("an ephemeral key of low order") from error


def _unwrap_x25519(stanzas: Iterable[Stanza], key: OpeningKey) -> bytes | None:
    public = key.public
    for stanza in stanzas:
        if stanza.kind != X25519_STANZA:
            continue
        share = x25519_share(stanza)
        wrap_key = _x25519_wrap_key(suite.x25519(key.secret, share), share, public)
        file_key = suite.aead_open(wrap_key, stanza.body)
        if file_key is not None:
            return file_key
    return None


def _unwrap_hybrid(stanzas: Iterable[Stanza], key: HybridKey) -> bytes | None:
    for stanza in stanzas:
        if stanza.kind != HYBRID_STANZA:
            continue
        encapsulated = encapsulated_key(stanza)
        file_key = hybrid.unseal(key.seed, encapsulated, stanza.body, info=HYBRID_INFO)
        if file_key is not None:
            return file_key
    return None


def _stanza_key(stanza: Stanza, size: int) -> bytes:
    if len(stanza.arguments) != _KEY_ARGUMENTS:
        raise BadHeader(f"a stanza of the kind {stanza.kind} has one argument")
    key = decode_base64(stanza.arguments[1])
    if len(key) != size or len(stanza.body) != WRAPPED_KEY_BYTES:
        raise BadHeader(f"a stanza of the kind {stanza.kind} and the wrong size")
    return key


def encode_base64(data: bytes) -> str:
    """Standard alphabet without padding, as age writes it."""
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64(text: str) -> bytes:
    """Inverse of `encode_base64`; any other spelling raises BadHeader."""
    if not _BASE64.match(text):
        raise BadHeader("a character outside base64")
    over = len(text) % 4
    if over == 1:
        raise BadHeader("malformed base64")
    # The bits that the last character has to spare are zero, or there were two spellings.
    if over and text[-1] not in _LAST[over]:
        raise BadHeader("base64 that is not canonical")
    return binascii.a2b_base64(text + "=" * (-over % 4))


def _body(lines: Sequence[str], start: int) -> tuple[bytes, int]:
    """The body of a stanza, and where the next line is."""
    end = start
    while end < len(lines) and len(lines[end]) == _BODY_COLUMNS:
        end += 1
    # The last line is always short, if need be empty.
    if end == len(lines) or len(lines[end]) > _BODY_COLUMNS:
        raise BadHeader("a stanza line longer than 64 columns")
    # Whole lines of 64 columns have no bits to spare: together they decode as each alone.
    return decode_base64("".join(lines[start : end + 1])), end + 1


def _serialize(stanza: Stanza) -> bytes:
    text = encode_base64(stanza.body)
    starts = range(0, len(text) + 1, _BODY_COLUMNS)
    lines = [text[start : start + _BODY_COLUMNS] for start in starts]
    return "\n".join(["-> " + " ".join(stanza.arguments), *lines, ""]).encode("ascii")


def _x25519_wrap_key(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    return suite.hkdf(shared, salt=share + recipient, info=_X25519_INFO)
