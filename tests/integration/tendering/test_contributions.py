"""Contributions to a draw on a real database: sealed, looked at, closed, opened by whomever."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.draw_contributing import Contributor, NotSettled
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Identity, PlatformRefused, open_platform
from tendering.actions import clock
from tendering.api import contributions as doors
from tendering.api.draws import get_draw
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    contribution_statement,
    opened,
)
from tendering.domain.journal import Stream
from tendering.domain.refusals.draws import ContributionsMissing, DrawOver
from tendering.domain.refusals.key_holders import NotKeyHolder
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.a_draw import (
    NOW,
    Drawing,
    close,
    contribute,
    entries,
    freeze,
    gathering,
    give,
    post,
    ready_to_draw,
    run,
    seal,
)
from tests.integration.tendering.test_key_holders import destroyed
from tests.support.contributing import made


@pytest.fixture
async def tender(pool: Pool, tmp_path: Path) -> Drawing:
    """A tender whose bids are open, and twenty experts, one of them tied to a bidder."""
    return await ready_to_draw(pool, tmp_path)


async def test_a_party_that_opens_nothing_is_opened_by_two_key_holders_with_the_same_seed(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    everything = await contribute(pool, tender, silent=2)
    entity, supervisor = (party.id for party, _ in tender.parties[:2])

    for number in (3, 1):
        with pytest.raises(ContributionsMissing):
            await run(pool, tender)
        await give(pool, tender, everything[entity], number)
    with pytest.raises(ContributionsMissing) as refused:
        await run(pool, tender)
    assert refused.value.parameters["waiting"] == [str(supervisor)]
    late = doors.RevealStep(everything[supervisor].file_key)
    await post(pool, tender, tender.parties[1], late, at=NOW + 9 * CONTRIBUTION_WINDOW)
    await run(pool, tender)

    drawn: Any = (await entries(pool, tender, Stream.PUBLIC))["committee.drawn"].body
    assert drawn["opened_by_key_holders"] == [str(entity)]
    assert {one["organization_id"]: one["value"] for one in drawn["contributions"]} == {
        str(party): one.value.hex() for party, one in everything.items()
    }


async def test_what_everybody_sees_of_a_draw_says_who_is_waited_for(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    everything = await contribute(pool, tender, silent=1)
    entity = tender.procuring_entity_id
    await give(pool, tender, everything[entity], 2)

    async with reading(pool) as connection:
        shown = await get_draw(connection, None, tender.id)

    states = {one.organization_id: one.state for one in shown.contributions}
    assert states.pop(entity) == "sealed"
    assert set(states.values()) == {"open"}
    (waiting,) = (one for one in shown.contributions if one.organization_id == entity)
    assert (waiting.shares_from, waiting.value) == ([2], None)
    assert waiting.records == {"1": True, "2": True, "3": True}


async def test_another_signature_than_the_partys_own_is_refused(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    subject = (await gathering(pool, tender)).subject
    (entity, role), (supervisor, _) = tender.parties[:2]
    mine, other = made(subject, entity.id).contribution, made(subject, supervisor.id).contribution

    for signer, said in ((supervisor, mine), (entity, other)):
        signed: Any = signer.sign(CONTRIBUTION_LABEL, contribution_statement(subject, said))
        with pytest.raises(SignatureRefused):
            await post(
                pool,
                tender,
                (entity, role),
                doors.SealStep(mine.container, mine.recipient, signed),
            )


async def test_only_key_holders_look_and_give_and_nobody_is_late_to_contribute(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    everything = await contribute(pool, tender, silent=1)
    entity = tender.parties[0]

    with pytest.raises(NotKeyHolder):
        await post(pool, tender, entity, doors.ShareStep(entity[0].id, bytes(16)))
    with pytest.raises(DrawOver):
        await close(pool, tender)
    await give(pool, tender, everything[entity[0].id], 1)
    await give(pool, tender, everything[entity[0].id], 2)
    await run(pool, tender)
    with pytest.raises(DrawOver):
        await post(pool, tender, entity, doors.RevealStep(everything[entity[0].id].file_key))


async def test_key_holders_keep_their_keys_until_the_committee_is_drawn(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)

    with pytest.raises(WrongPhase):
        await destroyed(tender.opened, 1)


@asynccontextmanager
async def tool(pool: Pool, tender: Drawing, folder: Path) -> AsyncIterator[Contributor]:
    """The supervisor's tool, over HTTP."""
    supervisor, role = tender.parties[1]

    async def door(request: web.Request) -> web.Response:
        read = await request.read()
        body = msgspec.json.decode(read, type=doors.SealStep | doors.RevealStep)
        await post(pool, tender, (supervisor, role), body)
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post(f"/api/v1/tenders/{tender.id}/draw/contributions", door)
    async with TestServer(app) as server, open_platform(str(server.make_url(""))) as line:
        line.identity = Identity(uuid4(), supervisor.id, role, supervisor.name, supervisor.uscc)
        yield Contributor(line, Signer(supervisor.key, supervisor.certificate), folder)


