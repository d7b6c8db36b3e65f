"""The composition root: the only place where anything is built. Imports all, imported by none.

`serve` builds every part once, in order, and stops them in reverse; read `running` from top to
bottom as the list of parts.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from aiohttp import web

import evaluation_rooms
import insurance_gateway
import tendering
from clients.demo.loading import demonstration_insurers, load_demonstration
from evaluation_rooms.actions.emptying import empty_rooms
from evaluation_rooms.actions.statements import Trust
from evaluation_rooms.api.routes import ROOM_ROUTES
from evaluation_rooms.api.routes_evaluations import EVALUATION_ROUTES
from evaluation_rooms.clockwork import room_work
from evaluation_rooms.context import RoomsContext, open_rooms
from evaluation_rooms.media.limits import media_limits
from insurance_gateway.api.routes import INSURANCE_ROUTES
from insurance_gateway.clockwork import insurance_work
from insurance_gateway.context import open_beside
from insurance_gateway.doorbell import CHANNEL, OUTBOX
from tendering.actions.tenders import Law
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.log import LogParts
from tendering.api.metrics import Metrics, watch_loop
from tendering.api.observability import log_to
from tendering.api.openapi import document, mount_document
from tendering.api.pages import mount_pages
from tendering.api.routes import ROUTES
from tendering.api.routes_partners import PARTNER_ROUTES
from tendering.api.routing import Touches, mount
from tendering.background import background
from tendering.backup.command import BACKUP_COMMANDS, BackupAsked, keep_safe
from tendering.backup.keeping_up import keeping_up
from tendering.backup.manifest import BackupRefused
from tendering.canary_watch import watch_canaries
from tendering.clockwork import timed_work
from tendering.database_choice import open_database, read_secret
from tendering.doctor.command import doctor
from tendering.first_start import ensure_operator
from tendering.group_writer import writing_groups
from tendering.key_file import read_or_make_seed
from tendering.keys import KeysUnusable, load_keys
from tendering.likeness_loop import compare_bids
from tendering.listening import PortTaken, listen
from tendering.log_loop import run_log
from tendering.log_parts import log_keeper, published_keys, receipt_terms, stamper_of
from tendering.notification_loop import deliver_notifications, open_sender
from tendering.operator_commands import migrate_database, show_keys, verify_stored
from tendering.outage_watch import Heart
from tendering.partner_line import deliver_to_partners, open_partner_line
from tendering.passwords import Passwords
from tendering.platform_clock import Clock, ClockBehind
from tendering.process_group import ProcessFailed, as_member, serve_group
from tendering.ready_signal import tell_supervisor
from tendering.rulebooks import holiday_calendar, rulebook_for
from tendering.settings import Settings, SettingsRefused, effective, load_settings
from tendering.settling import settle
from tendering.storage import demonstration_clock, log
from tendering.storage.blobs import Blobs
from tendering.storage.bus import PostgresBus, open_bus
from tendering.storage.connection import Pool, open_connection, open_pool, reading
from tendering.storage.embedded_postgres import (
    EmbeddedPostgresFailed,
    FolderInUse,
)
from tendering.storage.migrations import (
    MigrationEdited,
    MigrationUnknown,
    NotMigrated,
    migrate,
    require_migrated,
)

if not __debug__:
    raise SystemExit("assertions are part of the program: do not run with -O")

VERSION: Final = "2026.11.0"
DOORS: Final = (*ROUTES, *PARTNER_ROUTES, *ROOM_ROUTES, *EVALUATION_ROUTES, *INSURANCE_ROUTES)
MIGRATIONS: Final = tuple(
    (name, Path(package.__file__ or "").parent / "storage" / "migrations")
    for name, package in (
        ("tendering", tendering),
        ("rooms", evaluation_rooms),
        ("insurance", insurance_gateway),
    )
)
COMMANDS: Final = (
    *("serve", "migrate", "check-config", "keys", "verify-database", "doctor"),
    *BACKUP_COMMANDS,
)

# What keeps the platform from starting, said in one sentence and without a traceback.
REFUSALS: Final = (
    SettingsRefused,
    BackupRefused,
    KeysUnusable,
    PortTaken,
    ProcessFailed,
    FolderInUse,
    ClockBehind,
    EmbeddedPostgresFailed,
    MigrationEdited,
    MigrationUnknown,
    NotMigrated,
)


@dataclass(frozen=True, slots=True)
class Running:
    """A platform that serves. `ended` is set when a part has died and the process must stop."""

    address: str
    context: Context
    ended: asyncio.Event
    rooms: RoomsContext


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Build every part once, in order; stop them in reverse. Tests enter this too."""
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(listen(settings.server))
        host, port = listening.getsockname()[:2]
        if settings.server.port == 0:
            settings = replace(settings, server=replace(settings.server, port=port))
        owner_dsn, dsn, watch = await open_database(stack, settings)
        if owner_dsn:
            async with open_connection(owner_dsn) as connection:
                await migrate(connection, MIGRATIONS)
        size = settings.database.pool_connections_max
        pool = await stack.enter_async_context(open_pool(dsn, size=size))
        await require_migrated(pool, MIGRATIONS)
        clock = await _clock(pool, settings)
        bus = await stack.enter_async_context(open_bus(pool, dsn))
        outbox_bus = await stack.enter_async_context(open_bus(pool, dsn, channel=CHANNEL))
        touched = _touching({OUTBOX: outbox_bus}, bus)
        context = await _context(stack, settings, pool=pool, clock=clock, touched=touched)
        heart = Heart(context, settings.outages, empty_rooms)
        await heart.beat(at=clock.now())  # Before anything is served.
        await stack.enter_async_context(bus.listening(context.bell.hint))
        metrics = Metrics(pool, is_full=lambda: context.blobs.is_full)
        key_file = settings.folder / "insurance.key"
        insurance = await stack.enter_async_context(open_beside(context, key_file, outbox_bus))
        sender = await stack.enter_async_context(open_sender(context, settings))
        rooms = await stack.enter_async_context(_rooms(context, settings, bus))
        line = await stack.enter_async_context(open_partner_line(context))
        app = _app(context, settings, metrics, rooms=rooms, insurance=insurance, partner_line=line)
        app.on_shutdown.append(rooms.hub.send_away)
        drain_seconds = settings.server.drain_seconds
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=drain_seconds)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await stack.enter_async_context(rooms.hub.running())
        await web.SockSite(runner, listening).start()
        ended = asyncio.Event()
        await stack.enter_async_context(
            background(
                ended,
                *timed_work(context, clock.moved, heart),
                *room_work(rooms, context.blobs),
                compare_bids(context),
                watch_canaries(context, metrics.canaries_overdue.set),
                run_log(log_keeper(context, settings)),
                *insurance_work(insurance, metrics.discrepancies_overdue.set),
                deliver_to_partners(line),
                deliver_notifications(pool, sender),
                watch_loop(metrics),
                *keeping_up(settings),
                watch(),
            )
        )
        yield Running(f"http://{host}:{port}", context, ended, rooms)


