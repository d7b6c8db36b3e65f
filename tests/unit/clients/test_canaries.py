"""What a bidder reads out of the canaries before it seals to somebody."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients.canaries import Shown, shown_working
from clients.sdk.checks import Weight, check_canaries
from clients.tender_facts import NoticeInvalid
from crypto.certificates import CertificateSubject, issue, make_request
from crypto.keys import SigningKey, generate_signing_key
from crypto.signing import sign_statement
from tendering.domain.canary import ANSWER_LABEL, answer_statement
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.tender import Tender
from tests.unit.clients import a_sealing_tender
from tests.unit.clients.a_sealing_tender import AT

AUTHORITY = a_sealing_tender.an_authority()
TENDER: Tender = a_sealing_tender.a_tender(AUTHORITY)
DUE = AT + timedelta(hours=72)
EVERYBODY = frozenset({1, 2, 3})


def certificate_of(number: int, key: SigningKey) -> bytes:
    """The certificate of key holder `number` for a key."""
    name = TENDER.key_holders[number - 1].name
    request = make_request(key, common_name=name, organization=name, uscc="")
    subject = CertificateSubject(name, organization=name)
    return issue(AUTHORITY[1], AUTHORITY[0], request, at=AT, days=30, subject=subject)


KEYS = {number: generate_signing_key() for number in EVERYBODY}
CERTIFICATES = {number: certificate_of(number, key) for number, key in KEYS.items()}


def entry(kind: str, body: dict[str, Any], at: datetime = AT) -> Entry:
    """An entry whose number is set by `entries`."""
    return Entry(TENDER.id, Stream.PUBLIC, 0, kind, body, at, bytes(32))


def issued(canary: int = 1, *, asked: frozenset[int] = EVERYBODY, due: datetime = DUE) -> Entry:
    """A canary was made."""
    body = {"canary": canary, "asked": sorted(asked), "due_at": instant(due)}
    return entry("canary.issued", body)


def opened(number: int, canary: int = 1, *, signer: int | None = None) -> Entry:
    """A key holder has opened it, by the word of `signer`."""
    holder = TENDER.key_holders[number - 1]
    by = number if signer is None else signer
    signed = sign_statement(
        KEYS[by],
        CERTIFICATES[by],
        label=ANSWER_LABEL,
        statement=answer_statement(TENDER, canary, holder, "ab" * 32),
    )
    body = {
        "canary": canary,
        "number": number,
        "answer": "ab" * 32,
        "statement": signed.to_value(),
    }
    return entry("canary.opened", body, AT + timedelta(hours=1))


def shown(*entries: Entry, now: datetime = DUE - timedelta(seconds=1)) -> Shown:
    """What the bidder reads."""
    numbered = [replace(one, seq=seq) for seq, one in enumerate(entries, start=1)]
    return shown_working(numbered, TENDER, trusted_roots=[AUTHORITY[1]], now=now)


def test_all_have_shown_it() -> None:
    found = shown(issued(), opened(1), opened(2), opened(3))

    assert found.working == EVERYBODY
    assert not found.silent
    assert check_canaries(found) == []


def test_until_it_is_due_who_is_silent_is_told_and_nothing_more() -> None:
    (finding,) = check_canaries(shown(issued(), opened(1)))

    assert (finding.code, finding.weight) == ("key-holders-unproved", Weight.NOTE)
    assert "密钥持有人2、密钥持有人3" in finding.text


@pytest.mark.parametrize(
    ("answers", "code", "weight"),
    [
        ((1, 2), "key-holders-late", Weight.NOTE),
        ((2,), "key-holders-too-few", Weight.QUESTION),
        ((), "key-holders-too-few", Weight.QUESTION),
    ],
)
def test_when_it_is_due_too_few_are_a_question(
    answers: tuple[int, ...], code: str, weight: Weight
) -> None:
    (finding,) = check_canaries(shown(issued(), *map(opened, answers), now=DUE))

    assert (finding.code, finding.weight) == (code, weight)


def test_who_opened_the_first_and_misses_the_second_is_overdue() -> None:
    first = (issued(), opened(1), opened(2), opened(3))
    second = issued(2, due=DUE + timedelta(days=9))

    before = shown(*first, second, opened(3, 2), now=DUE + timedelta(days=8))
    after = shown(*first, second, opened(3, 2), now=DUE + timedelta(days=9))

    assert before.silent == frozenset()
    assert (after.working, after.overdue) == (frozenset({3}), frozenset({1, 2}))


def test_who_took_a_place_has_shown_nothing_by_its_predecessors_answer() -> None:
    replaced = entry("key_holder.replaced", {"number": 2})
    found = shown(issued(), opened(1), opened(2), opened(3), replaced)

    assert found.silent == {2}
    assert shown(issued(), opened(1), replaced, issued(2), opened(2, 2)).working == {1, 2}


def test_nobody_was_asked_yet() -> None:
    assert shown().overdue == frozenset()


@pytest.mark.parametrize(
    "spoiled",
    [
        opened(2, signer=1),
        entry("canary.opened", {"number": 2, "canary": 1, "answer": "ab", "statement": {}}),
        entry("canary.opened", {"number": 2}),
        entry("canary.issued", {"canary": 1, "asked": [2], "due_at": "soon"}),
    ],
)
def test_an_answer_that_the_holder_has_not_signed_is_none(spoiled: Entry) -> None:
    with pytest.raises(NoticeInvalid):
        shown(issued(), spoiled, issued())
