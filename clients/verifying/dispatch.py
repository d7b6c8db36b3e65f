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
    if entry.kind == "venue.cancelled":
        unsigned = found is None or found.signed is None
        notes.require(unsigned, place(entry), "the host cancels, and no partner")
        return
    message = message_of(asked, found, entry, notes)
    if message is not None:
        meant = (entry.kind, entry.body["booking_id"], _workstations(entry.body))
        notes.require(
            _said_by(message) == meant, place(entry), "not what the partner centre signed"
        )


def message_of(
    asked: ByPartner, found: ByPartner | None, entry: Entry, notes: Notes
) -> wire.Message | None:
    """The message of an entry, signed by the partner that was asked; None when it is not."""
    where = place(entry)
    signed = None if found is None else found.signed
    if found is None or signed is None or found.public_key != asked.public_key:
        notes.fails(where, "the partner centre has not signed this")
        return None
    try:
        verify_request(
            Message("POST", signed.url, {**signed.headers}),
            signed.body.encode(),
            bytes.fromhex(asked.public_key),
            tag=wire.TAG,
            at=entry.at,
        )
        message: wire.Message = wire.MESSAGE.decode(signed.body)
    except (WireRefused, ValueError, msgspec.DecodeError) as error:
        notes.fails(where, f"the partner centre's message: {error}")
        return None
    return message


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
