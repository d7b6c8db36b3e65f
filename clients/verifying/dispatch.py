"""What a partner centre said about seats: its signed message is what the journal says it did."""

from typing import Any

import msgspec
from msgspec import Struct

from clients.verifying.case import place
from clients.verifying.report import Notes
from crypto.request_signatures import Message, WireRefused, verify_request
from tendering import centre_wire as wire
from tendering.domain.journal import Entry


class Said(Struct, frozen=True):
    """A message as it was received: the address it was sent to, its signature, its bytes."""

    url: str
    headers: dict[str, str]
    body: str


class ByPartner(Struct, frozen=True):
    """`partner` of an entry about a booking at a partner's venue."""

    public_key: str
    signed: Said | None = None


def check_said(asked: ByPartner, found: ByPartner | None, entry: Entry, notes: Notes) -> None:
    """Did the partner that was asked sign what an entry says of it?"""
    where = place(entry)
    signed = None if found is None else found.signed
    if entry.kind == "venue.cancelled":
        notes.require(signed is None, where, "the host cancels, and no partner")
        return
    if found is None or signed is None or found.public_key != asked.public_key:
        notes.fails(where, "the partner centre has not signed this")
        return
    try:
        verify_request(
            Message("POST", signed.url, {**signed.headers}),
            signed.body.encode(),
            bytes.fromhex(asked.public_key),
            tag=wire.TAG,
            at=entry.at,
        )
        message = wire.MESSAGE.decode(signed.body)
    except (WireRefused, ValueError, msgspec.DecodeError) as error:
        notes.fails(where, f"the partner centre's message: {error}")
        return
    said = _said_by(message)
    meant = (entry.kind, entry.body["booking_id"], _workstations(entry.body))
    notes.require(said == meant, where, "not what the partner centre signed")


def _said_by(message: wire.Message) -> tuple[str, str, set[tuple[str, str]]]:
    """The kind of the entry that a message leads to, its order, the workstations it offers."""
    kind, offered = "", set()
    if isinstance(message, wire.Exceptional):
        kind = "venue.failed"
    elif isinstance(message, wire.Notify):
        kind = f"venue.{message.status}"
        offered = {(one.room, one.label) for one in message.workstations}
    return kind, str(message.subject), offered


def _workstations(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["room"], one["label"]) for one in body.get("workstations", ())}
