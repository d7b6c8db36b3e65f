"""A canary shows that a key unwraps, and can neither stand for a bid nor give away a share."""

from hashlib import sha256

import pytest

from crypto.canary import answer_canary, canary_context, is_answer, make_canary
from crypto.errors import BadHeader, BadShare
from crypto.keys import OpeningKey, generate_hybrid_key
from crypto.seal_header import SealPolicy, parse_sealed_header
from crypto.seal_opening import unwrap_share
from crypto.seal_suites import CLASSIC, HYBRID
from tests.unit.crypto import a_sealed_header as bid

FILE_KEY = b"\x13" * 16
NOBODY = OpeningKey(b"\x66" * 32).public


def context_of(canary: int = 1, tender_id: str = "T-1") -> bytes:
    """The context of this canary, or of another."""
    return canary_context(
        tender_id=tender_id,
        canary=canary,
        threshold=bid.THRESHOLD,
        holders=[(holder.public.hex(), "ab" * 32) for holder in bid.HOLDERS],
        suite_name=CLASSIC.name,
    )


POLICY = SealPolicy(
    context_of(), bid.THRESHOLD, tuple(holder.public for holder in bid.HOLDERS), NOBODY
)
HEADER, DIGESTS = make_canary(FILE_KEY, POLICY)


def test_every_holder_can_answer_and_each_answer_is_another() -> None:
    answers = [
        answer_canary(HEADER, number, holder, context_of())
        for number, holder in enumerate(bid.HOLDERS, start=1)
    ]

    assert all(is_answer(one, digest) for one, digest in zip(answers, DIGESTS, strict=True))
    assert len(set(answers)) == len(bid.HOLDERS)


def test_no_answer_is_a_share_or_the_commitment_to_one() -> None:
    share = unwrap_share(HEADER, 1, bid.HOLDERS[0], context_of())
    answer = answer_canary(HEADER, 1, bid.HOLDERS[0], context_of())

    assert share not in answer
    assert answer not in {sha256(share).digest(), DIGESTS[0]}
    assert answer not in HEADER


def test_another_holders_answer_is_none_of_mine() -> None:
    answer = answer_canary(HEADER, 2, bid.HOLDERS[1], context_of())

    assert not is_answer(answer, DIGESTS[0])


def test_a_holder_with_another_key_cannot_answer() -> None:
    with pytest.raises(BadShare):
        answer_canary(HEADER, 1, OpeningKey(b"\x55" * 32), context_of())


@pytest.mark.parametrize("other", [context_of(2), context_of(1, "T-2"), bid.CONTEXT])
def test_a_canary_opens_for_its_own_purpose_only(other: bytes) -> None:
    with pytest.raises(BadHeader):
        answer_canary(HEADER, 1, bid.HOLDERS[0], other)


def test_the_header_of_a_bid_is_no_canary() -> None:
    with pytest.raises(BadHeader):
        answer_canary(bid.HEADER, 1, bid.HOLDERS[0], context_of())


def test_a_canary_is_refused_where_a_bid_is_asked_for() -> None:
    with pytest.raises(BadHeader):
        parse_sealed_header(
            HEADER, expected_context=bid.CONTEXT, threshold=bid.THRESHOLD, n=len(bid.HOLDERS)
        )
    with pytest.raises(BadHeader):
        unwrap_share(HEADER, 1, bid.HOLDERS[0], bid.CONTEXT)


def test_the_hybrid_suite_has_canaries_too() -> None:
    holders = [generate_hybrid_key() for _ in range(2)]
    context = canary_context(
        tender_id="T-1",
        canary=1,
        threshold=2,
        holders=[(holder.public.hex(), "ab" * 32) for holder in holders],
        suite_name=HYBRID.name,
    )
    policy = SealPolicy(
        context, 2, tuple(one.public for one in holders), generate_hybrid_key().public
    )
    header, digests = make_canary(FILE_KEY, policy)

    assert is_answer(answer_canary(header, 2, holders[1], context), digests[1])
