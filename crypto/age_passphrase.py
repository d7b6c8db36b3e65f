"""Small secrets under a passphrase: an age v1 file with one scrypt stanza.

Key files lie on their owner's disk in this form, and any age tool opens them with the passphrase;
`age -i` takes one as it is. Containers are never sealed to a passphrase. C2SP age.md, "scrypt".
"""

import hashlib
import io
import re
import unicodedata

from crypto import suite
from crypto.age_file import read_header
from crypto.age_header import (
    FILE_KEY_BYTES,
    WRAPPED_KEY_BYTES,
    Stanza,
    build_header,
    check_mac,
    decode_base64,
    encode_base64,
)
from crypto.age_payload import NONCE_BYTES, open_stream, seal_stream
from crypto.errors import BadHeader, WrongPassphrase

WORK_FACTOR = 16  # scrypt with N = 2**16 and r = 8 takes 64 MiB and about a fifth of a second
WORK_FACTOR_MAX = 20  # a file may not make its reader take more than 1 GiB
SALT_BYTES = 16
LOCKED_BYTES_MAX = 1 << 20

_KIND = "scrypt"
_ARGUMENTS = 3  # the kind, the salt and the work factor
_SALT_LABEL = b"age-encryption.org/v1/scrypt"
_BLOCK_SIZE = 8
_DECIMAL = re.compile(r"[1-9][0-9]?", re.ASCII)


def is_locked(content: bytes) -> bool:
    """Does it begin like a file that `lock` has written?"""
    return content.startswith(b"age-encryption.org/v1\n-> scrypt ")


def lock(content: bytes, passphrase: str, *, work_factor: int | None = None) -> bytes:
    """`content` under a passphrase, as an age file; without a work factor it is WORK_FACTOR."""
    work_factor = WORK_FACTOR if work_factor is None else work_factor
    assert 1 <= work_factor <= WORK_FACTOR_MAX
    assert len(content) <= LOCKED_BYTES_MAX
    file_key, salt = suite.random_bytes(FILE_KEY_BYTES), suite.random_bytes(SALT_BYTES)
    wrapped = suite.aead_seal(_wrap_key(passphrase, salt, work_factor), file_key)
    stanza = Stanza((_KIND, encode_base64(salt), str(work_factor)), wrapped)
    target = io.BytesIO()
    target.write(build_header(file_key, [stanza]))
    nonce = suite.random_bytes(NONCE_BYTES)
    seal_stream(file_key, nonce, io.BytesIO(content), target)
    return target.getvalue()


def unlock(locked: bytes, passphrase: str) -> bytes:
    """The inverse of `lock`. Raises WrongPassphrase, BadHeader, BadMac, BadPayload."""
    header, payload = read_header(io.BytesIO(locked))
    if len(header.stanzas) != 1 or header.stanzas[0].kind != _KIND:
        raise BadHeader("not a file under a passphrase")
    salt, work_factor = _parameters(header.stanzas[0])
    key = _wrap_key(passphrase, salt, work_factor)
    file_key = suite.aead_open(key, header.stanzas[0].body)
    if file_key is None:
        raise WrongPassphrase("the passphrase does not open this file")
    check_mac(header, file_key)
    return b"".join(open_stream(file_key, payload))


def _parameters(stanza: Stanza) -> tuple[bytes, int]:
    if len(stanza.arguments) != _ARGUMENTS or len(stanza.body) != WRAPPED_KEY_BYTES:
        raise BadHeader("a passphrase stanza of the wrong shape")
    salt, text = decode_base64(stanza.arguments[1]), stanza.arguments[2]
    if len(salt) != SALT_BYTES or not _DECIMAL.fullmatch(text):
        raise BadHeader("a passphrase stanza with odd arguments")
    if int(text) > WORK_FACTOR_MAX:
        raise BadHeader(f"a work factor of more than {WORK_FACTOR_MAX}")
    return salt, int(text)


def _wrap_key(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    # The same characters typed on another system must give the same bytes.
    secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    rounds = 1 << work_factor
    return hashlib.scrypt(
        secret,
        salt=_SALT_LABEL + salt,
        n=rounds,
        r=_BLOCK_SIZE,
        p=1,
        maxmem=rounds * _BLOCK_SIZE * 128 + (1 << 20),
        dklen=32,
    )
