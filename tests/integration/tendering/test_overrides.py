"""Overrides over HTTP: who may, in whose sight, and what the notice would be held against."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from crypto.canonical import JsonValue
from crypto.certificates import make_request
from crypto.keys import generate_signing_key
from crypto.signing import sign_statement
from tendering.actions.certificates import request_certificate
from tendering.domain.journal import instant
from tendering.domain.parties import Actor, Session
from tendering.domain.roles import Role
from tendering.domain.tender import Document, Tender, TenderStatus, Terms
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tendering.settings import OpeningSettings
from tendering.storage import key_holders, tender_documents, tenders
from tendering.storage.connection import reading, transaction
from tests.support.make import a_check, a_key_holder
from tests.support.platform import Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

REASON = "潜在投标人均已确认五分钟足以完成解密。"
OVERRIDE = {"rule": "P02", "reason": REASON}


async def ask(
    platform: Platform, method: str, path: str, body: object = None, *, role: Role = Role.PUBLIC
) -> Answer:
    """One request with a JSON body."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Idempotency-Key": str(uuid4())}
    headers |= {"Content-Type": "application/json"} if data else {}
    return await platform.request(method, "/api/v1" + path, role=role, data=data, headers=headers)


async def a_draft(platform: Platform, published: Tender | None = None) -> UUID:
    """A draft whose window to unlock bids is shorter than the rulebook's."""
    published = published or await published_tender(platform)
    draft = replace(
        published,
        id=UUID(int=published.id.int ^ 1),
        number="KB-2026-0009",
        status=TenderStatus.DRAFT,
        published_at=None,
        terms=Terms(bid_validity_days=90, unlock_minutes=5, drain_seconds=10),
        deadline=platform.running.context.now() + timedelta(days=40),
        round=round_of("open-tendering", 1, rulebook_of("construction")),
    )
    async with transaction(platform.running.context.pool) as connection:
        await tenders.insert(connection, draft, at=platform.running.context.now())
    return draft.id


async def findings(platform: Platform, draft: UUID) -> tuple[list[str], list[str]]:
    answer = await ask(platform, "GET", f"/tenders/{draft}/findings", role=Role.SUPERVISOR)
    told = json.loads(answer.body)
    blocking = [one["rule"] for one in told["findings"] if one["severity"] == "block"]
    return blocking, told["overridden"]


async def test_an_override_counts_when_the_supervisor_has_seen_it(platform: Platform) -> None:
    draft = await a_draft(platform)
    doors = f"/tenders/{draft}/overrides"

    asked = await ask(platform, "POST", doors, OVERRIDE, role=Role.AGENCY)
    before = await findings(platform, draft)
    seen = await ask(platform, "POST", f"{doors}/P02/sight", role=Role.SUPERVISOR)

    assert (asked.status, seen.status) == (201, 201)
    assert before == (["P02"], [])
    assert await findings(platform, draft) == (["P02"], ["P02"])
    told = json.loads((await ask(platform, "GET", doors, role=Role.AGENCY)).body)["items"][0]
    assert told["reason"] == REASON
    assert told["seen_by"]["name"]


async def test_it_is_in_the_custody_of_the_journal(platform: Platform) -> None:
    draft = await a_draft(platform)

    await ask(platform, "POST", f"/tenders/{draft}/overrides", OVERRIDE, role=Role.AGENCY)

    async with reading(platform.running.context.pool) as connection:
        kinds = await connection.fetch(
            "SELECT stream, kind FROM tendering.journal WHERE tender_id = $1", draft
        )
    assert [(row["stream"], row["kind"]) for row in kinds] == [("custody", "rule.overridden")]


@pytest.mark.parametrize("role", [Role.BIDDER, Role.SUPERVISOR, Role.KEY_HOLDER, Role.OPERATOR])
async def test_only_who_runs_the_tender_overrides(platform: Platform, role: Role) -> None:
    draft = await a_draft(platform)

    answer = await ask(platform, "POST", f"/tenders/{draft}/overrides", OVERRIDE, role=role)

    assert answer.code == "forbidden"


@pytest.mark.parametrize("role", [Role.AGENCY, Role.PROCURING_ENTITY, Role.BIDDER, Role.OPERATOR])
async def test_only_the_supervisor_sees_for_the_law(platform: Platform, role: Role) -> None:
    draft = await a_draft(platform)
    await ask(platform, "POST", f"/tenders/{draft}/overrides", OVERRIDE, role=Role.AGENCY)

    answer = await ask(platform, "POST", f"/tenders/{draft}/overrides/P02/sight", role=role)

    assert answer.code == "forbidden"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (OVERRIDE | {"rule": "E03"}, "rule-not-overridable"),
        (OVERRIDE | {"rule": "E99"}, "invalid"),
        (OVERRIDE | {"reason": "没空"}, "invalid"),
    ],
)
async def test_what_cannot_be_overridden_is_refused(
    platform: Platform, body: dict[str, str], code: str
) -> None:
    draft = await a_draft(platform)

    answer = await ask(platform, "POST", f"/tenders/{draft}/overrides", body, role=Role.AGENCY)

    assert answer.code == code


