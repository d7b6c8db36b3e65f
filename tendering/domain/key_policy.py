"""Key holders replaced before the deadline: versions of a tender's key policy.

A key holder loses its key, or leaves office. The host names another; when that one has announced a
key, bids are sealed to it, and bidders are told to seal again. What was sealed before stays valid:
it opens with its bidder's key, or with the shares of those of its key holders that are left.
docs/specs/sealed-bid-v1.md §11.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, digest
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.key_holders import (
    KeyPolicyReplaced,
    NotKeyHolder,
    ReplacementTooLate,
)
from tendering.domain.suite_rules import require_key_of_suite
from tendering.domain.tender import (
    FormerPolicy,
    KeyHolder,
    Tender,
    TenderStatus,
    require_party,
    require_status,
)

REPLACEMENT_LABEL: Final = "kaibiao/key-holder-replacement/v1"
# So long every bidder has to seal again; whoever comes later extends the deadline first.
RESEAL_TIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Successor:
    """Who is to take the place `number` of a key holder, once it has announced a key."""

    number: int
    organization_id: UUID
    name: str
    reason: str


def policy_digest(tender: Tender) -> bytes:
    """What a manifest says of the key holders it was sealed for. 32 bytes."""
    return digest("kaibiao/key-policy/v1", tender.key_policy)


def under(tender: Tender, version: int) -> Tender:
    """The tender with the key holders of a version, from 1 to the current one."""
    if version > len(tender.former):
        return tender
    return replace(tender, key_holders=tender.former[version - 1].holders)


def version_sealed_to(tender: Tender, sealed_to: bytes | str) -> int | None:
    """Which version of the key policy has this digest, given as bytes or hex; None: no one."""
    wanted = sealed_to.hex() if isinstance(sealed_to, bytes) else sealed_to
    for version in range(tender.policy_version, 0, -1):
        if policy_digest(under(tender, version)).hex() == wanted:
            return version
    return None


def version_of(tender: Tender, manifest: Mapping[str, JsonValue]) -> int:
    """The version that a signed manifest was sealed to; the current one if it names none."""
    statement = manifest.get("statement")
    said = statement.get("key_policy_digest") if isinstance(statement, dict) else None
    if not tender.former or not isinstance(said, str):
        return tender.policy_version
    return version_sealed_to(tender, said) or tender.policy_version


def as_sealed(tender: Tender, manifest: Mapping[str, JsonValue]) -> Tender:
    """The tender with the key holders that a bid was sealed to."""
    return under(tender, version_of(tender, manifest))


def released(tender: Tender, version: int) -> frozenset[int]:
    """The holders of a version that were replaced since, by number: their keys do not count."""
    now = {holder.number: holder.public_key for holder in tender.key_holders}
    return frozenset(
        holder.number
        for holder in under(tender, version).key_holders
        if now[holder.number] != holder.public_key
    )


def number_for(tender: Tender, manifest: Mapping[str, JsonValue], organization_id: UUID) -> int:
    """The number under which a key holder has a share of this bid.

    Raises NotKeyHolder for one that is none, or took a place after the bid was sealed.
    """
    number = tender.key_holder_of(organization_id).number
    if number in released(tender, version_of(tender, manifest)):
        raise NotKeyHolder("the bid was sealed to a key that does not count any longer")
    return number


def require_version(tender: Tender, version: int | None, *, received_at: datetime) -> None:
    """May a bid sealed to this version be taken in that arrived then? Raises KeyPolicyReplaced.

    A bid that had arrived before the key holder was replaced is judged by what held then.
    """
    if version is None or version >= tender.policy_version:
        return
    until = tender.former[version - 1].until
    if received_at >= until:
        raise KeyPolicyReplaced(version=tender.policy_version, since=instant(until))


def decide_order(
    tender: Tender, successor: Successor, *, by: UUID, statement: JsonValue, at: datetime
) -> Event:
    """The host has a key holder replaced. Nothing changes before the new one announces its key.

    It may be the same organization: with a new key. Raises Forbidden, WrongPhase,
    ReplacementTooLate, NotFound, Invalid.
    """
    require_party(tender, by)
    _require_time(tender, at)
    holders = {holder.number: holder for holder in tender.key_holders}
    if successor.number not in holders:
        raise NotFound("no such key holder", number=successor.number)
    others = {one.organization_id for one in tender.key_holders if one.number != successor.number}
    if successor.organization_id in others:
        raise Invalid("it holds another key of this tender already")
    return Event(
        "key_holder.replacement_ordered",
        {
            "number": successor.number,
            "organization_id": str(successor.organization_id),
            "name": successor.name,
            "reason": successor.reason,
            "statement": statement,
        },
    )


def decide_replacement(
    tender: Tender,
    successor: Successor,
    *,
    public_key: bytes,
    announcement: Mapping[str, JsonValue],
    at: datetime,
) -> tuple[Tender, Event]:
    """The new key holder has announced its key: from `at` on bids are sealed to it.

    Raises WrongPhase, ReplacementTooLate, Invalid for a key that was announced before.
    """
    _require_time(tender, at)
    require_key_of_suite(tender, public_key)
    known = {one.public_key for one in tender.key_holders}
    known |= {one.public_key for former in tender.former for one in former.holders}
    if public_key in known:
        raise Invalid("a new key is announced, not one that was announced before")
    after = replaced(tender, successor, public_key=public_key, announcement=announcement, at=at)
    left = next(one for one in tender.key_holders if one.number == successor.number)
    return after, Event(
        "key_holder.replaced",
        {
            "version": after.policy_version,
            "number": successor.number,
            "organization_id": str(successor.organization_id),
            "name": successor.name,
            "public_key": public_key.hex(),
            "announcement": dict(announcement),
            "replaces": {
                "organization_id": str(left.organization_id),
                "public_key": (left.public_key or b"").hex(),
            },
            "effective_at": instant(at),
            "key_policy": after.key_policy,
        },
    )


def replaced(
    tender: Tender,
    successor: Successor,
    *,
    public_key: bytes,
    announcement: Mapping[str, JsonValue],
    at: datetime,
) -> Tender:
    """The tender after a replacement that took effect at `at`."""
    new = KeyHolder(
        successor.number,
        successor.organization_id,
        successor.name,
        public_key,
        dict(announcement),
    )
    holders = tuple(new if one.number == new.number else one for one in tender.key_holders)
    former = (*tender.former, FormerPolicy(tender.key_holders, at))
    return replace(tender, key_holders=holders, former=former)


def _require_time(tender: Tender, at: datetime) -> None:
    require_status(tender, TenderStatus.PUBLISHED)
    if at > tender.deadline - RESEAL_TIME:
        raise ReplacementTooLate(before=instant(tender.deadline - RESEAL_TIME))
