"""A key holder is replaced: what bids are sealed to, until when, and whose share counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crypto.keys import OpeningKey, generate_hybrid_key
from tendering.domain.bid import CustodyState
from tendering.domain.bid_security import BidSecurity
from tendering.domain.custody import Arrived, Custody, decide_group
from tendering.domain.journal import Event, instant
from tendering.domain.key_policy import (
    RESEAL_TIME,
    Successor,
    as_sealed,
    decide_order,
    decide_replacement,
    number_for,
    policy_digest,
    released,
    require_version,
    under,
    version_of,
    version_sealed_to,
)
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import ManifestMismatch
from tendering.domain.refusals.key_holders import (
    KeyPolicyReplaced,
    NotKeyHolder,
    ReplacementTooLate,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Lot, Tender, TenderStatus
from tests.support.make import BIDDER, DEADLINE, ENTITY, MOMENT, SUPERVISOR, a_bid, a_tender

TENDER = a_tender()
NEW = UUID(int=0x590)
SUCCESSOR = Successor(3, NEW, "示范司法局", "原密钥遗失")
FIRST = TENDER.key_holders[0].organization_id
KEY = OpeningKey(b"\x77" * 32).public
AT = DEADLINE - timedelta(days=5)
LAST = DEADLINE - RESEAL_TIME


def after(tender: Tender = TENDER, **changes: Any) -> tuple[Tender, Event]:
    """The third key holder is replaced."""
    given: dict[str, Any] = {"public_key": KEY, "announcement": {"new": 1}, "at": AT} | changes
    return decide_replacement(tender, given.pop("successor", SUCCESSOR), **given)


REPLACED, EVENT = after()
OLD_BID, NEW_BID = a_bid(TENDER), a_bid(REPLACED, counter=2)


def test_an_order_changes_nothing_but_is_on_record() -> None:
    event = decide_order(TENDER, SUCCESSOR, by=ENTITY, statement={"signed": 1}, at=LAST)

    assert event == Event(
        "key_holder.replacement_ordered",
        {
            "number": 3,
            "organization_id": str(NEW),
            "name": "示范司法局",
            "reason": "原密钥遗失",
            "statement": {"signed": 1},
        },
    )


def test_a_key_holder_may_take_its_own_place_with_a_new_key() -> None:
    same = replace(SUCCESSOR, organization_id=TENDER.key_holders[2].organization_id)

    assert decide_order(TENDER, same, by=ENTITY, statement={}, at=AT).body["number"] == 3


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"by": SUPERVISOR}, Forbidden),
        ({"at": LAST + MOMENT}, ReplacementTooLate),
        ({"tender": a_tender(status=TenderStatus.OPENING)}, WrongPhase),
        ({"successor": replace(SUCCESSOR, number=4)}, NotFound),
        (
            {
                "successor": replace(
                    SUCCESSOR, organization_id=TENDER.key_holders[0].organization_id
                )
            },
            Invalid,
        ),
    ],
)
def test_an_order_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    given: dict[str, Any] = {
        "tender": TENDER,
        "successor": SUCCESSOR,
        "by": ENTITY,
        "at": AT,
    } | changes

    with pytest.raises(refusal):
        decide_order(given.pop("tender"), given.pop("successor"), statement={}, **given)


def test_the_announcement_makes_a_new_version() -> None:
    assert (TENDER.policy_version, REPLACED.policy_version) == (1, 2)
    assert REPLACED.key_holders[2].organization_id == NEW
    assert REPLACED.key_holders[:2] == TENDER.key_holders[:2]
    assert EVENT.body["version"] == 2
    assert EVENT.body["key_policy"] == REPLACED.key_policy
    assert EVENT.body["effective_at"] == instant(AT)
    assert EVENT.body["replaces"] == {
        "organization_id": str(TENDER.key_holders[2].organization_id),
        "public_key": (TENDER.key_holders[2].public_key or b"").hex(),
    }


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"at": LAST + MOMENT}, ReplacementTooLate),
        ({"tender": a_tender(status=TenderStatus.FAILED)}, WrongPhase),
        ({"public_key": TENDER.key_holders[0].public_key}, Invalid),
        ({"public_key": TENDER.key_holders[2].public_key}, Invalid),
        ({"tender": REPLACED, "public_key": TENDER.key_holders[2].public_key}, Invalid),
        ({"public_key": generate_hybrid_key().public}, Invalid),
    ],
)
def test_an_announcement_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        after(**changes)


def test_each_bid_keeps_the_key_holders_it_was_sealed_to() -> None:
    assert (version_of(REPLACED, OLD_BID.manifest), version_of(REPLACED, NEW_BID.manifest)) == (
        1,
        2,
    )
    assert as_sealed(REPLACED, OLD_BID.manifest).key_policy == TENDER.key_policy
    assert as_sealed(REPLACED, NEW_BID.manifest) == REPLACED
    assert OLD_BID.envelopes[0].context != a_bid(REPLACED).envelopes[0].context


@pytest.mark.parametrize("manifest", [{}, {"statement": []}, {"statement": {}}])
def test_a_manifest_that_names_no_policy_is_judged_by_the_current_one(
    manifest: dict[str, Any],
) -> None:
    assert version_of(REPLACED, manifest) == 2


def test_a_policy_that_never_was_has_no_version() -> None:
    assert version_sealed_to(REPLACED, bytes(32)) is None
    require_version(REPLACED, None, received_at=AT)


def test_the_replaced_holders_share_does_not_count_for_earlier_bids() -> None:
    first, third = TENDER.key_holders[0], TENDER.key_holders[2]

    assert (released(REPLACED, 1), released(REPLACED, 2)) == (frozenset({3}), frozenset())
    assert number_for(REPLACED, OLD_BID.manifest, first.organization_id) == 1
    assert number_for(REPLACED, NEW_BID.manifest, NEW) == 3
    for stranger in (third.organization_id, NEW):
        with pytest.raises(NotKeyHolder):
            number_for(REPLACED, OLD_BID.manifest, stranger)


def test_two_replacements_are_gone_back_one_by_one() -> None:
    second = Successor(2, UUID(int=0x591), "示范审计局", "离任")
    twice, _ = after(REPLACED, successor=second, public_key=OpeningKey(b"\x78" * 32).public)

    assert under(twice, 1).key_policy == TENDER.key_policy
    assert under(twice, 2).key_policy == REPLACED.key_policy
    assert released(twice, 1) == {2, 3}
    assert released(twice, 2) == {2}


def arrived(tender: Tender, **changes: Any) -> Arrived:
    """A bid sealed to a tender's key holders has passed the door."""
    made = Arrived(
        bid=a_bid(tender),
        ephemeral_keys=(),
        key_policy_digest=policy_digest(tender),
        received_at=AT,
        contents={one.upload_id: b"-" for one in a_bid(tender).envelopes},
    )
    return replace(made, **changes)


