"""Contributions to a random draw, each sealed before anybody sees another's.

A contribution is 32 random bytes in a small container, sealed as a bid is: to a key of its maker's
and to the tender's key holders. Its bytes are published when it is made, so what is in it, and
whether it is valid at all, is settled then. Its maker opens it with the file key; where it does
not, any `threshold` of the key holders do. So nobody can withdraw, or choose, having seen others'.
docs/specs/draw-v1.md §3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from types import MappingProxyType
from typing import Final
from uuid import UUID

from crypto import draw as lot_drawing
from crypto.age_header import mac_fits
from crypto.age_payload import seal_stream, sealed_size
from crypto.canonical import JsonValue, digest
from crypto.errors import BadHeader, BadKey, BadPayload
from crypto.keys import recipient_public
from crypto.sealed_file import (
    SEALED_HEADER_BYTES_MAX,
    SealPolicy,
    derive_header,
    file_key_from_shares,
    open_stream,
    parse_sealed_header,
    read_sealed_header,
    seal_context,
    verify_file_key,
)
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.tender import Tender

CONTRIBUTION_LABEL: Final = "kaibiao/draw-contribution/v1"
RECORD_LABEL: Final = "kaibiao/draw-record/v1"
VRF_LABEL: Final = "kaibiao/draw/vrf/v1"
SEED_LABEL: Final = "kaibiao/draw/seed/v1"
EXPERTS: Final = "experts"
VALUE_BYTES: Final = 32
CONTAINER_BYTES_MAX: Final = SEALED_HEADER_BYTES_MAX + sealed_size(VALUE_BYTES)


@dataclass(frozen=True, slots=True)
class DrawSubject:
    """What is drawn: for which tender, what for, and out of what.

    `purpose` is `EXPERTS`, or names another draw of the tender; `root`, 32 bytes, binds everything
    that was fixed before the draw, for experts the pool's root. `bidders` contribute as well: those
    whose bids are open, where the method leaves a coefficient to the draw.
    """

    tender: Tender
    purpose: str
    root: bytes
    bidders: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """A party's contribution and what has become of it.

    `records`: which key holders, by number, found their record usable before the contributions were
    closed. `admitted` is None until then. `file_key` is what its maker revealed, `shares` what the
    key holders gave: all fit the container, nothing else gets here.
    """

    organization_id: UUID
    recipient: str
    container: bytes
    records: Mapping[int, bool] = field(default_factory=lambda: MappingProxyType({}))
    admitted: bool | None = None
    file_key: bytes | None = None
    shares: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def sha256(self) -> str:
        """Digest of the container, lower hex."""
        return sha256(self.container).hexdigest()


class ContributionFault(StrEnum):
    """Why an opened container is no contribution: always its maker's fault, and proved."""

    SHARES_GIVE_NO_KEY = "shares-give-no-key"
    HEADER_NOT_DERIVED = "header-not-derived"
    PAYLOAD_NOT_SEALED = "payload-not-sealed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the admitted contributions hold: values of 32 bytes; who is excluded; who is sealed."""

    values: Mapping[UUID, bytes]
    excluded: Mapping[UUID, ContributionFault]
    waiting: tuple[UUID, ...]


def contribution_policy(subject: DrawSubject, organization_id: UUID, recipient: str) -> SealPolicy:
    """Who can open a contribution: its maker's key `recipient`, or the key holders.

    Raises BadKey.
    """
    tender = subject.tender
    context = seal_context(
        tender_id=str(tender.id),
        lot=subject.root.hex(),
        envelope=f"draw/{subject.purpose}",
        bidder_id=str(organization_id),
        counter=1,
        threshold=tender.threshold,
        holders=[
            ((holder.public_key or b"").hex(), holder.announcement_digest.hex())
            for holder in tender.key_holders
        ],
        suite_name=tender.suite,
    )
    holders = tuple(holder.public_key or b"" for holder in tender.key_holders)
    return SealPolicy(context, tender.threshold, holders, recipient_public(recipient))


def sealed_contribution(
    value: bytes, policy: SealPolicy, *, file_key: bytes, payload_nonce: bytes
) -> bytes:
    """The container of a contribution. `file_key` and `payload_nonce`: 16 fresh bytes each."""
    target = BytesIO()
    target.write(derive_header(file_key, policy))
    seal_stream(file_key, payload_nonce, BytesIO(value), target, policy.suite.algorithms)
    return target.getvalue()


def require_sealed(subject: DrawSubject, contribution: Contribution) -> None:
    """The check at the door, without any key: is it a container for exactly this draw and party?

    Raises ContainerRefused.
    """
    try:
        policy = contribution_policy(subject, contribution.organization_id, contribution.recipient)
        require_value(contribution.container, policy, subject.tender.suite)
    except (BadHeader, BadKey) as error:
        raise ContainerRefused(str(error)) from error


