"""A key holder's commands: certified once; a key for each tender, announced, used once, destroyed.

How to: docs/key-holders.md.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import click

from clients import enrolling
from clients.bidding import fetch_published_keys
from clients.certifying import CertificateDenied, certify_outside, certify_with_platform
from clients.commands.operating import FILE
from clients.draw_contributing import Contributor, NotSettled
from clients.draw_keeping import check_records, open_contributions
from clients.journal_following import JournalFollower
from clients.key_files import KeyFolder
from clients.key_holder_log import LogBroken, read_log
from clients.key_holding import LOG_FILE, KeyHolder, KeyMissing, NotYetPast, UnwrapRefused
from clients.key_replacements import tender_now
from clients.platform import Json, Platform, PlatformRefused, PlatformUnreachable, open_platform
from clients.sdk.entering import read_first_line
from clients.tender_facts import NoticeInvalid
from crypto.errors import CryptoError
from tendering.domain.journal import BrokenChain
from tendering.domain.published_keys import PublishedKeys, parse_published_keys
from tendering.domain.tender import Tender

PUBLISHED_KEYS = "platform-keys.json"
TROUBLES = (
    aiohttp.ClientError,
    BrokenChain,
    CertificateDenied,
    CryptoError,
    KeyMissing,
    LogBroken,
    NotSettled,
    NoticeInvalid,
    enrolling.NotEnrolled,
    OSError,
    PlatformRefused,
    PlatformUnreachable,
    TimeoutError,
    UnwrapRefused,
    ValueError,
)
Work = Callable[[KeyHolder], Awaitable[None]]


class NotYet(click.ClickException):
    """Others have not seen a deadline pass: the same command works a moment later."""

    exit_code = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the holder's keys are, and how to reach the platform."""

    folder: Path
    platform: str
    login: str
    password_file: Path | None
    passphrase_file: Path | None

    @property
    def keys(self) -> KeyFolder:
        """The folder of the keys, under the passphrase if there is one. Raises OSError."""
        file = self.passphrase_file
        return KeyFolder(self.folder, None if file is None else read_first_line(file))


@click.group()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keys and log.")
@click.option("--platform", default="", help="Address of the platform.")
@click.option("--login", default="", help="Account there.")
@click.option("--password-file", type=FILE, help="File that holds its password.")
@click.option("--passphrase-file", type=FILE, help="File with the passphrase of the keys.")
@click.pass_context
def keyholder(context: click.Context, /, **options: Any) -> None:
    """Hold a key for a tender: announce it, stand in at the opening, destroy it."""
    context.obj = Desk(**options)


@keyholder.command()
@click.option("--organization", required=True, help="Its name, as the account has it.")
@click.option("--uscc", required=True, help="Its unified social credit code.")
@click.pass_obj
def keygen(desk: Desk, organization: str, uscc: str) -> None:
    """Make the organization's signing key and a certificate request for an authority; offline."""
    with _telling():
        made = enrolling.prepare_request(desk.keys, organization=organization, uscc=uscc)
    click.echo(f"request:     {made.file}")
    click.echo(f"public key:  SHA-256 {made.fingerprint}")
    click.echo("Have it certified by an authority that the platform publishes, then: enroll")


@keyholder.command()
@click.option("--certificate", type=FILE, help="What an authority gave for the request, PEM.")
@click.option("--authority", help="Address of an authority that certifies at once.")
@click.option("--secret-file", type=FILE, help="File with what that authority gave beforehand.")
@click.option("--from-platform", is_flag=True, help="Have the platform's own authority certify.")
@click.pass_obj
def enroll(
    desk: Desk,
    *,
    certificate: Path | None,
    authority: str | None,
    secret_file: Path | None,
    from_platform: bool,
) -> None:
    """Keep the certificate of the signing key: from a FILE, an AUTHORITY, or the platform.

    It is checked as bidders will check it. Called again it finds the same key and certificate.
    """
    if [certificate is not None, authority is not None, from_platform].count(True) != 1:
        raise click.UsageError("name one of --certificate, --authority, --from-platform")
    if authority is not None and secret_file is None:
        raise click.UsageError("name the --secret-file that the authority asks for")

    async def work(platform: Platform, published: PublishedKeys) -> None:
        keys, at = desk.keys, await platform.clock()
        if certificate is not None:
            der, above = enrolling.read_certificates(certificate)
            signer = enrolling.keep_certificate(
                keys, der, above, published=published, me=platform.me, at=at
            )
        elif authority is not None and secret_file is not None:
            secret = read_first_line(secret_file)
            signer = await certify_outside(keys, platform, authority=authority, secret=secret)
        else:
            signer = await certify_with_platform(keys, platform)
        enrolling.require_believed(signer.certificate, published, at)
        told = keys.certificate
        click.echo(f"certified: {told.organization} ({told.uscc}), until {told.not_after:%Y-%m-%d}")
        click.echo(f"by:        {told.issuer}")
        if enrolling.is_operators(signer.certificate, published, at):
            click.echo(
                "! by the platform's own authority: whoever runs the platform could make key "
                "holders of its own. Take another authority for real tenders.",
                err=True,
            )

    _at_platform(desk, work)


@keyholder.command("list")
@click.pass_obj
def list_(desk: Desk) -> None:
    """The tenders of which you are a key holder; where your key is still missing, announce it."""

    async def work(holder: KeyHolder) -> None:
        for one in await holder.tenders():
            key = "announced" if one["announced"] else "MISSING"
            waiting = ", ".join(map(str, one["canaries"]))
            canaries = f"  OPEN CANARY {waiting}" if waiting else ""
            title = f"{one['title']}{canaries}"
            click.echo(f"{one['tender_id']}  {one['status']:<12} key {key:<9} {title}")

    _run(desk, work)


