"""Who answers for a container that did not open: one sabotage, one verdict."""

from dataclasses import replace

import pytest

from crypto.seal_header import derive_header
from crypto.seal_opening import unwrap_share
from tendering.domain.fault import (
    SENTENCES,
    Cause,
    Evidence,
    Finding,
    HolderPart,
    Payload,
    Whose,
    attribute,
    attribute_bid,
    fault_json,
)
from tests.unit.crypto.a_sealed_header import (
    BIDDER_STANZA,
    CONTEXT,
    FILE_KEY,
    HEADER,
    HOLDERS,
    HOLDERS_STANZA,
    POLICY,
    SHARES,
    cheating_header,
    context_of,
    rebuilt,
    threshold_stanza,
)

EVIDENCE = Evidence(header=HEADER, policy=POLICY, intact=True, asked=True)
OTHER_SHARE = bytes(16)


def judged(evidence: Evidence, payload: Payload = Payload.OPENS) -> Finding:
    """Ask the rule; the payload turns out as said."""
    return attribute(evidence, lambda _: payload)


def told(finding: Finding) -> tuple[Whose, bool, Cause]:
    """A finding without its key holders."""
    return finding.whose, finding.proved, finding.cause


def test_bytes_that_are_not_those_of_the_receipt_are_the_platforms_whatever_else() -> None:
    changed = replace(EVIDENCE, intact=False, header=b"", file_key=FILE_KEY, in_time=True)

    assert told(judged(changed)) == (Whose.PLATFORM, True, Cause.DAMAGED_IN_CUSTODY)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        HEADER[:-10],
        b"age-encryption.org/v1\n",
        rebuilt(
            BIDDER_STANZA, threshold_stanza(context_of("T-2"), bytes(96) * len(POLICY.holders))
        ),
    ],
)
def test_what_is_no_container_for_this_bid_is_the_bidders(header: bytes) -> None:
    finding = judged(replace(EVIDENCE, header=header, shares=SHARES))

    assert told(finding) == (Whose.BIDDER, True, Cause.NOT_FOR_THIS_BID)


def test_selectively_bad_shares_are_the_bidders_and_clear_their_holders() -> None:
    header = cheating_header(wrong_from=4, decryptable=False)
    shares = {number: SHARES[number] for number in (1, 2, 3)}

    finding = judged(replace(EVIDENCE, header=header, shares=shares, refusals=frozenset({4, 5})))

    assert told(finding) == (Whose.BIDDER, True, Cause.HEADER_NOT_DERIVED)
    assert finding.holders == {
        1: HolderPart.HONEST,
        2: HolderPart.HONEST,
        3: HolderPart.HONEST,
        4: HolderPart.CLEARED,
        5: HolderPart.CLEARED,
    }


def test_enough_committed_shares_without_a_key_are_the_bidders() -> None:
    header = cheating_header(wrong_from=3, decryptable=True)
    shares = {number: SHARES[number] for number in (1, 2)}
    shares |= {number: _share_of_zero(number) for number in (3, 4, 5)}

    finding = judged(replace(EVIDENCE, header=header, shares=shares))

    assert finding.whose is Whose.BIDDER
    assert finding.proved


def test_records_of_noise_with_a_lost_key_count_as_the_bidders_until_it_publishes_its_key() -> None:
    header = cheating_header(wrong_from=2, decryptable=False)
    evidence = replace(
        EVIDENCE, header=header, shares={1: SHARES[1]}, refusals=frozenset({2, 3, 4, 5})
    )

    before, after = judged(evidence), judged(replace(evidence, file_key=FILE_KEY))

    assert told(before) == (Whose.BIDDER, False, Cause.NO_PATH)
    assert before.holders[2] is HolderPart.UNDECIDED
    assert told(after) == (Whose.BIDDER, True, Cause.HEADER_NOT_DERIVED)
    assert after.holders[2] is HolderPart.CLEARED


def test_a_noise_stanza_for_the_bidder_itself_is_the_bidders() -> None:
    header = rebuilt(replace(BIDDER_STANZA, body=bytes(32)), HOLDERS_STANZA)

    finding = judged(replace(EVIDENCE, header=header, shares=SHARES))

    assert told(finding) == (Whose.BIDDER, True, Cause.HEADER_NOT_DERIVED)


def test_lying_and_refusing_holders_are_convicted_by_the_published_key() -> None:
    shares = {1: SHARES[1], 2: SHARES[2], 3: OTHER_SHARE}
    evidence = replace(EVIDENCE, shares=shares, refusals=frozenset({4}))

    before, after = judged(evidence), judged(replace(evidence, file_key=FILE_KEY))

    assert told(before) == (Whose.BIDDER, False, Cause.NO_PATH)
    assert told(after) == (Whose.KEY_HOLDERS, True, Cause.HOLDERS_FAILED)
    assert after.holders == {
        1: HolderPart.HONEST,
        2: HolderPart.HONEST,
        3: HolderPart.LIED,
        4: HolderPart.REFUSED_WRONGLY,
        5: HolderPart.SILENT,
    }


