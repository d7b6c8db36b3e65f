"""Whoever does what: an honest party is never convicted, and what is proved was really done."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age_header import Stanza, build_header
from crypto.seal_header import derive_header, read_sealed_header
from tendering.domain.fault import (
    Cause,
    Evidence,
    Finding,
    HolderPart,
    Payload,
    Whose,
    attribute,
)
from tests.unit.crypto.a_sealed_header import (
    FILE_KEY,
    HEADER,
    HOLDERS,
    POLICY,
    SHARES,
    THRESHOLD,
)

NUMBERS = range(1, len(HOLDERS) + 1)
CONVICTED = {HolderPart.LIED, HolderPart.REFUSED_WRONGLY}
subsets = st.sets(st.sampled_from(NUMBERS)).map(frozenset)


def judged(evidence: Evidence) -> Finding:
    """The payload of a container of this file key opens."""
    return attribute(evidence, lambda _: Payload.OPENS)


@st.composite
def handed_in(draw: st.DrawFn, header: bytes, wrong: frozenset[int]) -> tuple[Evidence, set[int]]:
    """Some holders lie, refuse or are silent. Evidence, and who of them misbehaved.

    Holders whose record is `wrong` cannot but refuse.
    """
    liars, refusers, silent = draw(subsets), draw(subsets), draw(subsets)
    shares, refusals = {}, set()
    for number in NUMBERS:
        if number in silent:
            continue
        if number in wrong or number in refusers:
            refusals.add(number)
            continue
        shares[number] = bytes(byte ^ 1 for byte in SHARES[number])
        if number not in liars:
            shares[number] = SHARES[number]
    evidence = Evidence(
        header=header,
        policy=POLICY,
        intact=True,
        shares=shares,
        refusals=frozenset(refusals),
        file_key=draw(st.sampled_from([None, FILE_KEY])),
        asked=True,
    )
    bad = ((liars | refusers) - silent) - wrong
    return evidence, set(bad)


@given(st.data())
@settings(max_examples=60)
def test_an_honest_bidder_is_never_convicted_nor_an_honest_holder(data: st.DataObject) -> None:
    evidence, bad = data.draw(handed_in(HEADER, frozenset()))

    finding = judged(evidence)

    convicted = {number for number, part in finding.holders.items() if part in CONVICTED}
    enough = sum(part is HolderPart.HONEST for part in finding.holders.values()) >= THRESHOLD
    assert not (finding.whose is Whose.BIDDER and finding.proved)
    assert convicted <= bad
    if evidence.file_key is not None or enough:
        assert convicted == bad
        assert finding.cause is (Cause.LEFT_UNOPENED if enough else Cause.HOLDERS_FAILED)


@given(st.data(), subsets.filter(bool))
@settings(max_examples=60)
def test_a_bidder_that_dealt_badly_is_convicted_once_its_key_is_known(
    data: st.DataObject, wrong: frozenset[int]
) -> None:
    header = mis_wrapped(wrong)
    evidence, bad = data.draw(handed_in(header, wrong))

    finding = judged(evidence)

    convicted = {number for number, part in finding.holders.items() if part in CONVICTED}
    good = sum(part is HolderPart.HONEST for part in finding.holders.values())
    known = evidence.file_key is not None or good >= THRESHOLD
    assert finding.whose is Whose.BIDDER
    assert finding.proved == known
    assert convicted <= bad
    if known:
        assert finding.cause is Cause.HEADER_NOT_DERIVED
        assert all(
            finding.holders[number] is HolderPart.CLEARED for number in evidence.refusals & wrong
        )


@given(st.integers(0, len(HEADER) - 1), st.integers(1, 255), st.booleans())
@settings(max_examples=120)
def test_a_changed_header_convicts_its_bidder_or_nobody_and_never_a_holder(
    offset: int, flip: int, knows: bool
) -> None:
    header = HEADER[:offset] + bytes([HEADER[offset] ^ flip]) + HEADER[offset + 1 :]
    evidence = Evidence(
        header=header,
        policy=POLICY,
        intact=True,  # the bidder signed these very bytes
        file_key=FILE_KEY if knows else None,
        asked=True,
    )

    finding = judged(evidence)

    assert finding.whose is Whose.BIDDER
    assert not CONVICTED & set(finding.holders.values())
    assert judged(replace(evidence, intact=False)).whose is Whose.PLATFORM


def mis_wrapped(wrong: frozenset[int]) -> bytes:
    """A header whose records of some holders are another key's, under a MAC that fits."""
    honest, other = read_sealed_header(HEADER), read_sealed_header(derive_header(bytes(16), POLICY))
    body = b""
    for number in NUMBERS:
        record = honest.record(number)
        foreign = other.record(number)
        wrapped = foreign.wrapped if number in wrong else record.wrapped
        body += record.wrapped[:32] + wrapped[32:] + record.commitment
    bidder, holders = honest.header.stanzas
    return build_header(FILE_KEY, [bidder, Stanza(holders.arguments, body)])
