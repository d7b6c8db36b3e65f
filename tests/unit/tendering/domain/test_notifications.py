"""Who is told of what: never a name, a number or a moment that tells of bids before the opening."""

from dataclasses import replace
from datetime import UTC, datetime
from string import Formatter
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Stream
from tendering.domain.notification_texts import TELLS, TELLS_NOBODY
from tendering.domain.notifications import (
    Audience,
    Concerned,
    Message,
    Recipient,
    Row,
    messages_of,
    recipients,
)
from tendering.domain.roles import Role

HOST, AGENCY, SUPERVISOR, HOLDER, SUCCESSOR = (UUID(int=number) for number in range(1, 6))
FIRST, SECOND, READER = UUID(int=11), UUID(int=12), UUID(int=13)
PERSON, EMPLOYER = UUID(int=21), UUID(int=22)
SEALED = Concerned(
    host_id=HOST,
    agency_id=AGENCY,
    supervisor_id=SUPERVISOR,
    key_holders={1: HOLDER, 2: SUCCESSOR},
    interested=frozenset({FIRST, SECOND, READER}),
)
OPENED = replace(SEALED, opened_by_lot={"1": frozenset({FIRST}), "2": frozenset({SECOND})})


def an_entry(kind: str, stream: Stream = Stream.PUBLIC, **body: JsonValue) -> Entry:
    at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    return Entry(UUID(int=9), stream, 1, kind, body, at, bytes(32))


def told(entry: Entry, concerned: Concerned) -> dict[Recipient, Message]:
    return {one.recipient: one for one in messages_of(entry, TELLS[entry.kind], concerned)}


def words_of(text: str) -> set[str]:
    return {word for _, word, _, _ in Formatter().parse(text) if word}


def test_who_has_the_documents_is_told_the_same_bid_or_no_bid() -> None:
    entry = an_entry("clarification.published", number=2, deadline="2026-12-01T01:00:00.000000Z")

    found = told(entry, SEALED)

    texts = {found[Recipient(Role.BIDDER, one)].zh for one in (FIRST, SECOND, READER)}
    assert texts == {"发布第 2 号澄清，投标截止时间 2026-12-01 09:00。"}
    assert all(one.outward for one in found.values())


def test_nobody_counts_as_a_bidder_before_the_opening() -> None:
    entry = an_entry("prices.revealed", lot="1")

    assert recipients(entry, Audience.BIDDERS, SEALED) == frozenset()
    assert recipients(entry, Audience.BIDDERS, OPENED) == {Recipient(Role.BIDDER, FIRST)}


def test_without_a_lot_the_bidders_of_all_opened_lots_are_meant() -> None:
    found = recipients(an_entry("round.continued"), Audience.BIDDERS, OPENED)

    assert found == {Recipient(Role.BIDDER, FIRST), Recipient(Role.BIDDER, SECOND)}


def test_who_bids_is_told_to_unlock_and_who_only_reads_is_not() -> None:
    found = told(an_entry("submission.closed"), OPENED)

    assert "解密" in found[Recipient(Role.BIDDER, FIRST)].zh
    assert "解密" not in found[Recipient(Role.BIDDER, READER)].zh


@pytest.mark.parametrize(
    ("stream", "concerned", "early", "outward"),
    [
        (Stream.PUBLIC, SEALED, False, True),
        (Stream.CUSTODY, SEALED, False, False),
        (Stream.CUSTODY, SEALED, True, True),
        (Stream.CUSTODY, OPENED, False, True),
        (Stream.COMMITTEE, OPENED, True, False),
    ],
)
def test_mail_carries_what_everybody_may_know(
    stream: Stream, concerned: Concerned, early: bool, outward: bool
) -> None:
    (found, *_) = messages_of(
        an_entry("some.thing", stream), [Row(Audience.HOST, "事", "it", early=early)], concerned
    )

    assert found.outward is outward


def test_no_row_that_may_leave_early_names_a_bidder() -> None:
    early = [row for rows in TELLS.values() for row in rows if row.early]

    assert {row.audience for row in early} == {Audience.HOST, Audience.SUPERVISOR}
    assert [words_of(row.zh) for row in early] == [set()] * len(early)


def test_a_bidders_security_is_its_own_affair_and_stays_on_the_platform() -> None:
    entry = an_entry("bid_security.recorded", Stream.CUSTODY, lot="1", bidder_id=str(FIRST))

    (found,) = told(entry, SEALED).values()

    assert (found.recipient, found.outward) == (Recipient(Role.BIDDER, FIRST), False)