def test_a_false_file_key_clears_nobody() -> None:
    evidence = replace(EVIDENCE, shares={1: SHARES[1]}, file_key=bytes(16))

    assert told(judged(evidence)) == (Whose.BIDDER, False, Cause.NO_PATH)


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(17)])
def test_a_file_key_of_another_length_is_none(key: bytes) -> None:
    assert told(judged(replace(EVIDENCE, file_key=key))) == (Whose.BIDDER, False, Cause.NO_PATH)


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (Payload.BROKEN, Cause.PAYLOAD_NOT_SEALED),
        (Payload.NOT_CANONICAL, Cause.BUNDLE_NOT_CANONICAL),
    ],
)
def test_what_was_badly_sealed_inside_is_the_bidders(payload: Payload, cause: Cause) -> None:
    finding = judged(replace(EVIDENCE, shares=SHARES), payload)

    assert told(finding) == (Whose.BIDDER, True, cause)


@pytest.mark.parametrize(
    "evidence",
    [
        replace(EVIDENCE, shares=SHARES),
        replace(EVIDENCE, asked=False, file_key=FILE_KEY, in_time=True),
    ],
)
def test_what_the_evidence_opens_and_the_platform_did_not_is_the_platforms(
    evidence: Evidence,
) -> None:
    assert told(judged(evidence)) == (Whose.PLATFORM, True, Cause.LEFT_UNOPENED)


def test_who_neither_unlocks_nor_asks_answers_for_it_even_with_the_key_later() -> None:
    absent = replace(EVIDENCE, asked=False)

    for evidence in (absent, replace(absent, file_key=FILE_KEY)):
        assert told(judged(evidence)) == (Whose.BIDDER, False, Cause.NOT_UNLOCKED)


def test_the_payload_is_not_asked_for_without_a_right_key() -> None:
    def never(_: bytes) -> Payload:
        raise AssertionError

    assert attribute(EVIDENCE, never).cause is Cause.NO_PATH


def test_a_bid_fails_by_its_bidder_first_then_by_others() -> None:
    bad = Finding(Whose.BIDDER, proved=True, cause=Cause.HEADER_NOT_DERIVED)
    damaged = Finding(Whose.PLATFORM, proved=True, cause=Cause.DAMAGED_IN_CUSTODY)
    unopened = Finding(Whose.PLATFORM, proved=True, cause=Cause.LEFT_UNOPENED)
    failed = Finding(
        Whose.KEY_HOLDERS,
        proved=True,
        cause=Cause.HOLDERS_FAILED,
        holders={2: HolderPart.LIED, 3: HolderPart.SILENT},
    )
    no_path = Finding(Whose.BIDDER, proved=False, cause=Cause.NO_PATH)

    assert attribute_bid({"price": damaged, "technical": bad}).kind == "technical"
    assert attribute_bid({"price": failed, "technical": damaged}).whose is Whose.PLATFORM
    assert attribute_bid({"price": unopened, "technical": failed}).whose is Whose.KEY_HOLDERS
    assert attribute_bid({"price": unopened, "technical": no_path}).cause is Cause.NO_PATH
    assert attribute_bid({"price": unopened}).cause is Cause.LEFT_UNOPENED
    assert attribute_bid({"price": unopened, "technical": failed}).failing_holders == (2,)


def test_a_verdict_in_the_journal_names_every_container_and_holder() -> None:
    finding = judged(replace(EVIDENCE, shares={1: SHARES[1]}))

    body = fault_json(attribute_bid({"price": finding}))

    assert body["whose"] == "bidder"
    assert body["envelopes"] == {
        "price": {
            "whose": "bidder",
            "proved": False,
            "cause": "no-path",
            "holders": {"1": "honest", "2": "silent", "3": "silent", "4": "silent", "5": "silent"},
        }
    }


def test_every_cause_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Cause)
    assert all(zh and en for zh, en in SENTENCES.values())


def test_holders_that_were_replaced_have_nothing_to_answer_for() -> None:
    gone = replace(EVIDENCE, released=frozenset({4, 5}), file_key=FILE_KEY, shares={1: SHARES[1]})

    finding = judged(gone)

    assert told(finding) == (Whose.KEY_HOLDERS, True, Cause.HOLDERS_FAILED)
    assert finding.holders[4] is finding.holders[5] is HolderPart.RELEASED


def test_too_few_left_after_replacements_are_the_hosts_once_the_bidder_clears_itself() -> None:
    gone = replace(EVIDENCE, released=frozenset({3, 4, 5}), shares={1: SHARES[1], 2: SHARES[2]})

    before, after = judged(gone), judged(replace(gone, file_key=FILE_KEY))
    not_asked = judged(replace(gone, file_key=FILE_KEY, asked=False))

    assert told(before) == (Whose.BIDDER, False, Cause.NO_PATH)
    assert told(after) == (Whose.PROCURING_ENTITY, True, Cause.HOLDERS_REPLACED)
    assert not after.is_invalid
    assert told(not_asked) == (Whose.BIDDER, False, Cause.NOT_UNLOCKED)


def test_a_bad_bid_is_the_bidders_whoever_was_replaced() -> None:
    header = cheating_header(wrong_from=1, decryptable=False)
    gone = replace(EVIDENCE, header=header, released=frozenset({3, 4, 5}), file_key=FILE_KEY)

    assert told(judged(gone)) == (Whose.BIDDER, True, Cause.HEADER_NOT_DERIVED)


def _share_of_zero(number: int) -> bytes:
    return unwrap_share(derive_header(bytes(16), POLICY), number, HOLDERS[number - 1], CONTEXT)
