"""A receipt proves what it says, to whoever has the published keys, and says what it is worth."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clients.receipts import SENTENCES, WARNINGS, verdict_lines, verify_receipt_files
from crypto.keys import NoteKey
from crypto.notes import cosign, with_signatures
from crypto.tlog import checkpoint_body, sign_note
from tendering.domain.published_keys import (
    parse_published_keys,
    published_keys_json,
)
from tendering.domain.receipt_verdict import verify_receipt
from tendering.domain.receipts import (
    TimeStamp,
    parse_receipt,
    receipt_json,
)
from tendering.domain.refusals.log import PublishedKeysInvalid, ReceiptInvalid
from tendering.domain.time_stamping import DEMONSTRATION_POLICY, POLICY
from tests.support.a_receipt import (
    CHANCE,
    HOLDERS_ROOT,
    LOG,
    NOON,
    OWN,
    OWN_AUTHORITY,
    PLATFORM,
    SECOND,
    SECOND_AUTHORITY,
    WITNESSES,
    immediate,
    verdict_of,
    whole,
    with_completion,
)


def test_a_whole_receipt_holds_in_every_part() -> None:
    verdict = verdict_of(whole())

    assert verdict.is_complete
    assert verdict.warnings == ("last-interval-rests-on-received-at",)
    assert verdict.seen_at == NOON + timedelta(seconds=1)


def test_the_immediate_part_holds_alone_and_names_what_is_missing() -> None:
    verdict = verdict_of(immediate())

    assert verdict.holds == ("platform-signature",)
    assert verdict.missing == (
        "log-inclusion",
        "witness-quorum",
        "time-stamp:平台时间戳",
        "time-stamp:示范第二时间戳",
    )
    assert verdict.broken == ()
    assert verdict.seen_at is None
    assert "no-protection-against-operator" in verdict.warnings


@pytest.mark.parametrize(
    "change",
    [
        {"act": "bid.withdrawn"},
        {"tender_id": UUID(int=9)},
        {"lot": "2"},
        {"bidder_id": UUID(int=9)},
        {"counter": 2},
        {"manifest_digest": bytes(32)},
        {"container_digests": ()},
        {"received_at": NOON - timedelta(microseconds=1)},
        {"custody_head": bytes(32)},
    ],
)
def test_nothing_in_the_statement_can_be_changed(change: dict[str, Any]) -> None:
    receipt = whole()

    verdict = verdict_of(replace(receipt, submission=replace(receipt.submission, **change)))

    assert verdict.broken == ("platform-signature", "log-inclusion")


@pytest.mark.parametrize(
    "change",
    [
        {"leaf_nonce": bytes(32)},
        {"origin": "other.example/log"},
        {"within_seconds": 61},
        {"signature": bytes(64)},
        {"signature": bytes(63)},
        {"key": LOG.verifier},
        {"key": "nonsense"},
    ],
)
def test_nothing_in_the_promise_can_be_changed(change: dict[str, Any]) -> None:
    verdict = verdict_of(replace(whole(), **change))

    assert "platform-signature" in verdict.broken


def test_a_leaf_at_another_place_is_not_included() -> None:
    verdict = verdict_of(with_completion(whole(), leaf_index=199))

    assert verdict.broken == ("log-inclusion",)
    assert not verdict.is_complete


def test_a_checkpoint_by_another_key_is_no_checkpoint() -> None:
    receipt = whole()
    assert receipt.completion is not None
    body = receipt.completion.checkpoint.partition("\n\n")[0] + "\n"
    stranger = NoteKey.from_seed(LOG.name, bytes(32))

    verdict = verdict_of(with_completion(receipt, checkpoint=sign_note(body, stranger)))

    assert verdict.broken == ("log-inclusion",)


def test_fewer_witnesses_than_the_quorum_are_named_and_do_not_suffice() -> None:
    verdict = verdict_of(whole(witnesses=1))

    assert verdict.missing == ("witness-quorum",)
    assert "witness:w3.example/w" in verdict.holds


def test_a_false_cosignature_of_a_known_witness_is_broken() -> None:
    receipt = whole(witnesses=2)
    assert receipt.completion is not None
    other = sign_note(checkpoint_body(LOG.name, 1, bytes(32)), LOG)
    false_line = cosign(other, WITNESSES[2], NOON)

    verdict = verdict_of(
        with_completion(receipt, checkpoint=receipt.completion.checkpoint + false_line)
    )

    assert verdict.broken == ("witness:w5.example/w",)


def test_the_time_of_the_witnesses_is_that_of_the_quorumth() -> None:
    receipt = whole(witnesses=0)
    assert receipt.completion is not None
    text = receipt.completion.checkpoint
    lines = [
        cosign(text, key, NOON + timedelta(seconds=seconds))
        for key, seconds in zip(WITNESSES, (5, 9, 7), strict=True)
    ]

    verdict = verdict_of(
        with_completion(receipt, checkpoint=with_signatures(text, lines), time_stamps=())
    )

    assert verdict.seen_at == NOON + timedelta(seconds=7)


def test_a_missing_token_is_missing_and_a_token_over_something_else_is_broken() -> None:
    receipt = whole()
    assert receipt.completion is not None
    foreign = TimeStamp("示范第二时间戳", SECOND.stamp(bytes(32), at=NOON, chance=CHANCE))

    missing = verdict_of(with_completion(receipt, time_stamps=()))
    broken = verdict_of(with_completion(receipt, time_stamps=(foreign,)))

    assert missing.missing == ("time-stamp:平台时间戳", "time-stamp:示范第二时间戳")
    assert broken.broken == ("time-stamp:示范第二时间戳",)


def test_evidence_long_after_the_promise_is_seen_late() -> None:
    verdict = verdict_of(whole(seen_at=NOON + timedelta(hours=1)))

    assert "seen-late" in verdict.warnings


def test_evidence_before_the_receipt_shows_that_a_clock_is_wrong() -> None:
    verdict = verdict_of(whole(seen_at=NOON - timedelta(hours=1)))

    assert "seen-before-received" in verdict.warnings


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"demonstration": True}, "demonstration"),
        ({"operator_roots": (OWN_AUTHORITY.root, SECOND_AUTHORITY.root)},
         "time-stamps-certified-by-operator"),
        ({"operator_roots": (OWN_AUTHORITY.root, HOLDERS_ROOT)},
         "key-holders-certified-by-operator"),
        ({"certifiers": ()}, "key-holders-certified-by-operator"),
        ({"quorum": 1}, "policy-differs"),
    ],
)  # fmt: skip
def test_a_receipt_says_what_it_is_worth(change: dict[str, Any], warning: str) -> None:
    assert warning in verdict_of(whole(), replace(PLATFORM, **change)).warnings


def test_with_the_operators_own_witnesses_and_certificates_there_is_no_protection() -> None:
    own_witnesses = tuple(replace(each, independent=False) for each in PLATFORM.witnesses)
    platform = replace(
        PLATFORM,
        witnesses=own_witnesses,
        operator_roots=(OWN_AUTHORITY.root, SECOND_AUTHORITY.root, HOLDERS_ROOT),
    )

    verdict = verdict_of(whole(platform), platform)

    assert verdict.is_complete
    assert set(verdict.warnings) == {
        "last-interval-rests-on-received-at",
        "witnesses-run-by-operator",
        "time-stamps-certified-by-operator",
        "key-holders-certified-by-operator",
        "no-protection-against-operator",
    }


def test_one_independent_authority_protects_where_witnesses_do_not() -> None:
    own_witnesses = tuple(replace(each, independent=False) for each in PLATFORM.witnesses)
    platform = replace(PLATFORM, witnesses=own_witnesses)

    verdict = verdict_of(whole(platform), platform)

    assert "witnesses-run-by-operator" in verdict.warnings
    assert "no-protection-against-operator" not in verdict.warnings


def test_receipts_and_keys_read_back() -> None:
    for receipt in (immediate(), whole()):
        assert parse_receipt(receipt_json(receipt)) == receipt
    assert parse_published_keys(published_keys_json(PLATFORM)) == PLATFORM


def set_member(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    """A change of one member of the receipt's JSON."""
    return lambda receipt: receipt.update({name: value})


