"""Ordinary age v1 files for X25519 and hybrid recipients: sealing, opening, armored or not.

Any age tool reads what `seal_plain` writes. Files go through `crypto.payload_pipeline`. A file that
was sealed with a passphrase is refused: whoever guesses it has all the time in the world.
"""

import io
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from crypto import suite
from crypto.age_armor import BEGIN_LINE, ArmorReader
from crypto.age_header import (
    FILE_KEY_BYTES,
    Header,
    build_header,
    check_mac,
    parse_header,
    unwrap,
    wrapped_stanza,
)
from crypto.age_payload import NONCE_BYTES, Readable, read_exactly
from crypto.algorithms import AGE, Algorithms
from crypto.errors import BadHeader, BadKey, NoMatchingIdentity, PassphraseOnly
from crypto.file_output import FileOutput
from crypto.opening_keys import AnyOpeningKey, recipient_public
from crypto.payload_pipeline import (
    PLAIN_BLOCK_BYTES,
    SEALED_BLOCK_BYTES,
    WORKERS,
    FileTarget,
    Source,
    StreamTarget,
    Target,
    open_blocks,
    seal_blocks,
    source_of,
)

HEADER_BYTES_MAX = 1 << 20
RECIPIENTS_MAX = 256  # of the hybrid kind they still fit a header that is read here

_READ_BYTES = 4096
_ARMOR_BEGINS_WITHIN = 1024
_ARMOR_NAMED = b"BEGIN AGE ENCRYPTED FILE"
_SCRYPT_STANZA = "scrypt"


def seal_plain(
    source: BinaryIO | Path,
    target: BinaryIO | Path,
    recipients: Sequence[str],
    *,
    workers: int = WORKERS,
) -> None:
    """Encrypt everything `source` gives for `age1…` or for `age1pq1…` recipients, never for both.

    A file `target` appears when it is complete; it is not forced to the disk. Raises BadKey,
    OSError.
    """
    if not 0 < len(recipients) <= RECIPIENTS_MAX:
        raise BadKey(f"a file has 1 to {RECIPIENTS_MAX} recipients")
    publics = [recipient_public(text) for text in recipients]
    # C2SP age.md: the classic recipient would undo what the hybrid one is there for.
    if len({len(public) for public in publics}) > 1:
        raise BadKey("classic and hybrid recipients do not go together")
    file_key = suite.random_bytes(FILE_KEY_BYTES)
    nonce = suite.random_bytes(NONCE_BYTES)
    header = build_header(file_key, [wrapped_stanza(file_key, public) for public in publics])
    preamble = header + nonce
    with ExitStack() as stack:
        blocks = source_of(opened(stack, source), PLAIN_BLOCK_BYTES)
        key = AGE.payload_key(file_key, nonce)
        if not isinstance(target, Path):
            target.write(preamble)
            seal_blocks(blocks, StreamTarget(target), key, workers=workers)
            return
        output = stack.enter_context(FileOutput(target))
        output.write_at(preamble, 0)
        place = FileTarget(output, start=len(preamble), block_bytes=SEALED_BLOCK_BYTES)
        seal_blocks(blocks, place, key, workers=workers)
        output.finish(durable=False)


def open_plain(
    source: BinaryIO | Path,
    target: BinaryIO | Path,
    identities: Sequence[AnyOpeningKey],
    *,
    workers: int = WORKERS,
) -> None:
    """Decrypt an age file, armored or not.

    A file `target` appears when all of it is authentic. A stream has then received the authentic
    beginning of the content, and on an error its receiver must not take that for the whole. Raises
    BadHeader, NoMatchingIdentity, PassphraseOnly, BadMac, BadPayload, OSError.
    """
    with ExitStack() as stack:
        header, payload = _read_any_header(opened(stack, source))
        blocks, key = payload_blocks(payload, _file_key(header, identities), AGE)
        output: FileOutput | None = None
        place: Target
        if isinstance(target, Path):
            output = stack.enter_context(FileOutput(target))
            place = FileTarget(output, start=0, block_bytes=PLAIN_BLOCK_BYTES)
        else:
            place = StreamTarget(target)
        open_blocks(blocks, place, key, workers=workers)
        if output is not None:
            output.finish(durable=False)


def payload_blocks(
    payload: Readable, file_key: bytes, algorithms: Algorithms
) -> tuple[Source, bytes]:
    """The blocks of a payload and its key; `payload` stands at the nonce. Raises BadHeader."""
    nonce = read_exactly(payload, NONCE_BYTES)
    if len(nonce) < NONCE_BYTES:
        raise BadHeader("the file ends before its payload")
    return source_of(payload, SEALED_BLOCK_BYTES), algorithms.payload_key(file_key, nonce)


def read_header(
    source: Readable,
    *,
    bytes_max: int = HEADER_BYTES_MAX,
    accepted: Sequence[Algorithms] = (AGE,),
) -> tuple[Header, Readable]:
    """Read a header from a stream; return it with the stream of what follows.

    Raises BadHeader, also for one longer than `bytes_max` or with another first line.
    """
    lines = [one.version_line for one in accepted]
    data = b""
    # The MAC line is the first that begins with three hyphens: base64 has none.
    while (mark := data.find(b"\n---")) < 0 or data.find(b"\n", mark + 1) < 0:
        begun = any(data.startswith(line[: len(data)]) for line in lines)
        if len(data) > bytes_max or not begun:
            raise BadHeader("the file has another first line, or its header is too long")
        more = source.read(_READ_BYTES)
        if not more:
            break
        data += more
    header = parse_header(data, accepted=accepted)
    return header, _wound_back(source, data[header.length :])


def opened(stack: ExitStack, source: BinaryIO | Path) -> BinaryIO:
    """`source`, opened for as long as `stack` lives if it is a path."""
    if isinstance(source, Path):
        return stack.enter_context(source.open("rb"))
    return source


def _read_any_header(source: Readable) -> tuple[Header, Readable]:
    start = read_exactly(source, len(AGE.version_line))
    if start != AGE.version_line:
        start += read_exactly(source, _ARMOR_BEGINS_WITHIN)
    whole = _wound_back(source, start)
    return read_header(ArmorReader(whole) if _may_be_armor(start) else whole)


def _file_key(header: Header, identities: Sequence[AnyOpeningKey]) -> bytes:
    if any(stanza.kind == _SCRYPT_STANZA for stanza in header.stanzas):
        # C2SP age.md: a passphrase stanza must be alone; alone, there is no key for it here.
        if len(header.stanzas) > 1:
            raise BadHeader("a passphrase stanza beside another one")
        raise PassphraseOnly("sealed with a passphrase, which is not opened here")
    keys = (unwrap(header.stanzas, identity) for identity in identities)
    file_key = next((key for key in keys if key is not None), None)
    if file_key is None:
        raise NoMatchingIdentity("none of the identities opens this file")
    check_mac(header, file_key)
    return file_key


def _may_be_armor(start: bytes) -> bool:
    text = start.lstrip()
    if not text:  # only white space so far, of which armor may have some before it
        return bool(start)
    # Armor with something before it, or with its first line spoiled, is armor that is broken.
    return BEGIN_LINE.startswith(text) or text.startswith(BEGIN_LINE[:8]) or _ARMOR_NAMED in text


def _wound_back(source: Readable, ahead: bytes) -> Readable:
    """`source` as it was before the bytes `ahead` were read."""
    if isinstance(source, io.IOBase) and source.seekable():
        source.seek(-len(ahead), io.SEEK_CUR)
        return source
    return _Resumed(ahead, source)


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
