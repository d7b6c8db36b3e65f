"""What a bidder learns of the others from what it gets itself, its receipts above all: nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tendering.domain.journal import Entry, Event, Stream, next_head
from tendering.domain.receipts import Receipt, receipt_json
from tendering.storage import journal
from tendering.storage.connection import reading
from tests.support.intake import Intake, intake
from tests.support.platform import platform

__all__ = ["intake", "platform"]

# Chance, identity and time: they differ between any two submissions.
_OF_EACH = frozenset(
    {"bidder_id", "custody_head", "leaf_nonce", "manifest_digest", "received_at", "signature"}
)
_NUMBERS_TRIED = 200


def form_of(value: object, name: str = "") -> object:
    """A receipt with the length in place of what differs between any two."""
    if isinstance(value, Mapping):
        return {key: form_of(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [form_of(one, name) for one in value]
    return len(str(value)) if name in _OF_EACH else value


def known_to_its_bidder(receipt: Receipt) -> Event:
    """The event of custody as the bidder can write it down."""
    said = receipt.submission
    statement: Mapping[str, Any] = said.statement
    body = {
        "lot": said.lot,
        "bidder_id": statement["bidder_id"],
        "counter": said.counter,
        "manifest_digest": statement["manifest_digest"],
        "container_digests": {one["kind"]: one["digest"] for one in statement["containers"]},
        "received_at": statement["received_at"],
        "replaces": None if said.counter == 1 else said.counter - 1,
    }
    return Event(said.act, body)


def found_by_trying(receipt: Receipt, event: Event, previous: bytes) -> list[int]:
    """The numbers in custody at which the event after `previous` leads to the receipt's head."""
    at = receipt.submission.received_at
    return [
        seq
        for seq in range(1, _NUMBERS_TRIED)
        if next_head(previous, seq=seq, kind=event.kind, body=event.body, at=at)
        == receipt.submission.custody_head
    ]


async def custody_of(intake: Intake) -> list[Entry]:
    """The entries of custody, as the platform knows them."""
    async with reading(intake.platform.running.context.pool) as connection:
        return await journal.after(connection, intake.tender.id, Stream.CUSTODY, 0)


async def test_the_first_receipt_and_the_twentieth_have_one_form(intake: Intake) -> None:
    receipts = [await intake.submit(bidder) for bidder in intake.bidders]

    first, last = receipts[0], receipts[-1]
    assert form_of(receipt_json(first)) == form_of(receipt_json(last))


async def test_a_receipt_does_not_tell_what_stood_before_even_to_who_guesses_it(
    intake: Intake,
) -> None:
    receipt = await intake.submit(intake.bidders[0])
    before, entry = (await custody_of(intake))[-2:]

    event = known_to_its_bidder(receipt)

    assert found_by_trying(receipt, event, before.head) == []
    # All that the bidder lacks is the nonce: with it the number would be found at once.
    knowing = Event(event.kind, {**event.body, "nonce": entry.body["nonce"]})
    assert found_by_trying(receipt, knowing, before.head) == [entry.seq]


async def test_two_receipts_do_not_tell_whether_somebody_came_between(intake: Intake) -> None:
    earlier = await intake.submit(intake.bidders[0])
    later = await intake.submit(intake.bidders[0], counter=2)

    found = found_by_trying(later, known_to_its_bidder(later), earlier.submission.custody_head)

    assert found == []


async def test_a_receipt_binds_its_entry_of_custody_all_the_same(intake: Intake) -> None:
    receipts = [await intake.submit(bidder) for bidder in intake.bidders[:3]]

    heads = {
        UUID(str(entry.body["bidder_id"])): entry.head
        for entry in await custody_of(intake)
        if entry.kind == "bid.submitted"
    }

    assert {one.submission.bidder_id: one.submission.custody_head for one in receipts} == heads