def decided(bid: Arrived) -> Any:
    """What custody decides about it, after the replacement."""
    lots = (replace(TENDER.lots[0], bid_security_fen=0),)
    custody = Custody(
        tenders={TENDER.id: replace(REPLACED, lots=lots)},
        states={(TENDER.id, "1", BIDDER): CustodyState(0, stands=False)},
        securities=dict[tuple[UUID, str, UUID], BidSecurity](),
        ephemeral_keys=set(),
        uploads=set(),
        revoked={},
    )
    (outcome,) = decide_group(custody, [bid])
    return outcome


def test_a_bid_sealed_to_the_former_key_holders_must_have_arrived_before() -> None:
    in_time = decided(arrived(TENDER, received_at=AT - MOMENT))
    late = decided(arrived(TENDER, received_at=AT))

    assert isinstance(in_time, Event)
    assert isinstance(late, KeyPolicyReplaced)
    assert late.parameters["version"] == 2


def test_a_bid_sealed_to_the_new_ones_is_taken_in_and_one_to_strangers_is_not() -> None:
    assert isinstance(decided(arrived(REPLACED)), Event)
    assert isinstance(decided(arrived(REPLACED, key_policy_digest=bytes(32))), ManifestMismatch)


def test_lots_are_not_part_of_the_policy() -> None:
    other = replace(TENDER, lots=(Lot("2", "二标段", 1, 1, 0),))

    assert policy_digest(other) == policy_digest(TENDER)