def require_value(container: bytes, policy: SealPolicy, suite_name: str) -> None:
    """Are 32 bytes sealed in it by this policy, as far as that shows? Raises BadHeader."""
    header = parse_sealed_header(
        container,
        expected_context=policy.context,
        threshold=policy.threshold,
        n=len(policy.holders),
        suite_name=suite_name,
    )
    if len(container) != header.header_length + sealed_size(VALUE_BYTES):
        raise BadHeader("it does not hold 32 bytes")


def key_fits(container: bytes, file_key: bytes) -> bool:
    """Is this the key that the container's header commits to? There is at most one."""
    return mac_fits(read_sealed_header(container).header, file_key)


def contribution_statement(subject: DrawSubject, contribution: Contribution) -> JsonValue:
    """What a contributor signs."""
    return {
        "tender_id": str(subject.tender.id),
        "purpose": subject.purpose,
        "root": subject.root.hex(),
        "organization_id": str(contribution.organization_id),
        "recipient": contribution.recipient,
        "container": contribution.sha256,
    }


def record_statement(
    subject: DrawSubject, contribution: Contribution, *, number: int, usable: bool
) -> JsonValue:
    """What a key holder signs about its record in a container, before anything is opened."""
    return {
        "tender_id": str(subject.tender.id),
        "purpose": subject.purpose,
        "root": subject.root.hex(),
        "organization_id": str(contribution.organization_id),
        "container": contribution.sha256,
        "number": number,
        "usable": usable,
    }


def is_admissible(tender: Tender, contribution: Contribution) -> bool | None:
    """Can its key holders open it, by their word? None: too few have looked.

    Yes with `threshold` usable records; no with so many unusable ones that there cannot be so many.
    """
    usable = sum(contribution.records.values())
    if usable >= tender.threshold:
        return True
    unusable = len(contribution.records) - usable
    return False if unusable > len(tender.key_holders) - tender.threshold else None


def opened(subject: DrawSubject, contribution: Contribution) -> bytes | ContributionFault | None:
    """The 32 bytes of a contribution, or why it is none; None while it is sealed.

    The same for every set of shares that suffices, and for the file key: a header that derives from
    a key has shares of that very key and no other fits it; one that does not is excluded by
    whichever way that shows.
    """
    file_key = contribution.file_key
    if file_key is None:
        if len(contribution.shares) < subject.tender.threshold:
            return None
        file_key = _combined(subject, contribution)
        if file_key is None:
            return ContributionFault.SHARES_GIVE_NO_KEY
    try:
        policy = contribution_policy(subject, contribution.organization_id, contribution.recipient)
        derived = verify_file_key(contribution.container, file_key, policy).valid
    except BadKey:
        derived = False
    if not derived:
        return ContributionFault.HEADER_NOT_DERIVED
    try:
        return b"".join(open_stream(BytesIO(contribution.container), file_key))
    except BadPayload:
        return ContributionFault.PAYLOAD_NOT_SEALED


def outcome_of(subject: DrawSubject, contributions: Sequence[Contribution]) -> Outcome:
    """What all admitted contributions hold, in the order of their organizations' ids."""
    found = {
        one.organization_id: opened(subject, one)
        for one in sorted(contributions, key=lambda one: one.organization_id)
        if one.admitted
    }
    return Outcome(
        values={party: value for party, value in found.items() if isinstance(value, bytes)},
        excluded={
            party: fault for party, fault in found.items() if isinstance(fault, ContributionFault)
        },
        waiting=tuple(party for party, value in found.items() if value is None),
    )


def vrf_input(subject: DrawSubject, values: Mapping[UUID, bytes]) -> bytes:
    """What the platform's key proves over: tender, what is drawn, and every valid contribution."""
    contributions: list[JsonValue] = [
        {"organization_id": str(party), "value": values[party].hex()} for party in sorted(values)
    ]
    return digest(
        VRF_LABEL,
        {
            "tender_id": str(subject.tender.id),
            "purpose": subject.purpose,
            "root": subject.root.hex(),
            "contributions": contributions,
        },
    )


def seed_of(subject: DrawSubject, values: Mapping[UUID, bytes], vrf_output: bytes) -> bytes:
    """The seed of the draw, 32 bytes."""
    return lot_drawing.seed(
        label=f"{SEED_LABEL}/{subject.purpose}",
        parts=[
            subject.tender.id.bytes,
            subject.root,
            vrf_output,
            *(values[party] for party in sorted(values)),
        ],
    )


def _combined(subject: DrawSubject, contribution: Contribution) -> bytes | None:
    # The context stands in the header and was compared at the door; the recipient plays no part.
    context = read_sealed_header(contribution.container).context
    file_key, _ = file_key_from_shares(contribution.container, contribution.shares, context)
    return file_key