@pytest.mark.parametrize(
    "spoil",
    [
        set_member("format", "kaibiao/receipt/v2"),
        set_member("leaf_nonce", "00"),
        set_member("leaf_nonce", "zz" * 32),
        set_member("leaf_nonce", "0A" * 32),
        set_member("signature", "!"),
        set_member("within_seconds", 0),
        set_member("unknown", 1),
        set_member("statement", []),
        set_member("completion", 1),
        lambda receipt: receipt.pop("completion"),
        lambda receipt: receipt["statement"].update({"bidder_id": "nobody"}),
        lambda receipt: receipt["statement"].update({"act": "bid.opened"}),
        lambda receipt: receipt["completion"].update({"policy": []}),
        lambda receipt: receipt["completion"].update({"proof": ["!"]}),
        lambda receipt: receipt["completion"]["time_stamps"][0].update({"token": "!"}),
    ],
)
def test_a_malformed_receipt_is_refused(spoil: Callable[[dict[str, Any]], object]) -> None:
    receipt: dict[str, Any] = json.loads(json.dumps(receipt_json(whole())))
    spoil(receipt)

    with pytest.raises(ReceiptInvalid):
        verify_receipt(receipt, platform=PLATFORM)


@pytest.mark.parametrize(
    "change",
    [
        {"quorum": -1},
        {"witnesses": 1},
        {"operator_roots": ["!"]},
        {"authorities": [{"name": "x", "root": "A" * 20_000}]},
        {"unknown": 1},
    ],
)
def test_malformed_keys_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PublishedKeysInvalid):
        parse_published_keys({**published_keys_json(PLATFORM), **change})