@keyholder.command()
@click.argument("tender", type=click.UUID)
@click.pass_obj
def announce(desk: Desk, tender: UUID) -> None:
    """Make a key for TENDER and announce it under your signature."""

    async def work(holder: KeyHolder) -> None:
        held = await _held(holder, tender)
        public_key = await holder.announce(tender, held["holder"])
        click.echo(f"announced as key holder {held['holder']}")
        click.echo(f"public key:  SHA-256 {sha256(public_key).hexdigest()}")
        click.echo(f"! keep a copy of {holder.key_file(tender)} elsewhere until it is destroyed")

    _run(desk, work)


@keyholder.command()
@click.argument("tender", type=click.UUID, required=False)
@click.pass_obj
def canary(desk: Desk, tender: UUID | None) -> None:
    """Open the canaries that wait for you, of TENDER or of all: it shows that your key works."""

    async def work(holder: KeyHolder) -> None:
        waiting = [one for one in await holder.tenders() if one["canaries"]]
        for one in waiting:
            if tender in {None, UUID(one["tender_id"])}:
                for number in await holder.open_canaries(UUID(one["tender_id"])):
                    click.echo(f"{one['tender_id']}  canary {number} opened")
        if not waiting:
            click.echo("no canary waits for you")

    _run(desk, work)


@keyholder.command()
@click.argument("tender", type=click.UUID)
@click.pass_obj
def unwrap(desk: Desk, tender: UUID) -> None:
    """Hand over your shares of what waits for them in TENDER: bids, and contributions to a draw.

    While contributions are being sealed, look at your record in each and say whether it is usable.
    """

    async def work(holder: KeyHolder) -> None:
        journal = JournalFollower(holder.platform, tender)
        await journal.look()
        published = _published(journal)
        for remedy in await holder.remedies(tender):
            is_open = await holder.give_shares(published, remedy)
            told = "open" if is_open else "not open yet"
            click.echo(f"lot {remedy.lot} {remedy.bidder_id}: {told}")
        if checked := await check_records(holder, published, journal):
            click.echo(f"draw: {checked} contributions looked at")
        if given := await open_contributions(holder, published, journal):
            click.echo(f"draw: shares of {given} contributions given")

    _run(desk, work)


@keyholder.command()
@click.argument("tender", type=click.UUID)
@click.pass_obj
def contribute(desk: Desk, tender: UUID) -> None:
    """Seal a contribution to the draw of TENDER; called again when all are closed, open it."""

    async def work(holder: KeyHolder) -> None:
        journal = JournalFollower(holder.platform, tender)
        await journal.look()
        published = _published(journal)
        contributor = Contributor(holder.platform, holder.signer, desk.folder)
        if journal.find("draw.contributions_closed") is None:
            await contributor.seal(published, journal)
            click.echo("sealed; call again when the contributions are closed")
            return
        await contributor.reveal(published, journal)
        click.echo("opened")

    _run(desk, work)


@keyholder.command()
@click.argument("tender", type=click.UUID)
@click.confirmation_option(prompt="Destroy the key for good?")
@click.pass_obj
def destroy(desk: Desk, tender: UUID) -> None:
    """Destroy your key for TENDER and state it under your signature."""

    async def work(holder: KeyHolder) -> None:
        held = await _held(holder, tender)
        await holder.destroy(tender, held["holder"])
        click.echo("destroyed")

    _run(desk, work)


@keyholder.command()
@click.pass_obj
def log(desk: Desk) -> None:
    """Check and show your own record of everything that you did."""
    with _telling():
        kept = json.loads((desk.folder / PUBLISHED_KEYS).read_text("utf-8"))
        roots = [one.root for one in parse_published_keys(kept).certifiers]
        for act in read_log(desk.folder / LOG_FILE, trusted_roots=roots):
            about = json.dumps(act["about"], ensure_ascii=False)
            click.echo(f"{act['seq']:>5}  {act['at']}  {act['act']:<16} {about}")


async def _held(holder: KeyHolder, tender: UUID) -> Json:
    for one in await holder.tenders():
        if one["tender_id"] == str(tender):
            return one
    raise click.ClickException("you are not a key holder of this tender")


def _published(journal: JournalFollower) -> Tender:
    notice = journal.find("tender.published")
    if notice is None:
        raise click.ClickException("the tender is not published")
    return tender_now(notice, journal.entries)


def _run(desk: Desk, work: Work) -> None:
    """Do a certified key holder's work."""

    async def at_desk(platform: Platform, published: PublishedKeys) -> None:
        keys = desk.keys
        if not keys.is_certified:
            raise enrolling.NotEnrolled("the signing key has no certificate yet: enroll")
        await work(KeyHolder(platform, keys.signer(), keys, published))

    _at_platform(desk, at_desk)


def _at_platform(desk: Desk, work: Callable[[Platform, PublishedKeys], Awaitable[None]]) -> None:
    """Log in, do the work, and say in one sentence why not."""
    if not (desk.platform and desk.login and desk.password_file):
        raise click.UsageError("name --platform, --login and --password-file")
    password = read_first_line(desk.password_file)

    async def play() -> None:
        desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = desk.folder / PUBLISHED_KEYS
        async with open_platform(desk.platform) as platform:
            await platform.log_in(desk.login, password)
            if kept.exists():
                published = parse_published_keys(json.loads(kept.read_text("utf-8")))
            else:
                published = await fetch_published_keys(platform, kept)
            await work(platform, published)

    with _telling():
        asyncio.run(play())


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except NotYetPast as error:
        raise NotYet(f"{error}; nothing is lost, run it again in a moment") from error
    except TROUBLES as error:
        raise click.ClickException(str(error) or type(error).__name__) from error
