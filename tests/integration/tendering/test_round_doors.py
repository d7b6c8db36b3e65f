"""Invitations over HTTP: each sees its own place, the host the list, and others nothing."""

import json
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest

from tendering.domain.participants import Participant
from tendering.domain.roles import Role
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tendering.storage import participants, tenders
from tendering.storage.connection import transaction
from tests.support.platform import Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

INVITED = round_of("invitation-tendering", 1, rulebook_of("construction"))


@pytest.fixture
async def tender_id(platform: Platform) -> UUID:
    """A published tender to which somebody else than the platform's bidder is invited."""
    tender = await published_tender(platform, round=INVITED)
    await put_on_list(platform, tender.id, platform.accounts[Role.KEY_HOLDER].organization.id)
    return tender.id


async def put_on_list(platform: Platform, tender_id: UUID, organization_id: UUID) -> None:
    """As the host did while it was a draft."""
    context = platform.running.context
    async with transaction(context.pool) as connection:
        await tenders.lock(connection, tender_id)
        place = Participant("1", organization_id)
        await participants.add_all(connection, tender_id, [place], at=context.now())


async def ask(
    platform: Platform, method: str, path: str, role: Role, body: object = None
) -> Answer:
    """One request, with a key where it acts."""
    return await platform.request(
        method,
        f"/api/v1{path}",
        role=role,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
    )


async def test_who_is_not_invited_sees_no_list_and_no_place_and_cannot_answer(
    platform: Platform, tender_id: UUID
) -> None:
    listed = await ask(platform, "GET", f"/tenders/{tender_id}/participants", Role.BIDDER)
    own = await ask(platform, "GET", "/invitations", Role.BIDDER)
    answer = {"lot": "1", "answer": "accepted"}
    answered = await ask(
        platform, "POST", f"/tenders/{tender_id}/invitation-answers", Role.BIDDER, answer
    )

    assert listed.status == HTTPStatus.FORBIDDEN
    assert json.loads(own.body)["items"] == []
    assert answered.status == HTTPStatus.NOT_FOUND


async def test_who_is_invited_finds_its_place_and_declines(
    platform: Platform, tender_id: UUID
) -> None:
    bidder = platform.accounts[Role.BIDDER].organization.id
    await put_on_list(platform, tender_id, bidder)
    path = f"/tenders/{tender_id}/invitation-answers"

    answered = await ask(platform, "POST", path, Role.BIDDER, {"lot": "1", "answer": "declined"})

    own = json.loads((await ask(platform, "GET", "/invitations", Role.BIDDER)).body)["items"]
    listed = await ask(platform, "GET", f"/tenders/{tender_id}/participants", Role.PROCURING_ENTITY)
    answers = {one["organization_id"]: one["answer"] for one in json.loads(listed.body)["items"]}
    assert answered.status == HTTPStatus.NO_CONTENT
    assert [(one["tender_id"], one["answer"]) for one in own] == [(str(tender_id), "declined")]
    assert answers[str(bidder)] == "declined"
    assert len(answers) == 2


async def test_nobody_is_invited_after_the_publication(platform: Platform, tender_id: UUID) -> None:
    body = {"lot": "1", "organization_ids": [str(uuid4())]}

    refused = await ask(
        platform, "POST", f"/tenders/{tender_id}/invitations", Role.PROCURING_ENTITY, body
    )

    assert (refused.status, json.loads(refused.body)["code"]) == (409, "wrong-phase")