async def _clock(pool: Pool, settings: Settings) -> Clock:
    ahead = timedelta()
    async with reading(pool) as connection:
        if settings.demonstration:
            ahead = await demonstration_clock.ahead(connection)
        signed = await log.latest_checkpoint(connection)
        return Clock(ahead, signed_until=None if signed is None else signed.at)


async def _context(
    stack: AsyncExitStack, settings: Settings, *, pool: Pool, clock: Clock, touched: Touches
) -> Context:
    trusted = settings.platform.trust_folder
    passwords = Passwords()
    stack.callback(passwords.close)
    keys = load_keys(
        settings.keys_folder,
        name=settings.platform.host_name,
        create=True,
        at=clock.now(),
        trust_folder=Path(trusted) if trusted else None,
    )
    return Context(
        pool=pool,
        now=clock.now,
        touched=touched,
        public_address=settings.public_address,
        blobs=Blobs(settings.folder / "blobs", free_bytes_min=settings.platform.free_bytes_min),
        intake=await stack.enter_async_context(writing_groups(pool, receipt_terms(settings, keys))),
        keys=keys,
        law=lambda tender, at: Law(rulebook_for(tender, at), holiday_calendar()),
        passwords=passwords,
        platform_name=settings.platform.name,
        trusted_proxies=frozenset(settings.server.trusted_proxies),
        demonstration=settings.demonstration,
        set_ahead=clock.set_ahead if settings.demonstration else None,
        log_interval_seconds=settings.log.interval_seconds,
        upload_bytes_max=settings.platform.upload_bytes_max,
        abandoned_hours=settings.platform.abandoned_hours,
        notifications=settings.notifications,
        ratings=settings.ratings,
        openings=settings.openings,
        ocid_prefix=settings.platform.ocid_prefix,
    )


def _touching(special: Mapping[UUID, PostgresBus], bus: PostgresBus) -> Touches:
    """What is no tender goes over a line of its own."""
    return lambda each: special.get(each, bus).touched(each)


