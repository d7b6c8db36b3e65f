"""What a guest site keeps of a room: the entries that its operator may see, chained and signed.

The committee's own chain cannot be handed on while marks are secret: a head is a hash over few
possible values. So a site gets a chain of its own, over what it is shown. Both platforms sign its
heads, and whoever holds the copy can check it without either (docs/specs/site-link-v1.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical
from crypto.errors import CryptoError
from crypto.link_channel import require_signed
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.views import project
from tendering.domain.journal import Entry, instant

LABEL: Final = b"kaibiao/site-transcript/v1\0"
START: Final = bytes(32)
OPERATOR: Final = Standing(Viewer.GUEST_OPERATOR)


class TranscriptBroken(ValueError):
    """The copy does not hold together: an item is missing, moved, changed, or signed by nobody."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the site sees it: the `n`-th, `seq` in the committee's stream."""

    n: int
    seq: int
    kind: str
    at: str
    body: Mapping[str, JsonValue]

    @property
    def value(self) -> dict[str, JsonValue]:
        """As it is chained."""
        return {"n": self.n, "seq": self.seq, "kind": self.kind, "at": self.at, "body": self.body}


@dataclass(frozen=True, slots=True)
class Place:
    """How far a transcript is: its last item and the chain's head there."""

    n: int = 0
    seq: int = 0
    head: bytes = START

    def after(self, item: Item) -> "Place":
        """One item further. Raises TranscriptBroken when it is not the next one."""
        if item.n != self.n + 1 or item.seq <= self.seq:
            raise TranscriptBroken(f"item {item.n} (entry {item.seq}) does not follow {self.n}")
        chained = sha256(LABEL + self.head + sha256(canonical(item.value)).digest())
        return Place(item.n, item.seq, chained.digest())


def read_item(value: object) -> Item:
    """An item from its JSON. Raises TranscriptBroken."""
    match value:
        case {
            "n": int(n),
            "seq": int(seq),
            "kind": str(kind),
            "at": str(at),
            "body": dict(body),
            **rest,
        } if not rest and not isinstance(n, bool) and not isinstance(seq, bool):
            return Item(n, seq, kind, at, body)
    raise TranscriptBroken("an item has n, seq, kind, at and body")


def shown(entry: Entry, room_id: UUID, place: Place) -> Item | None:
    """The entry as the next item of a site's transcript; None where it is not for the site."""
    if entry.body.get("room_id") != str(room_id):
        return None
    body = project(entry.kind, entry.body, OPERATOR, own_seat=None)
    if body is None:
        return None
    return Item(place.n + 1, entry.seq, entry.kind, instant(entry.at), dict(body))


def head_statement(room_id: UUID, site: str, place: Place) -> bytes:
    """What both platforms sign of a head."""
    return canonical(
        {"room_id": str(room_id), "site": site, "n": place.n, "head": place.head.hex()}
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What a copy came to: how far it is, and how far both platforms signed it."""

    place: Place
    signed: int


def check_copy(
    lines: Iterable[Mapping[str, object]],
    room_id: UUID,
    site: str,
    *,
    host_key: bytes,
    guest_key: bytes,
) -> Checked:
    """Check a copy line by line: items in order, and heads signed by both.

    Raises TranscriptBroken.
    """
    place, signed = Place(), 0
    for line in lines:
        if "item" in line:
            place = place.after(read_item(line["item"]))
            continue
        if line.get("n") != place.n or line.get("head") != place.head.hex():
            raise TranscriptBroken(f"another head is signed than that of item {place.n}")
        statement = head_statement(room_id, site, place)
        for who, key in (("host", host_key), ("guest", guest_key)):
            try:
                require_signed(key, statement, bytes.fromhex(str(line.get(who))))
            except (CryptoError, ValueError) as error:
                raise TranscriptBroken(f"item {place.n} is not signed by the {who}") from error
        signed = place.n
    return Checked(place, signed)
