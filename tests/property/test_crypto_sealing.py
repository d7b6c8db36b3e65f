"""Sealing: for every threshold and number of holders, who can open and who cannot."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import BadHeader, BadShare
from crypto.keys import OpeningKey
from crypto.seal_header import SealPolicy, derive_header, parse_sealed_header
from crypto.seal_opening import (
    file_key_from_shares,
    unwrap_share,
    unwrap_with_opening_key,
    verify_file_key,
)
from crypto.shares import recover, split_derandomized

BIDDER = OpeningKey(b"\x77" * 32)
HOLDERS = [OpeningKey(bytes([number]) * 32) for number in range(1, 10)]
file_keys = st.binary(min_size=16, max_size=16)
contexts = st.binary(min_size=32, max_size=32)


@st.composite
def policies(draw: st.DrawFn) -> SealPolicy:
    count = draw(st.integers(2, len(HOLDERS)))
    threshold = draw(st.integers(2, count))
    holders = tuple(key.public for key in HOLDERS[:count])
    return SealPolicy(draw(contexts), threshold, holders, BIDDER.public)


@given(st.data(), file_keys)
def test_exactly_the_sets_that_reach_the_threshold_recover_the_secret(
    data: st.DataObject, secret: bytes
) -> None:
    count = data.draw(st.integers(2, 32))
    threshold = data.draw(st.integers(2, count))
    coefficients = data.draw(st.lists(file_keys, min_size=threshold - 1, max_size=threshold - 1))
    shares = dict(enumerate(split_derandomized(secret, coefficients, count), start=1))
    numbers = data.draw(st.permutations(sorted(shares)))

    assert recover({number: shares[number] for number in numbers[:threshold]}) == secret
    assert recover({number: shares[number] for number in numbers}) == secret


@given(policies(), file_keys, st.data())
@settings(max_examples=40)
def test_any_threshold_of_holders_open_and_fewer_do_not(
    policy: SealPolicy, file_key: bytes, data: st.DataObject
) -> None:
    header = derive_header(file_key, policy)
    chosen = data.draw(st.sets(st.integers(1, len(policy.holders))))
    shares = {
        number: unwrap_share(header, number, HOLDERS[number - 1], policy.context)
        for number in chosen
    }

    found, verdict = file_key_from_shares(header, shares, policy.context)

    assert found == (file_key if len(chosen) >= policy.threshold else None)
    assert verdict.bad_shares_from == ()
    assert not verdict.bidder_inconsistent
    assert not verdict.bidder_fault_proven


@given(policies(), file_keys)
@settings(max_examples=40)
def test_every_honest_header_passes_the_door_and_rederives(
    policy: SealPolicy, file_key: bytes
) -> None:
    header = derive_header(file_key, policy)

    sealed = parse_sealed_header(
        header, expected_context=policy.context, threshold=policy.threshold, n=len(policy.holders)
    )

    assert sealed.header_length == len(header)
    assert unwrap_with_opening_key(header, BIDDER) == file_key
    assert verify_file_key(header, file_key, policy).valid


@given(policies(), file_keys, contexts)
@settings(max_examples=40)
def test_a_header_serves_no_other_context(
    policy: SealPolicy, file_key: bytes, other: bytes
) -> None:
    header = derive_header(file_key, policy)
    if other == policy.context:
        return

    for attempt in (
        lambda: unwrap_share(header, 1, HOLDERS[0], other),
        lambda: file_key_from_shares(header, {}, other),
    ):
        try:
            attempt()
        except BadHeader:
            continue
        raise AssertionError("a header was used in another context")


@given(policies(), file_keys, st.data())
@settings(max_examples=40)
def test_lying_holders_are_all_named_and_the_honest_ones_never(
    policy: SealPolicy, file_key: bytes, data: st.DataObject
) -> None:
    header = derive_header(file_key, policy)
    numbers = range(1, len(policy.holders) + 1)
    liars = data.draw(st.sets(st.sampled_from(numbers)))
    shares = {
        number: unwrap_share(header, number, HOLDERS[number - 1], policy.context)
        for number in numbers
    }
    handed_in = {
        number: bytes(byte ^ 1 for byte in share) if number in liars else share
        for number, share in shares.items()
    }

    found, verdict = file_key_from_shares(header, handed_in, policy.context)

    assert verdict.bad_shares_from == tuple(sorted(liars))
    assert not verdict.bidder_fault_proven
    assert (found == file_key) == (len(numbers) - len(liars) >= policy.threshold)


@given(policies(), file_keys, st.data())
@settings(max_examples=40)
def test_a_holders_key_opens_its_own_record_only(
    policy: SealPolicy, file_key: bytes, data: st.DataObject
) -> None:
    header = derive_header(file_key, policy)
    numbers = range(1, len(policy.holders) + 1)
    mine, other = data.draw(st.permutations(numbers).map(lambda order: order[:2]))

    try:
        unwrap_share(header, other, HOLDERS[mine - 1], policy.context)
    except BadShare:
        return
    raise AssertionError("a holder opened another's record")
