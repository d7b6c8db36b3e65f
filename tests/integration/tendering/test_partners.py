"""Two centres, each with a platform of its own: seats are ordered over the signed interface."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients import partners as clients
from clients import venues as venue_clients
from clients.platform import Identity, PlatformRefused
from clients.platform import Platform as Line
from clients.verifying.report import Notes, Status
from clients.verifying.venues import check_venues
from crypto.request_signatures import Message, sign_request
from tendering import centre_wire as wire
from tendering.domain.dispatch import Partner
from tendering.domain.journal import Entry, Stream
from tendering.domain.roles import Role
from tendering.domain.venues import Venue, Workstation
from tendering.storage import journal, partners, venues
from tendering.storage.connection import open_pool, reading, transaction
from tests.support import programs
from tests.support.platform import Account, Platform, begin_session, enter, serving
from tests.support.postgres import Cluster, Database
from tests.support.published import published_tender

SECONDS_MAX = 8
HOUR = timedelta(hours=1)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STATIONS = (("A", "1"), ("A", "2"), ("B", "1"))


async def until(question: Callable[[], Awaitable[Any]]) -> Any:
    """The first answer that is not empty."""
    async with asyncio.timeout(SECONDS_MAX):
        # What another process does sends us no event.
        while not (answer := await question()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return answer


@pytest.fixture
async def host(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """A demonstration platform: its clock may jump, and partners may be reached by http."""
    async with serving(database, tmp_path, demonstration=True) as platform:
        yield platform


async def equip(platform_pool: Any, operator: Account, *, at: datetime) -> Venue:
    """A venue with two workstations in a room and one in another."""
    venue = Venue(uuid4(), operator.organization.id, "示范二市中心", "510200")
    async with transaction(platform_pool) as connection:
        await venues.insert(connection, venue, at=at)
        for room, label in STATIONS:
            digest = hashlib.sha256(f"{room}{label}".encode()).digest()
            await venues.save_workstation(
                connection, venue.id, Workstation(uuid4(), room, label), digest
            )
    return venue


def line_to(http: aiohttp.ClientSession, address: str, token: str, account: Account) -> Line:
    """A client of a platform, logged in already."""
    line = Line(address, http)
    known = account.organization
    line.resume(token, Identity(account.person.id, known.id, account.role, known.name, known.uscc))
    return line


@dataclass
class Guest:
    """The other centre: a whole Kaibiao in a process of its own, with its people's tokens."""

    config: Path
    tokens: dict[Role, str]
    accounts: dict[Role, Account]
    venue: Venue
    host_organization_id: UUID
    port: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[programs.Program]:
        folder = self.config.parent
        self.config.write_text(
            f'[server]\nport = {self.port}\n[database]\ndsn_file = "{folder / "dsn"}"\n'
            f'[platform]\nfolder = "{folder}"\n[clock]\nmode = "demonstration"\n'
        )
        async with programs.running("server", "serve", "--config", self.config) as program:
            self.port = int(program.url.rsplit(":", 1)[1])
            yield program

    def line(self, http: aiohttp.ClientSession, role: Role) -> Line:
        address = f"http://127.0.0.1:{self.port}"
        return line_to(http, address, self.tokens[role], self.accounts[role])


@pytest.fixture
async def guest(postgres: Cluster, tmp_path: Path) -> AsyncIterator[Guest]:
    """Not started yet: its database, its operator and the clerk of its venue."""
    folder = tmp_path / "guest"
    folder.mkdir()
    async with postgres.migrated() as database:
        (folder / "dsn").write_text(database.app_dsn)
        now = datetime.now(UTC)
        async with open_pool(database.app_dsn, size=2) as pool:
            async with transaction(pool) as connection:
                found = {
                    role: await enter(connection, number, role, password_hash="-", at=now)
                    for number, role in enumerate((Role.OPERATOR, Role.VENUE_OPERATOR), start=70)
                }
                other = await enter(connection, 79, Role.VENUE_OPERATOR, password_hash="-", at=now)
                tokens = {
                    role: await begin_session(connection, one.authorization_id)
                    for role, one in found.items()
                }
            venue = await equip(pool, found[Role.VENUE_OPERATOR], at=now)
        yield Guest(folder / "kaibiao.toml", tokens, found, venue, other.organization.id)


def at_host(host: Platform, role: Role) -> Line:
    return line_to(host.line, host.running.address, host.tokens[role], host.accounts[role])


async def acquainted(host: Platform, guest: Guest) -> UUID:
    """Each operator tells its platform the other's address and key; the guest's id at the host."""
    centre = host.accounts[Role.VENUE_OPERATOR].organization
    ours, theirs = at_host(host, Role.OPERATOR), guest.line(host.line, Role.OPERATOR)
    partner = await clients.register_partner(
        ours, centre.id, theirs.address, await clients.platform_key(theirs)
    )
    await clients.register_partner(
        theirs,
        guest.host_organization_id,
        ours.address,
        await clients.platform_key(ours),
    )
    return partner


