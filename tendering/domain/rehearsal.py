"""A rehearsal of the opening: sign in, unlock, and nothing of it is kept.

Before the day a bidder goes the way of the day with a few bytes: it seals them as it will seal its
bid, hands them in under its signature, and unlocks them with their file key. The platform checks
what it checks of a bid and remembers nothing: what it knows again is its own signature on the
receipt. No round of a tender has an envelope of this name, so the container stands for no bid and
no key holder ever opens it. docs/specs/sealed-bid-v1.md §12.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadKey, BadPayload
from crypto.keys import NoteKey, recipient_public
from crypto.sealed_file import SealPolicy, open_stream, verify_file_key
from tendering.domain.bid import envelope_context
from tendering.domain.contributions import key_fits, require_value
from tendering.domain.journal import instant
from tendering.domain.refusals.bids import ContainerRefused, DeadlinePassed
from tendering.domain.refusals.openings import RehearsalUnknown, WrongFileKey
from tendering.domain.tender import Tender, TenderStatus, require_status

REHEARSAL_LABEL: Final = "kaibiao/rehearsal/v1"
RECEIPT_LABEL: Final = "kaibiao/rehearsal-receipt/v1"
ENVELOPE: Final = "rehearsal"
COUNTER: Final = 1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A test container and whose it is; `recipient` is the opening key made for it alone."""

    lot: str
    bidder_id: UUID
    recipient: str
    container: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The container's digest, 32 bytes, as that of a bid's container."""
        return container_digest([self.container])


@dataclass(frozen=True, slots=True)
class RehearsedUnlock:
    """What unlocking showed, as of a bid: does the header derive from the key, what was inside."""

    rederives: bool
    plaintext_digest: bytes


def rehearsal_policy(tender: Tender, lot: str, bidder_id: UUID, recipient: str) -> SealPolicy:
    """Who could open a test container: as with a bid's, its maker or the key holders.

    Raises BadKey.
    """
    context = envelope_context(tender, lot=lot, kind=ENVELOPE, bidder_id=bidder_id, counter=COUNTER)
    holders = tuple(holder.public_key or b"" for holder in tender.key_holders)
    return SealPolicy(context, tender.threshold, holders, recipient_public(recipient))


def rehearsal_statement(tender: Tender, rehearsal: Rehearsal) -> dict[str, JsonValue]:
    """What the bidder signs to sign in to a rehearsal."""
    return {
        "tender_id": str(tender.id),
        "lot": rehearsal.lot,
        "bidder_id": str(rehearsal.bidder_id),
        "recipient": rehearsal.recipient,
        "digest": rehearsal.digest.hex(),
    }


def require_rehearsable(tender: Tender, lot: str, *, at: datetime) -> None:
    """May one rehearse now? From the notice to the deadline.

    Raises NotFound for a lot that is none, WrongPhase, DeadlinePassed.
    """
    tender.lot(lot)
    require_status(tender, TenderStatus.PUBLISHED)
    if at >= tender.deadline:
        raise DeadlinePassed(deadline=instant(tender.deadline))


def require_test_container(tender: Tender, rehearsal: Rehearsal) -> None:
    """The check at the door, without any key, that a bid's containers pass. ContainerRefused."""
    try:
        policy = _policy(tender, rehearsal)
        require_value(rehearsal.container, policy, tender.suite)
    except (BadHeader, BadKey) as error:
        raise ContainerRefused(str(error)) from error


def receipt_message(tender: Tender, rehearsal: Rehearsal, *, received_at: datetime) -> bytes:
    """The bytes under the platform's signature on a rehearsal's receipt: no bid's receipt."""
    said = rehearsal_statement(tender, rehearsal) | {"received_at": instant(received_at)}
    return RECEIPT_LABEL.encode() + b"\0" + canonical(said)


def require_receipt(
    tender: Tender, rehearsal: Rehearsal, *, received_at: datetime, signature: bytes, key: NoteKey
) -> None:
    """Is it the container that was handed in, by the platform's own receipt? RehearsalUnknown."""
    own = key.sign(receipt_message(tender, rehearsal, received_at=received_at))
    if not hmac.compare_digest(own, signature):
        raise RehearsalUnknown


def unlocked(tender: Tender, rehearsal: Rehearsal, file_key: bytes) -> RehearsedUnlock:
    """Open a test container that has passed the door as a bid is opened.

    Raises WrongFileKey, ContainerRefused for a key that fits what cannot be opened.
    """
    if not key_fits(rehearsal.container, file_key):
        raise WrongFileKey(kind=ENVELOPE)
    verdict = verify_file_key(rehearsal.container, file_key, _policy(tender, rehearsal))
    try:
        inside = container_digest(open_stream(BytesIO(rehearsal.container), file_key))
    except BadPayload as error:
        raise ContainerRefused(str(error)) from error
    return RehearsedUnlock(verdict.valid, inside)


def _policy(tender: Tender, rehearsal: Rehearsal) -> SealPolicy:
    return rehearsal_policy(tender, rehearsal.lot, rehearsal.bidder_id, rehearsal.recipient)
