"""Heads that guest sites have signed: each over what that site was shown, with its own key."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from crypto.errors import CryptoError
from crypto.link_channel import require_signed
from evaluation_rooms.site_transcript import Place, head_statement, shown
from tendering.domain.journal import Entry

_KINDS: Final = frozenset({"link.registered", "link.countersigned"})


def faults_of(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
    """What of a committee's stream no site can have signed, and why."""
    keys: dict[tuple[str, str], str] = {}
    places: dict[str, Place] = {}
    heads: dict[tuple[str, int], Place] = {}
    for entry in entries:
        room = str(entry.body.get("room_id"))
        if entry.kind in _KINDS:
            site = room, str(entry.body.get("site"))
            if entry.kind == "link.registered":
                keys[site] = str(entry.body.get("key"))
            elif not _is_signed(entry, keys.get(site, ""), heads):
                yield entry, "not what the site was shown, or not signed with its key"
        elif "room_id" in entry.body:
            before = places.get(room, Place())
            item = shown(entry, UUID(room), before)
            if item is not None:
                places[room] = heads[room, item.n] = before.after(item)


def _is_signed(entry: Entry, key: str, heads: dict[tuple[str, int], Place]) -> bool:
    body = entry.body
    room, n = str(body.get("room_id")), body.get("n")
    place = heads.get((room, n)) if isinstance(n, int) else None
    if place is None or body.get("head") != place.head.hex():
        return False
    statement = head_statement(UUID(room), str(body.get("site")), place)
    try:
        require_signed(bytes.fromhex(key), statement, bytes.fromhex(str(body.get("signature"))))
    except (CryptoError, ValueError):
        return False
    return True
