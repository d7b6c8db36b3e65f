"""Canaries as a key holder's tool reads them on the public record, and its signed answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clients.journal_following import JournalFollower
from clients.key_replacements import REPLACED
from clients.tender_facts import NoticeInvalid
from crypto.canary import answer_canary
from crypto.errors import BadSignature, CryptoError
from crypto.opening_keys import AnyOpeningKey
from crypto.signing import SignedStatement, verify_statement
from tendering.domain.canary import ANSWER_LABEL, answer_statement, context_of
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.tender import KeyHolder, Tender


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


@dataclass(frozen=True, slots=True)
class Shown:
    """Who of the key holders of now has shown that its key works, by number, and who has not.

    `overdue`: who was asked to, and its time is up.
    """

    working: frozenset[int]
    silent: frozenset[int]
    overdue: frozenset[int]
    threshold: int

    @property
    def enough(self) -> bool:
        """Have as many shown it as open a bid together?"""
        return len(self.working) >= self.threshold


def shown_working(
    entries: Sequence[Entry], tender: Tender, *, trusted_roots: Sequence[bytes], now: datetime
) -> Shown:
    """How the last canary stands that each key holder of `tender` was asked to open.

    `entries` are the public journal. Who has opened the last one has shown it; so has, until that
    one is due, who has opened the one before. What counts is the holder's own signature: the
    platform, which makes canaries, could make up an answer. Raises NoticeInvalid.
    """
    try:
        found = {
            holder.number: _standing(entries, tender, holder, roots=trusted_roots, now=now)
            for holder in tender.key_holders
        }
    except (CryptoError, LookupError, TypeError, ValueError) as error:
        raise NoticeInvalid(f"what is said of a canary does not hold: {error}") from error
    working = frozenset(number for number, standing in found.items() if standing == "working")
    overdue = frozenset(number for number, standing in found.items() if standing == "overdue")
    return Shown(working, frozenset(found) - working, overdue, tender.threshold)


def _standing(
    entries: Sequence[Entry],
    tender: Tender,
    holder: KeyHolder,
    *,
    roots: Sequence[bytes],
    now: datetime,
) -> str:
    """One of `working`, `overdue`, `waiting`."""
    begun = max(
        (
            entry.seq
            for entry in entries
            if entry.kind == REPLACED and entry.body["number"] == holder.number
        ),
        default=0,
    )
    own = [entry for entry in entries if entry.seq > begun]
    asked = [
        entry
        for entry in own
        if entry.kind == "canary.issued" and holder.number in _numbers(entry.body["asked"])
    ]
    opened = {
        entry.body["canary"]
        for entry in own
        if entry.kind == "canary.opened" and _is_by(holder, tender, entry, roots)
    }
    if asked and asked[-1].body["canary"] in opened:
        return "working"
    due = [one for one in asked if parse_instant(str(one.body["due_at"])) <= now]
    if due and (due[-1] is asked[-1] or due[-1].body["canary"] not in opened):
        return "overdue"
    return "working" if opened else "waiting"


def _is_by(holder: KeyHolder, tender: Tender, entry: Entry, roots: Sequence[bytes]) -> bool:
    """Is it this holder's answer, under its signature? Raises CryptoError, KeyError."""
    body = entry.body
    if body["number"] != holder.number:
        return False
    signed = SignedStatement.from_value(body["statement"])
    who = verify_statement(signed, label=ANSWER_LABEL, trusted_roots=roots, at=entry.at)
    said = answer_statement(tender, int(str(body["canary"])), holder, str(body["answer"]))
    if signed.statement != said or who.organization != holder.name:
        raise BadSignature(f"key holder {holder.number} has not signed this answer")
    return True


def _numbers(value: object) -> list[object]:
    return value if isinstance(value, list) else []
