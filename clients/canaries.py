"""Canaries as a key holder's tool reads them on the public record, and its signed answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clients.journal_following import JournalFollower
from crypto.canary import answer_canary
from crypto.opening_keys import AnyOpeningKey
from tendering.domain.canary import context_of
from tendering.domain.journal import parse_instant
from tendering.domain.tender import Tender


@dataclass(frozen=True, slots=True)
class WaitingCanary:
    """A canary that a key holder has still to open."""

    number: int
    occasion: str
    header: bytes
    due_at: datetime


def waiting_canaries(journal: JournalFollower, number: int) -> list[WaitingCanary]:
    """The canaries of a followed journal that holder `number` was asked to open and has not.

    Raises KeyError, TypeError, ValueError for an entry that is none.
    """
    opened = {
        entry.body["canary"]
        for entry in journal.entries
        if entry.kind == "canary.opened" and entry.body["number"] == number
    }
    return [
        WaitingCanary(
            int(str(entry.body["canary"])),
            str(entry.body["occasion"]),
            bytes.fromhex(str(entry.body["header"])),
            parse_instant(str(entry.body["due_at"])),
        )
        for entry in journal.entries
        if entry.kind == "canary.issued"
        and number in _numbers(entry.body["asked"])
        and entry.body["canary"] not in opened
    ]


def open_canary(
    tender: Tender, canary: WaitingCanary, organization_id: UUID, key: AnyOpeningKey
) -> bytes:
    """The holder's answer, 32 bytes; the context is computed here. Raises BadHeader, BadShare."""
    number = tender.key_holder_of(organization_id).number
    return answer_canary(canary.header, number, key, context_of(tender, canary.number))


def _numbers(value: object) -> list[object]:
    return value if isinstance(value, list) else []