def test_each_organization_is_told_in_the_role_it_has_in_the_tender() -> None:
    ids = (HOST, AGENCY, SUPERVISOR, HOLDER, FIRST)
    body: JsonValue = [{"organization_id": str(one)} for one in ids]
    entry = an_entry("document.issued", signatories=body)

    assert {one.role for one in recipients(entry, Audience.SIGNATORIES, OPENED)} == {
        Role.PROCURING_ENTITY,
        Role.AGENCY,
        Role.SUPERVISOR,
        Role.KEY_HOLDER,
        Role.BIDDER,
    }
    secret = replace(entry, stream=Stream.COMMITTEE)
    assert recipients(secret, Audience.SIGNATORIES, OPENED) == frozenset()


def test_only_key_holders_who_were_asked_are_asked() -> None:
    entry = an_entry("canary.issued", asked=[2, 7], due_at="2026-12-01T01:00:00.000000Z", canary=1)

    assert set(told(entry, SEALED)) == {Recipient(Role.KEY_HOLDER, SUCCESSOR)}


def test_an_expert_is_told_in_person() -> None:
    entry = an_entry("committee.seated", Stream.COMMITTEE)

    (found,) = told(entry, replace(OPENED, seated={PERSON: EMPLOYER})).values()

    assert found.recipient == Recipient(Role.EXPERT, EMPLOYER, PERSON)
    assert not found.outward


def test_the_objector_learns_of_the_answer_that_names_nobody() -> None:
    entry = an_entry("objection.answered", objection_id=str(UUID(int=3)))

    assert Recipient(Role.BIDDER, FIRST) in told(entry, replace(SEALED, about=frozenset({FIRST})))


@pytest.mark.parametrize(
    ("by", "organization", "expected"),
    [
        (Role.OPERATOR, None, {Recipient(Role.OPERATOR)}),
        (Role.SUPERVISOR, str(SUPERVISOR), {Recipient(Role.SUPERVISOR, SUPERVISOR)}),
        (
            Role.PROCURING_ENTITY,
            str(HOST),
            {Recipient(Role.PROCURING_ENTITY, HOST), Recipient(Role.AGENCY, AGENCY)},
        ),
    ],
)
def test_who_must_act_is_told_of_a_term_that_passed(
    by: Role, organization: str | None, expected: set[Recipient]
) -> None:
    entry = an_entry("duty.overdue", Stream.CUSTODY, by=by, organization_id=organization)

    assert recipients(entry, Audience.OBLIGED, SEALED) == expected


def test_the_supervisor_learns_of_a_secret_duty_after_the_opening() -> None:
    secret = an_entry("duty.overdue", Stream.CUSTODY, duty="key:custody:3")
    public = an_entry("duty.overdue", Stream.CUSTODY, duty="key:public:3")
    supervisor = {Recipient(Role.SUPERVISOR, SUPERVISOR)}

    assert recipients(secret, Audience.OVERSEER, SEALED) == frozenset()
    assert recipients(secret, Audience.OVERSEER, OPENED) == supervisor
    assert recipients(public, Audience.OVERSEER, SEALED) == supervisor


def test_without_agency_the_host_is_the_procuring_entity_alone() -> None:
    alone = replace(SEALED, agency_id=None)
    entry = an_entry("tender.failed")

    assert recipients(entry, Audience.HOST, alone) == {Recipient(Role.PROCURING_ENTITY, HOST)}
    assert recipients(an_entry("contract.filed"), Audience.NAMED, alone) == frozenset()
    named = an_entry("contract.filed", bidder_id=str(HOST))
    assert recipients(named, Audience.NAMED, alone) == {Recipient(Role.PROCURING_ENTITY, HOST)}


def test_a_sentence_leaves_out_what_the_entry_lacks_and_shows_no_structure() -> None:
    row = Row(Audience.HOST, "{gone}{nested}{until}{lot}", "x")
    entry = an_entry("some.thing", nested={"a": 1}, until="sometime", lot="1")

    (found, *_) = messages_of(entry, [row], SEALED)

    assert found.zh == "sometime1"


def test_both_languages_say_the_same_figures_and_nothing_is_said_twice_to_nobody() -> None:
    for kind, rows in TELLS.items():
        assert rows, kind
        for row in rows:
            words = [
                {word for _, word, _, _ in Formatter().parse(text) if word}
                for text in (row.zh, row.en)
            ]
            assert words[0] == words[1], kind
    assert not set(TELLS) & set(TELLS_NOBODY)
