"""The envelope of the JSON family that signs with SM2 and SM3 and encrypts with SM2.

`{data, encrypt, nonceStr, timeStamp, sign}`: `sign` is SM3withSM2, DER in hex, by the sender over
the values of the other members in the order of their names, with `data` in plain; where `encrypt`
is "1" `data` is the SM2 ciphertext for the receiver in hex. Whose nonce is fresh the receiver's
memory says. Chance and time are arguments. Pure. docs/specs/insurer-families-v1.md.
"""

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from crypto import gm_sm2
from crypto.errors import BadKey, BadSignature
from crypto.gm_curve import POINT_BYTES
from crypto.gm_sm2 import Sm2Key, public_der
from crypto.request_signatures import (
    AGE_SECONDS_MAX,
    SKEW_SECONDS_MAX,
    Signed,
    WireRefused,
)
from insurance_gateway.forms import Form, instant_text, read_instant

ENCRYPTED_BYTES_MAX: Final = 32 << 10
KEY_BYTES: Final = 2 * POINT_BYTES
_NONCE: Final = re.compile(r"[0-9A-Za-z]{32}")


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A message of the family, as JSON."""

    data: str
    encrypt: str
    nonceStr: str  # noqa: N815 - the family's own name
    timeStamp: str  # noqa: N815
    sign: str


@dataclass(frozen=True, slots=True)
class GmKeys:
    """One side's secrets: the key that signs is never the key that opens."""

    signing: Sm2Key = field(repr=False)
    opening: Sm2Key = field(repr=False)

    @property
    def public(self) -> bytes:
        """Both points, 130 bytes."""
        return self.signing.public + self.opening.public


def seal(
    form: Form, keys: GmKeys, receiver: bytes, *, at: datetime, nonce: str, ephemeral: bytes
) -> bytes:
    """A form in its envelope. `receiver`: both points; `ephemeral`: a scalar for this message.

    What is larger than 32 KiB, which is a file, goes in plain under the signature.
    """
    plain = msgspec.json.encode(dict(form))
    stamp = instant_text(at)
    encrypt = "1" if len(plain) <= ENCRYPTED_BYTES_MAX else "0"
    sign = keys.signing.sign(_signed(plain.decode(), encrypt, nonce, stamp)).hex()
    data = plain.decode()
    if encrypt == "1":
        data = gm_sm2.encrypt(receiver[POINT_BYTES:], plain, ephemeral=ephemeral).hex()
    return msgspec.json.encode(Envelope(data, encrypt, nonce, stamp, sign))


def unseal(
    body: bytes, keys: GmKeys, sender: bytes, *, at: datetime
) -> tuple[dict[str, str], Signed]:
    """The form, verified before it is read, and its nonce, which must be fresh.

    Raises WireRefused.
    """
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireRefused(f"the envelope is not as agreed: {error}") from error
    if not _NONCE.fullmatch(envelope.nonceStr):
        raise WireRefused("nonceStr is 32 letters and digits")
    created = read_instant(envelope.timeStamp)
    if created > at + timedelta(seconds=SKEW_SECONDS_MAX):
        raise WireRefused("timeStamp is in the future: set your clock")
    if created < at - timedelta(seconds=AGE_SECONDS_MAX):
        raise WireRefused("timeStamp is more than 300 s old")
    plain = _plain(envelope, keys)
    signed = _signed(plain, envelope.encrypt, envelope.nonceStr, envelope.timeStamp)
    try:
        gm_sm2.verify(public_der(sender[:POINT_BYTES]), signed, bytes.fromhex(envelope.sign))
    except (BadSignature, BadKey, ValueError) as error:
        raise WireRefused("sign is no SM3withSM2 signature of the registered key") from error
    try:
        form = msgspec.json.decode(plain, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise WireRefused("data is not a flat object of texts") from error
    return form, Signed(sender, envelope.nonceStr, created)


def answer(body: bytes, keys: GmKeys, form: Form) -> bytes:
    """An answer in plain, signed, that repeats nonce and time of what it answers."""
    try:
        asked = msgspec.json.decode(body, type=Envelope)
        nonce, stamp = asked.nonceStr, asked.timeStamp
    except (msgspec.DecodeError, UnicodeDecodeError):
        nonce, stamp = "", ""
    plain = msgspec.json.encode(dict(form)).decode()
    sign = keys.signing.sign(_signed(plain, "0", nonce, stamp)).hex()
    return msgspec.json.encode(Envelope(plain, "0", nonce, stamp, sign))


def read_answer(asked: bytes, body: bytes, sender: bytes) -> dict[str, str]:
    """What was answered to `asked`, its signature checked. Raises WireRefused."""
    try:
        question = msgspec.json.decode(asked, type=Envelope)
        envelope = msgspec.json.decode(body, type=Envelope)
        signed = _signed(envelope.data, envelope.encrypt, envelope.nonceStr, envelope.timeStamp)
        gm_sm2.verify(public_der(sender[:POINT_BYTES]), signed, bytes.fromhex(envelope.sign))
        form = msgspec.json.decode(envelope.data, type=dict[str, str])
    except (msgspec.DecodeError, ValueError, BadSignature, BadKey) as error:
        raise WireRefused(f"the answer is not as agreed: {error}") from error
    if (envelope.nonceStr, envelope.timeStamp) != (question.nonceStr, question.timeStamp):
        raise WireRefused("the answer is to another message")
    return form


def read_gm_key(text: str) -> bytes:
    """Both points of the other side from standard base64. Raises WireRefused."""
    try:
        key = base64.b64decode(text, validate=True)
        # A point of the wrong length is off the curve too.
        for point in (key[:POINT_BYTES], key[POINT_BYTES:]):
            public_der(point)
    except (ValueError, BadKey) as error:
        raise WireRefused("a key is two points of SM2, 130 bytes in base64") from error
    return key


def _plain(envelope: Envelope, keys: GmKeys) -> str:
    if envelope.encrypt == "0":
        return envelope.data
    try:
        sealed = bytes.fromhex(envelope.data)
    except ValueError as error:
        raise WireRefused("data is not in hex") from error
    opened = keys.opening.decrypt(sealed) if envelope.encrypt == "1" else None
    if opened is None:
        raise WireRefused("data is not encrypted to the registered key, or encrypt is not 0 or 1")
    return opened.decode("utf-8", "replace")


def _signed(plain: str, encrypt: str, nonce: str, stamp: str) -> bytes:
    """The values in the order of their names: data, encrypt, nonceStr, timeStamp."""
    return f"{plain}{encrypt}{nonce}{stamp}".encode()