def _rooms(
    context: Context, settings: Settings, bus: PostgresBus
) -> AbstractAsyncContextManager[RoomsContext]:
    return open_rooms(
        context.pool,
        bus,
        now=context.now,
        trust=Trust(context.keys.trusted_roots()),
        link_seed=read_or_make_seed(settings.folder / "link.key"),
        media=media_limits(settings.media),
    )


def _app(
    context: Context, settings: Settings, metrics: Metrics, **living: object
) -> web.Application:
    log_parts = LogParts(published_keys(settings, context.keys), stamper_of(settings, context.keys))
    parts = {"log_parts": log_parts, **living}
    token_file = settings.server.metrics_token_file
    token = read_secret(token_file) if token_file else ""
    app = make_edge(context, metrics, metrics_token=token)
    app.on_shutdown.append(context.bell.close)
    mount(app, DOORS, context, parts=parts)
    mount_document(app, document(DOORS, title=context.platform_name, version=VERSION, parts=parts))
    mount_pages(app, Path(__file__).parent / "web_dist")
    return app


@asynccontextmanager
async def demonstration(platform: Running, settings: Settings) -> AsyncIterator[None]:
    """Load the demonstration tender over the public API, say where to look, keep insurers open."""
    operator = json.loads(read_secret(str(settings.folder / "operator.json")))
    folder = settings.folder / "demonstration"
    account = (operator["login"], operator["password"])
    accounts = await load_demonstration(platform.address, *account, folder=folder)
    # By the public address: guarantors sign the address they post to.
    async with demonstration_insurers(settings.public_address, *account, folder=folder):
        lines = ["", f"  {settings.platform.name}  {settings.public_address}", ""]
        lines += [
            f"  {each.role:<18} {each.login:<24} {each.password:<26} {each.organization}"
            for each in accounts
        ]
        lines += [f"  {'operator':<18} {account[0]:<24} {account[1]}", "", "  Ctrl-C 停止"]
        print("\n".join(lines), flush=True)  # noqa: T201
        yield


async def serve(settings: Settings, *, load: bool) -> int:
    """Serve until a signal, or until a part has died (1)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(running(settings))
        if settings.demonstration:
            await ensure_operator(platform.context, settings.folder / "operator.json")
        settle()
        print(json.dumps({"ready": platform.address}), flush=True)  # noqa: T201
        tell_supervisor("READY=1")
        if load:
            await stack.enter_async_context(demonstration(platform, settings))
        waiting = [asyncio.create_task(each.wait()) for each in (stop, platform.ended)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        return int(platform.ended.is_set())


def main(arguments: list[str] | None = None) -> int:
    """The operator's commands. 0 when done, 1 with a sentence when refused."""
    parser = argparse.ArgumentParser(prog="kaibiao")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--until", default="")
    parser.add_argument("--processes", type=int, default=0)
    for flag in ("--demonstration", "--load", "--json", "--member"):
        parser.add_argument(flag, action="store_true")
    try:
        return _obey(parser.parse_args(arguments))
    except REFUSALS as error:
        print(f"kaibiao: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _obey(options: argparse.Namespace) -> int:
    if options.command == "doctor":
        return doctor(options.config, migrations=MIGRATIONS, as_json=options.json)
    settings = load_settings(options.config)
    if options.demonstration:
        settings = replace(settings, clock=replace(settings.clock, mode="demonstration"))
    if options.command in BACKUP_COMMANDS:
        asked = BackupAsked(options.command, options.until, options.json)
        return keep_safe(settings, asked, version=VERSION, migrations=MIGRATIONS)
    settings.folder.mkdir(parents=True, exist_ok=True)
    log_to(settings.folder / "server.log" if options.load else None)
    match options.command:
        case "serve" if options.processes:
            work = serve_group(settings, options.processes, _member_arguments(options))
        case "serve" if options.member:
            work = serve(as_member(settings, json.load(sys.stdin)), load=False)
        case "serve":
            work = serve(settings, load=options.load)
        case "migrate":
            work = migrate_database(settings, MIGRATIONS)
        case "verify-database":
            work = verify_stored(settings)
        case "keys":
            return show_keys(settings, at=datetime.now(UTC))
        case _:
            print(json.dumps(effective(settings), indent=2, ensure_ascii=False))  # noqa: T201
            return 0
    return _run(work)


def _member_arguments(options: argparse.Namespace) -> list[str]:
    arguments = ["-m", Path(__file__).stem, "serve", "--member"]
    arguments += ["--config", str(options.config)] if options.config else []
    return arguments + (["--demonstration"] if options.demonstration else [])


def _run(coroutine: Coroutine[None, None, int]) -> int:
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return asyncio.run(coroutine)
    return uvloop.run(coroutine)


if __name__ == "__main__":
    sys.exit(main())
