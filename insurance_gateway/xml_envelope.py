"""The envelope of the XML family: a head with id and keyed digest, and a flat body.

`<xRequest><requestHead><requestUUID/><sign/></requestHead><requestBody>…`: the id begins with the
area code, `sign` is the first half of an HMAC-SHA-256, in hex, over the bytes of requestBody, tags
included. The body carries its time. A document type, and with it every entity, is refused before it
is read: no bomb, nothing external. Pure. docs/specs/insurer-families-v1.md.
"""

import hashlib
import hmac
import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NoReturn
from uuid import UUID
from xml.parsers import expat

from crypto.request_signatures import (
    AGE_SECONDS_MAX,
    SKEW_SECONDS_MAX,
    Signed,
    WireRefused,
)
from insurance_gateway.forms import FILE_BYTES_MAX, Form, instant_text, read_instant

BYTES_MAX: Final = 2 * FILE_BYTES_MAX
FIELDS_MAX: Final = 100
TIME: Final = "requestTime"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
_REQUEST: Final = re.compile(r"[0-9]{6}[0-9a-fA-F-]{36}")
_BODY_DEPTH: Final = 2
_FIELD_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Opened:
    """A request whose digest holds. `signed.nonce` is the digest itself: the body has its time."""

    call: str
    form: dict[str, str]
    request_id: str
    signed: Signed


@dataclass(slots=True)
class _Reading:
    """What was read so far: texts by path, and which bytes the body takes."""

    source: bytes
    path: list[str] = field(default_factory=list)
    texts: dict[tuple[str, ...], str] = field(default_factory=dict)
    span: tuple[int, int] = (0, 0)


def seal(call: str, form: Form, secret: bytes, *, request_id: str, at: datetime) -> bytes:
    """A form as a request of the family; `request_id` is the area code and a UUID."""
    fields = {**form, TIME: instant_text(at)}
    inner = "".join(
        f"<{name}>{html.escape(text, quote=False)}</{name}>" for name, text in fields.items()
    )
    body = f"<requestBody>{inner}</requestBody>"
    head = (
        f"<requestHead><requestUUID>{request_id}</requestUUID>"
        f"<sign>{sign(secret, body.encode())}</sign></requestHead>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{call}Request>{head}{body}</{call}Request>'
    ).encode()


def unseal(body: bytes, secrets: list[bytes], *, at: datetime) -> Opened:
    """A request that one of the secrets signed. Raises WireRefused."""
    read = _read(body)
    root = next(iter(read.texts))[0] if read.texts else ""
    if not root.endswith("Request"):
        raise WireRefused("the root element is not a request")
    head = (root, "requestHead")
    claimed = read.texts.get((*head, "sign"), "")
    signed_bytes = body[slice(*read.span)]
    if not signed_bytes or not any(
        hmac.compare_digest(sign(one, signed_bytes).encode(), claimed.encode()) for one in secrets
    ):
        raise WireRefused("sign is not the keyed digest of requestBody")
    request_id = read.texts.get((*head, "requestUUID"), "")
    if not _REQUEST.fullmatch(request_id):
        raise WireRefused("requestUUID is six digits of the area and a UUID")
    form = {path[2]: text for path, text in read.texts.items() if path[1] == "requestBody"}
    created = read_instant(form.pop(TIME, ""))
    if created > at + timedelta(seconds=SKEW_SECONDS_MAX):
        raise WireRefused("requestTime is in the future: set your clock")
    if created < at - timedelta(seconds=AGE_SECONDS_MAX):
        raise WireRefused("requestTime is more than 300 s old")
    return Opened(root.removesuffix("Request"), form, request_id, Signed(b"", claimed, created))


def answer(form: Form, secret: bytes, *, request_id: str, at: datetime) -> bytes:
    """An answer with `resultFlag` 1 or 0, signed as requests are, under the id it answers."""
    known = request_id if _REQUEST.fullmatch(request_id) else f"000000{UUID(int=0)}"
    return seal("answer", form, secret, request_id=known, at=at)


def read_answer(
    body: bytes, secrets: list[bytes], *, request_id: str, at: datetime
) -> dict[str, str]:
    """What was answered to a request, its signature checked. Raises WireRefused."""
    opened = unseal(body, secrets, at=at)
    if opened.call != "answer" or opened.request_id != request_id:
        raise WireRefused("the answer is to another message")
    return opened.form


def request_id_of(body: bytes) -> str:
    """The id that a request claims, for an answer to it; empty when it cannot be read."""
    try:
        texts = _read(body).texts
    except WireRefused:
        return ""
    return next((text for path, text in texts.items() if path[2] == "requestUUID"), "")


def sign(secret: bytes, body: bytes) -> str:
    """The keyed digest, 32 hex digits."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()[:32]


def _read(source: bytes) -> _Reading:
    """The elements of a document of three levels, without attributes. Raises WireRefused."""
    if len(source) > BYTES_MAX:
        raise WireRefused("the document is too large")
    reading = _Reading(source)
    parser = expat.ParserCreate("UTF-8")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: _start(reading, parser, name, given)
    parser.EndElementHandler = lambda _name: _end(reading, parser)
    parser.CharacterDataHandler = lambda text: _text(reading, text)
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(source, True)
    except (expat.ExpatError, ValueError) as error:
        raise WireRefused(f"the document is not well-formed: {error}") from error
    return reading


def _refuse(*_what: object) -> NoReturn:
    raise WireRefused("a document type, an entity or a processing instruction is refused")


def _start(
    reading: _Reading, parser: expat.XMLParserType, name: str, given: dict[str, str]
) -> None:
    reading.path.append(name)
    path = tuple(reading.path)
    if given or not _NAME.fullmatch(name) or len(path) > _FIELD_DEPTH or path in reading.texts:
        raise WireRefused(f"the element {name[:40]} has no place here")
    if len(reading.texts) > FIELDS_MAX:
        raise WireRefused("too many elements")
    if len(path) == _FIELD_DEPTH:
        reading.texts[path] = ""
    elif path[1:] == ("requestBody",):
        if reading.span[0]:
            raise WireRefused("there is more than one requestBody")
        reading.span = (parser.CurrentByteIndex, 0)


def _end(reading: _Reading, parser: expat.XMLParserType) -> None:
    if tuple(reading.path[1:]) == ("requestBody",):
        end = parser.CurrentByteIndex + len(b"</requestBody>")
        reading.span = (reading.span[0], end)
    reading.path.pop()


def _text(reading: _Reading, text: str) -> None:
    if len(reading.path) == _FIELD_DEPTH:
        reading.texts[tuple(reading.path)] += text
    elif text.strip():
        raise WireRefused("there is text between the elements")
