"""The desk of a venue: codes, checks and decisions before arriving, images by consent only."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clients.verifying.identities import check_identities
from clients.verifying.report import Notes, Status
from crypto.image_sealing import SealedImage, open_image
from tendering.domain.identities import image_owner
from tendering.domain.journal import Entry, Stream
from tendering.domain.roles import Role
from tendering.storage import identities, journal
from tendering.storage.connection import reading, transaction
from tests.support.a_centre import Centre, open_centre, seated
from tests.support.evaluation import AT, TENDER
from tests.support.room_doors import EXPERTS, Doors, Json, doors

__all__ = ["doors"]

OWN = f"/tenders/{TENDER}/identity"


@pytest.fixture
async def centre(doors: Doors) -> Centre:
    """A centre with a desk, whose room A is booked."""
    made = await open_centre(doors, has_desk=True)
    await made.kept()
    return made


async def code(centre: Centre, expert: str) -> str:
    _, answer = await centre.doors.call("POST", f"{OWN}/code", token=expert)
    return str(answer["code"])


async def check(centre: Centre, shown: str, score: int | None, *, matches: bool = True) -> Json:
    body = {"code": shown, "document_matches": matches, "score": score}
    _, answer = await centre.doors.call("POST", "/desk/checks", body, token=centre.operator)
    return answer


async def decide(centre: Centre, seat: int, token: str) -> tuple[int, Json]:
    path = f"/tenders/{TENDER}/identities/{seat}/decision"
    body = {"approved": True, "reason": "证件与本人相符"}
    return await centre.doors.call("POST", path, body, token=token)


async def entries(centre: Centre) -> list[Entry]:
    async with reading(centre.doors.pool) as connection:
        return await journal.after(connection, TENDER, Stream.COMMITTEE, 0)


def replayed(found: Sequence[Entry]) -> tuple[Status, str]:
    notes = Notes()
    check_identities(cast("Any", SimpleNamespace(streams={Stream.COMMITTEE: found})), notes)
    done = notes.as_check("", "")
    return done.status, done.detail


async def test_nobody_arrives_before_the_desk_or_the_host_knows_them(centre: Centre) -> None:
    first, second = await seated(centre)
    here = centre.tokens["A", "1"]
    _, unchecked = await centre.arrive(first, here)
    own, other = await code(centre, first), await code(centre, second)

    doubtful = await check(centre, own, 700)
    _, waiting = await centre.arrive(first, here)
    _, listed = await centre.doors.call("GET", f"/tenders/{TENDER}/identities", token=centre.host)
    early, _ = await decide(centre, 2, centre.host)
    foreign, _ = await decide(centre, 1, await centre.doors.enter(EXPERTS, Role.AGENCY))
    decided, _ = await decide(centre, 1, centre.host)
    again = await check(centre, own, 900)
    proved = await check(centre, other, 800)
    arrived = [(await centre.arrive(one, here))[0] for one in (first, second)]

    assert (unchecked["code"], unchecked["parameters"]) == (
        "identity-unproved",
        {"standing": "unchecked"},
    )
    assert (doubtful["standing"], waiting["code"]) == ("approval", "identity-unproved")
    assert listed["items"] == [
        {"seat": 1, "standing": "approval"},
        {"seat": 2, "standing": "unchecked"},
    ]
    assert (early, foreign, decided) == (404, 403, 204)
    assert (again["code"], proved["standing"]) == ("identity-step-refused", "proved")
    assert arrived == [200, 200]
    assert replayed(await entries(centre)) == (Status.HOLDS, "2 experts were checked at a desk")


async def test_a_code_serves_at_its_own_desk_and_the_last_one_counts(centre: Centre) -> None:
    (first,) = await seated(centre, 1)
    old = await code(centre, first)
    shown = await code(centre, first)
    stranger = await centre.doors.enter(EXPERTS, Role.VENUE_OPERATOR)
    body = {"code": shown, "document_matches": True, "score": 900}

    elsewhere, _ = await centre.doors.call("POST", "/desk/checks", body, token=stranger)
    replaced = await check(centre, old, 900)
    nobody = await centre.doors.call("POST", f"{OWN}/code", token=stranger)
    wrong = [await check(centre, shown, 900, matches=False) for _ in range(4)]

    assert (elsewhere, replaced["code"], nobody[0]) == (404, "not-found", 403)
    assert [one.get("standing") for one in wrong] == ["retry", "retry", "refused", None]
    assert wrong[3]["code"] == "identity-step-refused"


async def test_an_image_is_kept_by_consent_and_goes_with_it(centre: Centre) -> None:
    (first,) = await seated(centre, 1)
    shown = await code(centre, first)
    image = {"code": shown, "image": base64.b64encode(b"a picture of nobody").decode()}
    consent = {"purpose": "评标签到核验", "days": 30}

    async def call(path: str, body: Json, token: str) -> int:
        return (await centre.doors.call("POST", path, body, token=token))[0]

    async def images() -> list[Any]:
        async with reading(centre.doors.pool) as connection:
            rows = await connection.fetch(
                "SELECT expert_id, sealed_image, wrapped_key FROM tendering.image_consents"
            )
        return [tuple(row) for row in rows]

    async def delete_due(after: timedelta) -> int:
        async with transaction(centre.doors.pool) as connection:
            return await identities.delete_due(connection, at=AT + after, limit=9)

    uninvited = await call("/desk/images", image, centre.operator)
    given = await call(f"{OWN}/consent", consent, first)
    twice = await call(f"{OWN}/consent", consent, first)
    kept = await call("/desk/images", image, centre.operator)
    held = await images()
    early = await delete_due(timedelta(days=30, microseconds=-1))
    withdrawn = await call(f"{OWN}/withdrawal", {}, first)
    gone = await images()
    nothing = await call(f"{OWN}/withdrawal", {}, first)
    late = await call("/desk/images", image, centre.operator)
    await call(f"{OWN}/consent", consent, first)
    await call("/desk/images", image, centre.operator)
    over = timedelta(days=30)
    ended = sorted(await asyncio.gather(delete_due(over), delete_due(over)), reverse=True)

    assert (uninvited, given, twice, kept) == (403, 204, 422, 204)
    ((expert_id, content, wrapped_key),) = held
    seed, bound = centre.doors.keys.image_seed, image_owner(TENDER, expert_id)
    nothing_left = [(expert_id, None, None)]
    assert b"picture" not in content
    assert (
        open_image(SealedImage(content, wrapped_key), seed, bound=bound) == b"a picture of nobody"
    )
    assert (early, withdrawn, gone, nothing, late) == (0, 204, nothing_left, 404, 403)
    assert (ended, await images()) == ([1, 0], nothing_left)
    consents = [one.body for one in await entries(centre) if one.kind == "image.consented"]
    assert [one["purpose"] for one in consents] == ["评标签到核验"] * 2


async def test_what_the_verifier_refuses_of_a_desk(centre: Centre) -> None:
    (first,) = await seated(centre, 1)
    shown = await code(centre, first)
    await check(centre, shown, 700)
    await decide(centre, 1, centre.host)
    await centre.arrive(first, centre.tokens["A", "1"])
    found = await entries(centre)

    def other(kind: str, **members: Any) -> list[Entry]:
        return [
            replace(one, body={**one.body, **members}) if one.kind == kind else one for one in found
        ]

    without = [one for one in found if one.kind != "identity.decided"]
    assert replayed(found)[0] is Status.HOLDS
    for journaled, says in (
        (without, "arrived though identity was approval"),
        (other("identity.checked", score=500), "could not happen there"),
        (other("identity.decided", approved=False), "led to refused"),
    ):
        status, detail = replayed(journaled)
        assert (status, says in detail) == (Status.FAILS, True), detail