async def committee(host: Platform, tender_id: UUID) -> list[Entry]:
    async with reading(host.running.context.pool) as connection:
        return await journal.after(connection, tender_id, Stream.COMMITTEE, 0)


def replayed(entries: list[Entry]) -> tuple[Status, str]:
    """What the verifier says to a committee's stream."""
    notes = Notes()
    case: Any = SimpleNamespace(streams={Stream.COMMITTEE: entries})
    check_venues(case, notes)
    check = notes.as_check("", "")
    return check.status, check.detail


async def came_to(line: Line, path: str, order: UUID, status: str) -> dict[str, Any]:
    """A booking as one side sees it, once it stands so."""

    async def look() -> dict[str, Any] | None:
        items: list[dict[str, Any]] = (await line.get(path))["items"]
        return next(
            (one for one in items if (one["id"], one["status"]) == (str(order), status)), None
        )

    found: dict[str, Any] = await until(look)
    return found


async def until_tried(operator: Line, partner: UUID) -> list[dict[str, Any]]:
    """The messages with a partner, once sending the last one has failed."""

    async def look() -> list[dict[str, Any]]:
        found = await clients.list_messages(operator, partner)
        return found if found[0]["last_error"] else []

    tried: list[dict[str, Any]] = await until(look)
    return tried


async def test_seats_at_another_centres_platform_are_ordered_changed_and_lost(
    host: Platform, guest: Guest
) -> None:
    tender = await published_tender(host)
    begins = host.running.context.now() + 5 * HOUR
    agency = at_host(host, Role.AGENCY)
    ours, theirs = f"/tenders/{tender.id}/venue-bookings", "/venue-bookings"
    async with aiohttp.ClientSession() as http:
        async with guest.serving() as program:
            partner = await acquainted(host, guest)
            clerk = guest.line(http, Role.VENUE_OPERATOR)
            operator = at_host(host, Role.OPERATOR)
            body = {
                "organization_id": str(host.accounts[Role.VENUE_OPERATOR].organization.id),
                "name": guest.venue.name,
                "region": guest.venue.region,
            }
            venue = UUID((await operator.post("/venues", body))["id"])
            seen = await clients.ask_free(agency, partner, begins_at=begins, ends_at=begins + HOUR)
            when: dict[str, Any] = {"begins_at": begins, "ends_at": begins + 3 * HOUR}
            first = await venue_clients.book(agency, tender.id, venue, seats=2, **when)
            asked = await came_to(clerk, theirs, first, "requested")
            await venue_clients.answer_booking(clerk, first, "confirm")
            await came_to(agency, ours, first, "confirmed")
            console = at_host(host, Role.VENUE_OPERATOR)
            with pytest.raises(PlatformRefused) as here:
                await venue_clients.answer_booking(console, first, "fail", "here")
            program.process.kill()
            await program.process.wait()
        # The other platform is away: what is asked of it waits.
        when["ends_at"] += HOUR
        second = await venue_clients.book(agency, tender.id, venue, seats=1, scattered=True, **when)
        messages = await until_tried(operator, partner)
        async with guest.serving():
            clerk = guest.line(http, Role.VENUE_OPERATOR)
            changed = await came_to(clerk, theirs, second, "requested")
            await venue_clients.answer_booking(clerk, second, "confirm")
            await came_to(agency, ours, second, "confirmed")
            replaced = await came_to(agency, ours, first, "cancelled")
            gone = await came_to(clerk, theirs, first, "cancelled")
            await venue_clients.answer_booking(clerk, second, "fail", "停电")
            await came_to(agency, ours, second, "failed")
            third = await venue_clients.book(agency, tender.id, venue, seats=2, **when)
            await came_to(clerk, theirs, third, "requested")
            await agency.post(f"{ours}/{third}/cancellation", {"reason": "改期"})
            await came_to(clerk, theirs, third, "cancelled")
    entries = await committee(host, tender.id)

    assert seen == [
        {"venue": "示范二市中心", "region": "510200", "room_seats": 2, "scattered_seats": 2}
    ]
    assert (asked["tender_id"], asked["seats"]) == (None, 2)
    assert here.value.code == "answered-by-partner"
    assert messages[0]["attempts"] >= 1
    assert messages[0]["last_error"] == "ClientConnectorError"
    assert changed["scattered"]
    assert replaced["id"] == gone["id"] == str(first)
    assert replayed(entries) == (Status.HOLDS, "")


