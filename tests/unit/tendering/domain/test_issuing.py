"""Who signs an issued document, in which order, and when it is complete."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tendering.domain.issuing import (
    TURN,
    DocumentKind,
    IssuedDocument,
    Signatory,
    decide_signature,
    decide_waiver,
    document_number,
    in_order,
    issued,
    require_turn,
    signed_by,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.signatures import DocumentChanged, NotASignatory, SignaturesMissing
from tendering.domain.roles import Role

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DIGEST = b"\1" * 32
PREPARATION = UUID(int=0x99)


def an_actor(organization: int, *, person: int = 0, role: Role = Role.BIDDER) -> Actor:
    return Actor(UUID(int=person), UUID(int=organization), role, "示范单位", "-")


def a_document(*signatories: Signatory, **changes: object) -> IssuedDocument:
    document = IssuedDocument(
        tender_id=UUID(int=1),
        lot="1",
        kind=DocumentKind.OPENING_RECORD,
        number="KB-2026-0001-KBJL-1",
        digest=DIGEST,
        signatories=in_order(signatories or [a_signatory(n, waivable=n > 1) for n in (1, 2, 3)]),
        secret=False,
        issued_at=NOW,
    )
    return replace(document, **changes)  # type: ignore[arg-type]  # fields by name


def a_signatory(organization: int, *, waivable: bool = False) -> Signatory:
    return Signatory(
        0, UUID(int=organization), f"示范单位{organization}", "投标人", waivable=waivable
    )


def signed(document: IssuedDocument) -> IssuedDocument:
    turn = document.next
    assert turn is not None
    return decide_signature(document, turn, preparation=PREPARATION, digest=DIGEST, at=NOW)[0]


def test_the_first_signs_first() -> None:
    assert require_turn(a_document(), an_actor(1)).place == 1


@pytest.mark.parametrize(
    ("organization", "why"), [(2, "not-your-turn"), (9, "no-signatory"), (1, "signed")]
)
def test_others_are_told_why_not(organization: int, why: str) -> None:
    document = signed(a_document()) if why == "signed" else a_document()

    with pytest.raises(NotASignatory) as refused:
        require_turn(document, an_actor(organization))

    assert refused.value.parameters["why"] == why


def test_nobody_signs_a_complete_document() -> None:
    document = signed(signed(signed(a_document())))

    with pytest.raises(NotASignatory) as refused:
        require_turn(document, an_actor(3))

    assert refused.value.parameters["why"] == "completed"


def test_a_person_signs_for_nobody_else_of_the_organization() -> None:
    own = replace(a_signatory(1), person_id=UUID(int=7))

    document = a_document(own)

    assert require_turn(document, an_actor(1, person=7)).place == 1
    with pytest.raises(NotASignatory):
        require_turn(document, an_actor(1, person=8))


def test_an_organization_with_two_places_signs_both() -> None:
    document = signed(a_document(a_signatory(1), a_signatory(2), a_signatory(1)))

    with pytest.raises(NotASignatory) as refused:
        require_turn(document, an_actor(1))

    assert refused.value.parameters["why"] == "not-your-turn"
    assert require_turn(signed(document), an_actor(1)).place == 3


def test_the_last_signature_completes() -> None:
    document = signed(signed(a_document()))
    turn = document.next
    assert turn is not None

    after, events = decide_signature(
        document, turn, preparation=PREPARATION, digest=b"\2" * 32, at=NOW
    )

    assert after.completed_at == NOW
    assert [event.kind for event in events] == ["document.signed", "document.completed"]
    assert events[-1].body["digest"] == "02" * 32


def test_who_was_overtaken_is_refused() -> None:
    document = a_document()
    turn = document.next
    assert turn is not None

    with pytest.raises(DocumentChanged):
        decide_signature(signed(document), turn, preparation=PREPARATION, digest=DIGEST, at=NOW)


def test_a_signature_is_known_again_by_its_preparation_and_signer() -> None:
    document = signed(a_document())

    assert signed_by(document, an_actor(1), PREPARATION)
    assert not signed_by(document, an_actor(2), PREPARATION)
    assert not signed_by(document, an_actor(1), UUID(int=1))


def test_a_waived_signature_is_not_waited_for() -> None:
    document = signed(a_document())

    after, events = decide_waiver(document, place=2, reason="未到场", at=NOW + TURN)

    assert after.next is not None
    assert after.next.place == 3
    assert after.waiting_since == NOW + TURN
    assert events[0].body["reason"] == "未到场"


def test_a_waiver_can_complete_a_document() -> None:
    document = signed(signed(a_document()))

    after, events = decide_waiver(document, place=3, reason="未到场", at=NOW + TURN)

    assert after.completed_at == NOW + TURN
    assert [event.kind for event in events] == [
        "document.signature_waived",
        "document.completed",
    ]


def test_a_waiver_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        decide_waiver(signed(a_document()), place=2, reason=" ", at=NOW + TURN)


def test_a_waiver_is_for_whose_turn_it_is() -> None:
    with pytest.raises(DocumentChanged):
        decide_waiver(signed(a_document()), place=3, reason="未到场", at=NOW + TURN)


@pytest.mark.parametrize(
    ("place", "after"), [(1, TURN), (2, TURN - timedelta(microseconds=1))], ids=["host", "early"]
)
def test_some_signatures_are_waited_for(place: int, after: timedelta) -> None:
    document = a_document() if place == 1 else signed(a_document())

    with pytest.raises(SignaturesMissing):
        decide_waiver(document, place=place, reason="未到场", at=NOW + after)


def test_a_document_that_nobody_signed_is_none() -> None:
    document = a_document(a_signatory(1, waivable=True))

    with pytest.raises(SignaturesMissing):
        decide_waiver(document, place=1, reason="未到场", at=NOW + TURN)


def test_e29_a_report_is_signed_by_the_majority_of_the_committee() -> None:
    members = [a_signatory(number, waivable=True) for number in range(1, 6)]
    report = a_document(*members, kind=DocumentKind.EVALUATION_REPORT)
    once, _ = decide_waiver(report, place=1, reason="拒绝签字", at=NOW + TURN)
    twice, _ = decide_waiver(once, place=2, reason="拒绝签字", at=NOW + 2 * TURN)

    with pytest.raises(SignaturesMissing):
        decide_waiver(twice, place=3, reason="拒绝签字", at=NOW + 3 * TURN)


def test_a_secret_document_is_told_of_to_the_committee() -> None:
    assert a_document(secret=True).stream is Stream.COMMITTEE
    assert a_document().stream is Stream.PUBLIC


def test_the_event_of_a_new_document_names_all_who_sign() -> None:
    event = issued(a_document())

    assert event.body["digest"] == DIGEST.hex()
    assert event.body["signatories"] == [
        {"place": n, "organization_id": str(UUID(int=n)), "name": f"示范单位{n}"} for n in (1, 2, 3)
    ]


def test_numbers_tell_kind_and_lot() -> None:
    assert document_number("KB-1", DocumentKind.AWARD_NOTICE, "2") == "KB-1-ZBTZ-2"
    assert document_number("KB-1", DocumentKind.NOTICE, "") == "KB-1-ZBGG"
