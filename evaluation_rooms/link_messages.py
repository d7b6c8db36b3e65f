"""The words of a site link: the handshake, and what goes through the sealed channel.

Specification: docs/specs/site-link-v1.md.
"""

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from crypto.canonical import JsonValue
from crypto.errors import BadPayload
from crypto.link_channel import Channel
from tendering.domain.refusals import Invalid

LINK_FRAME_BYTES_MAX: Final = 1 << 20
LINES_MAX: Final = 100

Hex32: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
Hex64: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}(?!\n)$")]
Site: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Number: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
LineNumber: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000)]


class Challenge(Struct, frozen=True, forbid_unknown_fields=True, tag="challenge", tag_field="type"):
    """The host begins: its half of the handshake."""

    nonce: Hex32
    public: Hex32


class LinkHello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello", tag_field="type"):
    """The guest answers: for which site, how far its copy is, its half, and its signature."""

    room_id: UUID
    site: Site
    n: Number
    head: Hex32
    nonce: Hex32
    public: Hex32
    signature: Hex64


class Welcome(Struct, frozen=True, forbid_unknown_fields=True, tag="welcome", tag_field="type"):
    """The host signs as well; from here on everything is sealed."""

    signature: Hex64


class LinkRefused(Struct, frozen=True, forbid_unknown_fields=True, tag="refused", tag_field="type"):
    """The host says no, and why."""

    code: str


class OpenLine(Struct, frozen=True, forbid_unknown_fields=True, tag="open", tag_field="type"):
    """A member of the site sits down, or comes back after entry `after`."""

    line: LineNumber
    seat: Annotated[int, Meta(ge=1, le=100)]
    after: Number = 0


class LineText(Struct, frozen=True, forbid_unknown_fields=True, tag="line", tag_field="type"):
    """A message of the room protocol, in either direction, of or for one line."""

    line: LineNumber
    text: Annotated[str, Meta(max_length=LINK_FRAME_BYTES_MAX // 2)]


class LineClosed(Struct, frozen=True, forbid_unknown_fields=True, tag="closed", tag_field="type"):
    """A line has ended; `code` as in the room protocol."""

    line: LineNumber
    code: Annotated[int, Meta(ge=1000, le=4999)] = 1000


class LinkEntry(Struct, frozen=True, forbid_unknown_fields=True, tag="entry", tag_field="type"):
    """The next item of the transcript."""

    item: dict[str, Any]


class SignedHead(Struct, frozen=True, forbid_unknown_fields=True, tag="head", tag_field="type"):
    """A head that one side signs; the guest repeats what the host has signed with its own."""

    n: Number
    head: Hex32
    signature: Hex64


FromGuest: TypeAlias = OpenLine | LineText | LineClosed | SignedHead
FromHost: TypeAlias = LinkEntry | SignedHead | LineText | LineClosed
Handshake: TypeAlias = Challenge | LinkHello | Welcome | LinkRefused


def parse(data: str | bytes, kind: Any) -> Any:
    """Read one message of a kind: `FromGuest`, `FromHost` or `Handshake`. Raises Invalid."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid(str(error)[:200]) from error


def encode(message: FromGuest | FromHost | Handshake) -> bytes:
    """The JSON of a message."""
    return msgspec.json.encode(message)


def opened(channel: Channel, frame: object, kind: Any) -> Any:
    """What a sealed frame says. Raises OutOfOrder, BadPayload, Invalid."""
    if not isinstance(frame, bytes):
        raise BadPayload("frames of a link are sealed")
    return parse(channel.open(frame), kind)


def topic(room_id: UUID, site: str, n: int, head: str) -> dict[str, JsonValue]:
    """What a handshake is about: a site of a room, and how far its copy is."""
    return {"room_id": str(room_id), "site": site, "n": n, "head": head}
