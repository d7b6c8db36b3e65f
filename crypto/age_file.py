"""Ordinary age v1 files for X25519 recipients: sealing, opening, armored or not.

Any age tool reads what `seal_plain` writes. Passphrase and hybrid stanzas are not opened in this
profile: a file that has only those finds no matching identity.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from crypto import suite
from crypto.age_armor import BEGIN_LINE, ArmorReader
from crypto.age_header import (
    FILE_KEY_BYTES,
    VERSION_LINE,
    Header,
    build_header,
    check_mac,
    parse_header,
    unwrap_x25519,
    x25519_stanza,
)
from crypto.age_payload import NONCE_BYTES, Readable, open_stream, read_exactly, seal_stream
from crypto.errors import BadHeader, NoMatchingIdentity
from crypto.keys import OpeningKey, recipient_public

HEADER_BYTES_MAX = 1 << 20
RECIPIENTS_MAX = 1024

_READ_BYTES = 4096
_SCRYPT_STANZA = "scrypt"


def seal_plain(source: BinaryIO, target: BinaryIO, recipients: Sequence[str]) -> None:
    """Encrypt everything `source` gives for `age1…` recipients. Raises BadKey."""
    assert 0 < len(recipients) <= RECIPIENTS_MAX
    file_key = suite.random_bytes(FILE_KEY_BYTES)
    stanzas = [
        x25519_stanza(file_key, recipient_public(text), ephemeral=suite.random_bytes(32))
        for text in recipients
    ]
    target.write(build_header(file_key, stanzas))
    seal_stream(file_key, suite.random_bytes(NONCE_BYTES), source, target)


def open_plain(source: BinaryIO, target: BinaryIO, identities: Sequence[OpeningKey]) -> None:
    """Decrypt an age file, armored or not, into `target`.

    On an error `target` may hold the authentic beginning of the content; the caller discards it.
    Raises BadHeader, NoMatchingIdentity, BadMac, BadPayload.
    """
    target.writelines(stream_plain(source, identities))


def stream_plain(source: BinaryIO, identities: Sequence[OpeningKey]) -> Iterator[bytes]:
    """Like `open_plain`, yielding authentic chunks; that none is missing shows at the end."""
    header, payload = read_header(_dearmored(source))
    if any(stanza.kind == _SCRYPT_STANZA for stanza in header.stanzas):
        # C2SP age.md: a passphrase stanza must be alone; alone, this profile has no key for it.
        if len(header.stanzas) > 1:
            raise BadHeader("a passphrase stanza beside another one")
        raise NoMatchingIdentity("sealed with a passphrase")
    keys = (unwrap_x25519(header.stanzas, identity) for identity in identities)
    file_key = next((key for key in keys if key is not None), None)
    if file_key is None:
        raise NoMatchingIdentity("none of the identities opens this file")
    check_mac(header, file_key)
    return open_stream(file_key, payload)


def read_header(source: Readable, *, bytes_max: int = HEADER_BYTES_MAX) -> tuple[Header, Readable]:
    """Read a header from a stream; return it with the stream of what follows.

    Raises BadHeader, also for a header longer than `bytes_max`.
    """
    data = b""
    # The MAC line is the first that begins with three hyphens: base64 has none.
    while (mark := data.find(b"\n---")) < 0 or data.find(b"\n", mark + 1) < 0:
        if len(data) > bytes_max or not data.startswith(VERSION_LINE[: len(data)]):
            raise BadHeader("not an age v1 file, or its header is too long")
        more = source.read(_READ_BYTES)
        if not more:
            break
        data += more
    header = parse_header(data)
    return header, _Resumed(data[header.length :], source)


class _Resumed:
    """A stream that begins with bytes which were read ahead."""

    def __init__(self, ahead: bytes, source: Readable) -> None:
        self._ahead = ahead
        self._source = source

    def read(self, size: int, /) -> bytes:
        if not self._ahead:
            return self._source.read(size)
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken


def _dearmored(source: Readable) -> Readable:
    start = read_exactly(source, len(VERSION_LINE))
    resumed = _Resumed(start, source)
    if start == VERSION_LINE or not _may_be_armor(start):
        return resumed
    return ArmorReader(resumed)


def _may_be_armor(start: bytes) -> bool:
    text = start.lstrip()
    return not text or BEGIN_LINE.startswith(text) or text.startswith(BEGIN_LINE[:8])
