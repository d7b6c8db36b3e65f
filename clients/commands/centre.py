"""`kaibiao centre`: what who runs a centre does without a browser, and hosts and experts with it.

Answers are printed as JSON. docs/operating/centre.md.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clients import expert_files, partners, sharing, venues
from clients.commands.operating import FILE
from clients.platform import Json, Platform, PlatformRefused, PlatformUnreachable, open_platform
from clients.sdk.entering import read_first_line

_TROUBLES = (
    PlatformRefused,
    PlatformUnreachable,
    expert_files.ExpertFileRefused,
    OSError,
    ValueError,
)
Work = Callable[[Platform], Awaitable[Any]]


def _instant(text: str) -> datetime:
    """An instant with its offset from UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("an instant is expected, such as 2026-12-01T09:00+08:00") from None
    if found.tzinfo is None:
        raise click.BadParameter("the offset is missing, such as +08:00")
    return found


def _need(text: str) -> Json:
    """Experts that are asked for, of a speciality and region, and how many seats."""
    speciality, _, rest = text.partition(":")
    region, _, seats = rest.partition(":")
    if not (speciality and region and seats.isdecimal()):
        raise click.BadParameter("speciality:region:seats is expected, such as A08:510300:2")
    return {"speciality": speciality, "region": region, "seats": int(seats)}


@dataclass(frozen=True, slots=True)
class Desk:
    """How to reach the platform, and as whom."""

    platform: str
    login: str
    password_file: Path
    role: str | None

    def do(self, work: Work) -> Any:
        """Log in, do something, print the answer, and return it."""
        try:
            answer = asyncio.run(self._done(work))
        except _TROUBLES as error:
            raise click.ClickException(str(error)) from error
        if answer is not None:
            click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
        return answer

    async def _done(self, work: Work) -> Any:
        async with open_platform(self.platform) as platform:
            await platform.log_in(self.login, read_first_line(self.password_file), self.role)
            return await work(platform)


BEGINS = click.option("--from", "begins_at", type=_instant, metavar="INSTANT", required=True)
ENDS = click.option("--until", "ends_at", type=_instant, metavar="INSTANT", required=True)
REASON = click.option("--reason", required=True, help="Goes on record.")


@click.group()
@click.option("--platform", required=True, help="Address of the platform: scheme, host, port.")
@click.option("--login", required=True, help="Account there.")
@click.option("--password-file", type=FILE, required=True, help="File that holds its password.")
@click.option("--role", help="In which role, where the account has several.")
@click.pass_context
def centre(context: click.Context, /, **options: Any) -> None:
    """Partner centres, experts and their fees, venues and bookings."""
    context.obj = Desk(**options)


@centre.command("partner-key")
@click.pass_obj
def partner_key(desk: Desk) -> None:
    """Print the key by which partners verify what this platform sends."""
    desk.do(partners.platform_key)


@centre.command("partners")
@click.pass_obj
def list_partners(desk: Desk) -> None:
    """List the partner centres."""
    desk.do(partners.list_partners)


@centre.command("add-partner")
@click.argument("organization", type=click.UUID)
@click.argument("address")
@click.argument("key")
@click.pass_obj
def add_partner(desk: Desk, organization: UUID, address: str, key: str) -> None:
    """Make a centre's platform known: its ADDRESS and KEY, told by another way than that line."""
    desk.do(lambda line: partners.register_partner(line, organization, address, key))


@centre.command()
@click.argument("partner", type=click.UUID)
@BEGINS
@ENDS
@click.pass_obj
def free(desk: Desk, partner: UUID, begins_at: datetime, ends_at: datetime) -> None:
    """Ask what a partner's venues have free all of a time."""
    desk.do(lambda line: partners.ask_free(line, partner, begins_at=begins_at, ends_at=ends_at))


@centre.command()
@click.argument("partner", type=click.UUID)
@click.pass_obj
def messages(desk: Desk, partner: UUID) -> None:
    """List the last messages with a partner; dead_at tells what was given up."""
    desk.do(lambda line: partners.list_messages(line, partner))


@centre.command()
@click.argument("partner", type=click.UUID)
@click.argument("message", type=click.UUID)
@click.pass_obj
def resend(desk: Desk, partner: UUID, message: UUID) -> None:
    """Send a message again that was given up."""
    desk.do(lambda line: partners.resend(line, partner, message))


@centre.command("ask-experts")
@click.argument("tender", type=click.UUID)
@click.argument("partner", type=click.UUID)
@click.option(
    "--need", "needs", type=_need, metavar="SPECIALITY:REGION:SEATS", multiple=True, required=True
)
@click.pass_obj
def ask_experts(desk: Desk, tender: UUID, partner: UUID, needs: Sequence[Json]) -> None:
    """Ask a partner to share experts for a tender (host)."""
    desk.do(lambda line: sharing.request_experts(line, tender, partner, needs))