async def seen(pool: Pool, tender: Drawing, contributor: Contributor) -> JournalFollower:
    """The public journal as it stands."""
    async with reading(pool) as connection:
        found = await journal.after(connection, tender.id, Stream.PUBLIC, 0)
    return JournalFollower(contributor.platform, tender.id, entries=found)


async def test_a_partys_tool_seals_once_and_opens_what_it_sealed(
    pool: Pool, tender: Drawing, tmp_path: Path
) -> None:
    async with tool(pool, tender, tmp_path) as contributor:
        async with reading(pool) as connection:
            about = await tenders.get(connection, tender.id)
        with pytest.raises(NotSettled):
            await contributor.seal(about, await seen(pool, tender, contributor))
        await freeze(pool, tender)
        with pytest.raises(NotSettled):
            await contributor.reveal(about, await seen(pool, tender, contributor))
        before = await seen(pool, tender, contributor)
        await contributor.seal(about, before)
        await contributor.seal(about, await seen(pool, tender, contributor))
        with pytest.raises(PlatformRefused):
            await contributor.seal(about, before)
        with pytest.raises(NotSettled):
            await contributor.reveal(about, await seen(pool, tender, contributor))
        await seal(pool, tender, without=tender.supervisor_id)
        await close(pool, tender)
        await contributor.reveal(about, await seen(pool, tender, contributor))

    gathered = await gathering(pool, tender)
    value = opened(gathered.subject, gathered.of(tender.supervisor_id))
    assert isinstance(value, bytes)


async def test_the_demonstrations_clock_knows_when_key_holders_may_open(
    pool: Pool, tender: Drawing
) -> None:
    await freeze(pool, tender)
    await contribute(pool, tender, silent=1)

    async with transaction(pool) as connection:
        locked = await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(locked, timetable={}))
        jumped = await clock.jump(connection, at=NOW)

    assert (jumped.now, jumped.reason) == (NOW + CONTRIBUTION_WINDOW, "contributions_due")


async def test_a_partys_tool_does_at_each_time_what_is_due(
    pool: Pool, tender: Drawing, tmp_path: Path
) -> None:
    async with tool(pool, tender, tmp_path) as contributor:
        async with reading(pool) as connection:
            about = await tenders.get(connection, tender.id)

        async def go_on() -> str:
            return await contributor.go_on(about, await seen(pool, tender, contributor))

        with pytest.raises(NotSettled):
            await go_on()
        await freeze(pool, tender)
        sealed = [await go_on(), await go_on()]
        await seal(pool, tender, without=tender.supervisor_id)
        await close(pool, tender)
        opened = [await go_on(), await go_on()]

    assert sealed == ["sealed", "sealed"]
    assert opened == ["revealed", "open"]