def test_files_are_verified_and_told_in_sentences(tmp_path: Path) -> None:
    (tmp_path / "receipt.json").write_text(json.dumps(receipt_json(whole(witnesses=1))))
    (tmp_path / "keys.json").write_text(json.dumps(published_keys_json(PLATFORM)))

    verdict = verify_receipt_files(tmp_path / "receipt.json", tmp_path / "keys.json")
    lines = verdict_lines(verdict)

    assert "✓ 见证方联署(w3.example/w)" in lines
    assert "… 尚缺:达到规定数量的见证方联署" in lines


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1.5}', " " * (1 << 20) + "{}"])
def test_a_file_that_is_no_receipt_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "receipt.json").write_text(content)
    (tmp_path / "keys.json").write_text(json.dumps(published_keys_json(PLATFORM)))

    with pytest.raises(ReceiptInvalid):
        verify_receipt_files(tmp_path / "receipt.json", tmp_path / "keys.json")


def test_every_word_has_its_sentence() -> None:
    own_witnesses = tuple(replace(each, independent=False) for each in PLATFORM.witnesses)
    worst = replace(
        PLATFORM,
        witnesses=own_witnesses,
        certifiers=(),
        operator_roots=(OWN_AUTHORITY.root, SECOND_AUTHORITY.root),
        demonstration=True,
        receipt_keys=(),
    )

    verdict = verdict_of(whole(seen_at=NOON + timedelta(days=1)), worst)

    assert verdict.warnings[0] in WARNINGS
    assert len(verdict_lines(verdict)) > 5
    assert {
        word.partition(":")[0] for word in (*verdict.holds, *verdict.broken)
    } <= SENTENCES.keys()


def test_a_published_key_that_is_no_key_verifies_nothing() -> None:
    platform = replace(PLATFORM, receipt_keys=("nonsense",))

    assert verdict_of(replace(immediate(), key="nonsense"), platform).broken


def test_without_a_quorum_no_witness_is_asked_for_and_none_proves_a_time() -> None:
    platform = replace(PLATFORM, quorum=0, authorities=())

    verdict = verdict_of(whole(platform, witnesses=1), platform)

    assert verdict.is_complete
    assert verdict.seen_at is None
    assert "no-protection-against-operator" in verdict.warnings


def test_a_stamper_of_a_demonstration_stamps_under_another_policy() -> None:
    assert replace(OWN, demonstration=True).policy_oid == DEMONSTRATION_POLICY
    assert OWN.policy_oid == POLICY
    assert OWN.name == "平台时间戳"