@centre.command("asked-experts")
@click.argument("tender", type=click.UUID)
@click.pass_obj
def asked_experts(desk: Desk, tender: UUID) -> None:
    """List what was asked for a tender, and how many places were offered (host)."""
    desk.do(lambda line: sharing.list_requests(line, tender))


@centre.command()
@click.pass_obj
def shares(desk: Desk) -> None:
    """List what partners ask of this centre's experts."""
    desk.do(sharing.list_shares)


@centre.command()
@click.argument("share_id", metavar="SHARE", type=click.UUID)
@click.option("--refuse", metavar="REASON", default="", help="Share nobody, and say why.")
@click.pass_obj
def share(desk: Desk, share_id: UUID, refuse: str) -> None:
    """Offer a partner everybody who fits, or nobody."""
    desk.do(lambda line: sharing.answer_share(line, share_id, share=not refuse, reason=refuse))


@centre.command("shared-seats")
@click.pass_obj
def shared_seats(desk: Desk) -> None:
    """List one's seats at other centres (expert)."""
    desk.do(sharing.list_shared_seats)


@centre.command("answer-seat")
@click.argument("share_id", metavar="SHARE", type=click.UUID)
@click.argument("place", type=click.IntRange(0))
@click.option("--new-password-file", type=FILE, help="Come; the password for the other platform.")
@click.option("--decline", metavar="REASON", default="", help="Do not come, and say why.")
@click.pass_obj
def answer_seat(
    desk: Desk, share_id: UUID, place: int, new_password_file: Path | None, decline: str
) -> None:
    """Come to a seat at another centre, or do not (expert)."""
    if (new_password_file is None) is not bool(decline):
        raise click.UsageError("either --new-password-file or --decline")
    password = None if new_password_file is None else read_first_line(new_password_file)
    desk.do(
        lambda line: sharing.answer_shared_seat(
            line, share_id, place, accept=not decline, reason=decline, password=password
        )
    )


@centre.command("import-experts")
@click.argument("file", type=FILE)
@click.option("--check-only", is_flag=True, help="Take nobody.")
@click.pass_context
def import_experts(context: click.Context, file: Path, *, check_only: bool) -> None:
    """Bring a list of experts, CSV or XLSX, into the pool. Exit status 1: rows were refused."""
    answer = context.obj.do(
        lambda line: expert_files.import_experts(line, file, check_only=check_only)
    )
    context.exit(1 if answer["refused"] else 0)


@centre.command()
@click.argument("tender", type=click.UUID)
@click.argument("seat", type=click.IntRange(1))
@BEGINS
@ENDS
@click.pass_obj
def fee(desk: Desk, tender: UUID, seat: int, begins_at: datetime, ends_at: datetime) -> None:
    """State from when until when who sits on a seat has worked (host), once."""
    desk.do(lambda line: venues.state_fee(line, tender, seat, begins_at=begins_at, ends_at=ends_at))


@centre.command()
@click.option("--tender", type=click.UUID, help="Of a tender (host, supervisor); else one's own.")
@click.pass_obj
def fees(desk: Desk, tender: UUID | None) -> None:
    """List statements of fees."""
    desk.do(lambda line: venues.list_fees(line, tender))


@centre.command()
@click.pass_obj
def bookings(desk: Desk) -> None:
    """List the bookings of one's venues."""
    desk.do(venues.list_bookings)


@centre.command("answer-booking")
@click.argument("booking", type=click.UUID)
@click.argument("step", type=click.Choice(["confirm", "decline", "fail"]))
@REASON
@click.pass_obj
def answer_booking(desk: Desk, booking: UUID, step: str, reason: str) -> None:
    """Confirm, decline or fail a booking of one's venue."""
    desk.do(lambda line: venues.answer_booking(line, booking, step, reason))


@centre.command("set-up-workstation")
@click.argument("venue", type=click.UUID)
@click.argument("room")
@click.argument("label")
@click.option("--token-file", type=click.Path(path_type=Path), required=True)
@click.pass_obj
def set_up_workstation(desk: Desk, venue: UUID, room: str, label: str, token_file: Path) -> None:
    """Make this machine a workstation of a venue; its token goes into a private file."""
    desk.do(lambda line: venues.set_up_workstation(line, venue, room, label, token_file))


@centre.command()
@click.argument("workstation", type=click.UUID)
@REASON
@click.pass_obj
def withdraw(desk: Desk, workstation: UUID, reason: str) -> None:
    """Let who works at a workstation of one's venue work no longer."""
    desk.do(lambda line: venues.withdraw(line, workstation, reason))