async def ready_to_publish(platform: Platform, draft: UUID) -> None:
    """Keys are announced, and a checked document is there."""
    document = Document("招标文件.pdf", bytes(32), 1000, "application/pdf")
    async with transaction(platform.running.context.pool) as connection:
        await tender_documents.put_document(connection, draft, document, uuid4(), a_check())
        for number in (1, 2, 3):
            holder = a_key_holder(number)
            assert holder.public_key is not None
            await key_holders.announce_key(
                connection,
                draft,
                number,
                public_key=holder.public_key,
                announcement=dict(holder.announcement or {}),
            )


async def publish(platform: Platform, draft: UUID) -> Answer:
    """The agency signs the facts as they are shown, and publishes."""
    context, who = platform.running.context, platform.accounts[Role.AGENCY].organization
    person = platform.accounts[Role.AGENCY].person
    key = generate_signing_key()
    csr = make_request(key, common_name="-", organization="-", uscc=who.uscc)
    actor = Actor(person.id, who.id, Role.AGENCY, who.name, who.uscc)
    async with transaction(context.pool) as connection:
        session = Session(b"-", actor, "-", is_administrator=True)
        certificate = await request_certificate(
            connection, context.keys, csr, by=session, at=context.now()
        )
    shown = await ask(platform, "GET", f"/tenders/{draft}/facts", role=Role.AGENCY)
    said: JsonValue = {
        "tender_id": str(draft),
        "facts_digest": json.loads(shown.body)["digest"],
    }
    label = "kaibiao/publication/v1"
    statement = sign_statement(key, certificate.der, label=label, statement=said)
    body = {"statement": statement.to_value()}
    return await ask(platform, "POST", f"/tenders/{draft}/publication", body, role=Role.AGENCY)


async def test_p02_a_draft_is_published_against_a_rule_when_the_supervisor_has_seen_why(
    platform: Platform,
) -> None:
    draft = await a_draft(platform)
    await ready_to_publish(platform, draft)
    doors = f"/tenders/{draft}/overrides"

    without = await publish(platform, draft)
    await ask(platform, "POST", doors, OVERRIDE, role=Role.AGENCY)
    unseen = await publish(platform, draft)
    await ask(platform, "POST", f"{doors}/P02/sight", role=Role.SUPERVISOR)
    seen = await publish(platform, draft)

    assert [one.code for one in (without, unseen)] == ["timetable-unlawful"] * 2
    assert without.problem["parameters"]["rule"] == "P02"
    assert (seen.status, seen.code) == (200, "")
    journal = await ask(platform, "GET", f"/tenders/{draft}/journal/public")
    entries = json.loads(journal.body)["entries"]
    (notice,) = (one for one in entries if one["kind"] == "tender.published")
    (override,) = notice["body"]["overrides"]
    assert (override["rule"], override["reason"]) == ("P02", REASON)
    assert override["by"]["name"]
    assert override["seen_by"]["organization_id"] == str(
        platform.accounts[Role.SUPERVISOR].organization.id
    )


async def test_the_same_rule_twice_and_an_unknown_sight_are_refused(platform: Platform) -> None:
    draft = await a_draft(platform)
    doors = f"/tenders/{draft}/overrides"
    await ask(platform, "POST", doors, OVERRIDE, role=Role.AGENCY)

    again = await ask(platform, "POST", doors, OVERRIDE, role=Role.AGENCY)
    unknown = await ask(platform, "POST", f"{doors}/P03/sight", role=Role.SUPERVISOR)

    assert (again.code, unknown.code) == ("override-stands", "not-found")


async def test_the_whole_course_of_a_tender_is_public_and_a_drafts_is_not(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    draft = await a_draft(platform, tender)

    public = await ask(platform, "GET", f"/tenders/{tender.id}/schedule")
    hidden = await ask(platform, "GET", f"/tenders/{draft}/schedule")

    names = [step["name"] for step in json.loads(public.body)["steps"]]
    assert {"notice", "deadline", "contract", "archive_until"} <= set(names)
    assert hidden.status == 404


async def test_an_instant_with_many_openings_is_a_warning_with_the_next_free_ones(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    draft = await a_draft(platform, tender)
    async with transaction(platform.running.context.pool) as connection:
        await connection.execute(
            "UPDATE tendering.tenders SET deadline = $2 WHERE id = $1", draft, tender.deadline
        )

    async def crowded(at_most: int) -> list[dict[str, Any]]:
        context = platform.running.context
        object.__setattr__(context, "openings", OpeningSettings(at_one_instant_max=at_most))
        answer = await ask(platform, "GET", f"/tenders/{draft}/findings", role=Role.AGENCY)
        found = json.loads(answer.body)["findings"]
        return [one for one in found if one["rule"] == "openings_at_one_instant"]

    assert await crowded(2) == []
    [warning] = await crowded(1)
    assert warning["severity"] == "warn"
    assert warning["earliest"] == instant(tender.deadline + timedelta(minutes=5))