@dataclass
class Counterpart:
    """A partner's platform as the wire sees it: signs what it is told to sign."""

    host: Platform
    venue: Venue
    key: Ed25519PrivateKey = KEY

    async def send(
        self,
        message: wire.Message | wire.Query | bytes,
        *,
        door: str = "messages",
        key: Ed25519PrivateKey | None = None,
        tag: str = wire.TAG,
        nonce: str = "",
        late: timedelta = timedelta(),
    ) -> str:
        """A signed request; the order's standing, or the code of the refusal."""
        path = f"/api/v1/partners/{door}"
        body = message if isinstance(message, bytes) else wire.encode(message)
        context = self.host.running.context
        signed = sign_request(
            Message("POST", context.public_address + path, {"Content-Type": "application/json"}),
            body,
            key or self.key,
            tag=tag,
            at=context.now() - late,
            nonce=nonce or uuid4().hex,
        )
        answer = await self.host.request("POST", path, data=body, headers=signed)
        return answer.code or str(json.loads(answer.body)["status"])

    def apply(self, **changes: Any) -> wire.Apply:
        """An order of two seats, tomorrow for three hours."""
        begins = self.host.running.context.now() + 24 * HOUR
        asked: dict[str, Any] = {
            "id": uuid4(),
            "subject": uuid4(),
            "number": 1,
            "venue": self.venue.name,
            "seats": 2,
            "scattered": False,
            "begins_at": begins,
            "ends_at": begins + 3 * HOUR,
        }
        return wire.Apply(**(asked | changes))


@pytest.fixture
async def counterpart(host: Platform) -> Counterpart:
    """A partner known to the platform, which runs a venue of its own."""
    context = host.running.context
    venue = await equip(context.pool, host.accounts[Role.VENUE_OPERATOR], at=context.now())
    async with transaction(context.pool) as connection:
        other = await enter(
            connection, 79, Role.VENUE_OPERATOR, password_hash="-", at=context.now()
        )
        known = Partner(
            uuid4(),
            other.organization.id,
            "http://localhost:9",
            KEY.public_key().public_bytes_raw(),
        )
        await partners.insert(connection, known, at=context.now())
    return Counterpart(host, venue)


async def test_what_is_not_a_partners_message_of_now_is_refused(counterpart: Counterpart) -> None:
    send, apply = counterpart.send, counterpart.apply()
    stranger = Ed25519PrivateKey.generate()
    refused = "message-signature-refused"

    assert await send(apply, key=stranger) == refused
    assert await send(apply, tag="kaibiao-insurer-v1") == refused
    assert await send(apply, late=timedelta(seconds=302)) == refused
    assert await send(apply, late=-timedelta(seconds=32)) == refused
    assert await send(apply, late=timedelta(seconds=290), nonce="once") == "requested"
    assert await send(apply, nonce="once") == "message-replayed"
    assert await send(apply) == "requested"
    assert await send(msgspec.structs.replace(apply, seats=1)) == "message-conflict"
    assert await send(msgspec.structs.replace(apply, id=uuid4())) == "message-conflict"
    assert await send(wire.encode(apply)[:-1]) == "malformed"
    assert await send(wire.encode(apply).replace(b'"apply"', b'"seize"')) == "invalid"
    assert await send(b"[" * (wire.MESSAGE_BYTES_MAX + 1)) == "body-too-large"
    assert await send(wire.Query(subject=apply.subject), door="queries") == "requested"
    assert await send(wire.Query(subject=uuid4()), door="queries") == "not-found"


async def test_orders_out_of_turn_for_others_or_of_the_past_change_nothing(
    counterpart: Counterpart,
) -> None:
    host, send = counterpart.host, counterpart.send
    console = at_host(host, Role.VENUE_OPERATOR)
    first, second = counterpart.apply(), counterpart.apply()
    about: dict[str, Any] = {"id": uuid4(), "number": 2, "subject": first.subject}
    cancel = wire.Cancel(reason="改期", **about)
    change = wire.Change(
        **(msgspec.structs.asdict(counterpart.apply(seats=1)) | {"replaces": first.subject})
    )

    refused = [
        await send(one)
        for one in (
            cancel,
            change,
            wire.Notify(status="confirmed", **(about | {"number": 1})),
            counterpart.apply(venue="别处"),
            counterpart.apply(ends_at=first.begins_at),
            counterpart.apply(begins_at=host.running.context.now()),
            counterpart.apply(ends_at=first.begins_at + timedelta(days=15)),
        )
    ]
    taken = [await send(one) for one in (first, second)]
    early = await send(change)
    await venue_clients.answer_booking(console, first.subject, "confirm")
    with pytest.raises(PlatformRefused) as twice:
        await venue_clients.answer_booking(console, second.subject, "confirm")
    await venue_clients.answer_booking(console, second.subject, "decline", "席位已满")
    ahead = first.begins_at - host.running.context.now() + timedelta(microseconds=1)
    assert host.running.context.set_ahead is not None
    host.running.context.set_ahead(ahead)
    late = [await send(one) for one in (cancel, change)]
    seen = {one["id"]: one["status"] for one in (await console.get("/venue-bookings"))["items"]}

    assert refused == [
        "message-early",
        "not-found",
        "not-found",
        "not-found",
        "invalid",
        "dispatch-begun",
        "invalid",
    ]
    assert taken == ["requested", "requested"]
    assert early == "booking-settled"
    assert twice.value.code == "venue-full"
    assert late == ["dispatch-begun", "dispatch-begun"]
    assert seen == {str(first.subject): "confirmed", str(second.subject): "declined"}
