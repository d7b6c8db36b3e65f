"""`kaibiao bid`: a bid from an empty folder to its receipt, and its unlocking at the opening.

Exit status: 0 done; 1 refused, the sentence says why; 2 wrong usage; 3 not finished, the same
command goes on where it stopped; 4 submitted, but the proof is not complete yet.
"""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click

from clients.commands.bid_screen import Screen
from clients.commands.bid_words import TOLD, Exit, words
from clients.commands.operating import FILE
from clients.sdk.desk import BidStopped
from clients.sdk.entering import read_first_line
from clients.sdk.workspace import Workspace

PASSPHRASE_CHARACTERS_MIN: Final = 10


@click.group()
@click.option(
    "--workspace",
    "-w",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder of the bid; without it the current one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@click.pass_context
def bid(context: click.Context, workspace: Path, *, as_json: bool) -> None:
    """Prepare, seal, rehearse and submit a bid; follow it; unlock it at the opening.

    Exit status: 0 done; 1 refused; 2 wrong usage; 3 not finished, run the same command again;
    4 submitted, proof pending.
    """
    context.obj = (Screen(as_json), workspace)


passphrase_file = click.option(
    "--passphrase-file", type=FILE, help="File whose first line is the passphrase of the keys."
)


@bid.command()
@click.option("--platform", required=True, help="Address of the platform, https://…")
@click.option("--login", "name", required=True, help="Account name.")
@click.option("--password-file", type=FILE, help="File whose first line is the password.")
@click.option(
    "--keys",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the organization's signing key; without it one in the workspace.",
)
@click.option("--published-keys", type=FILE, help="The platform's keys, obtained beforehand.")
@click.option("--renew-keys", is_flag=True, help="Take the keys that the platform publishes now.")
@click.pass_obj
def login(obj: tuple[Screen, Path], /, platform: str, name: str, **options: Any) -> None:
    """Log in, and keep the session in the workspace."""
    file: Path | None = options.pop("password_file")
    password = read_first_line(file) if file else click.prompt("密码", hide_input=True)
    _run(obj, "enter", address=platform, login=name, password=password, file=file, **options)


@bid.command()
@passphrase_file
@click.pass_obj
def certify(obj: tuple[Screen, Path], passphrase_file: Path | None) -> None:
    """Make the organization's signing key, if there is none, and have it certified."""
    _run(obj, "certify", passphrase=_passphrase(passphrase_file, new=True))


@bid.command()
@click.option("--search", default="", help="Words of the title.")
@click.pass_obj
def tenders(obj: tuple[Screen, Path], search: str) -> None:
    """List the tenders that take bids."""
    _run(obj, "tenders", search=search)


@bid.command()
@click.argument("tender", type=click.UUID)
@click.option("--lot", default="1", show_default=True)
@click.pass_obj
def new(obj: tuple[Screen, Path], tender: UUID, lot: str) -> None:
    """Write a bid.toml for a lot of TENDER, to be filled in."""
    _run(obj, "new", tender_id=tender, lot=lot)


@bid.command()
@click.pass_obj
def documents(obj: tuple[Screen, Path]) -> None:
    """Download the tender documents and clarifications, and check them."""
    _run(obj, "documents")


@bid.command()
@click.option("--confirm", multiple=True, metavar="CODE", help="This finding is meant so.")
@click.option("--secure", is_flag=True, help="Order the bid security too, of the cheapest offer.")
@click.pass_obj
def prepare(obj: tuple[Screen, Path], confirm: tuple[str, ...], *, secure: bool) -> None:
    """Check every file and the opening form; say what is missing."""
    _run(obj, "prepare", confirmed=frozenset(confirm), secure=secure)


@bid.command()
@passphrase_file
@click.pass_obj
def seal(obj: tuple[Screen, Path], passphrase_file: Path | None) -> None:
    """Seal what was prepared, to fresh keys and the tender's key holders."""
    _run(obj, "seal", passphrase=_passphrase(passphrase_file, new=True))


@bid.command()
@passphrase_file
@click.option(
    "--hall",
    is_flag=True,
    help="Sign in and unlock on the platform with a test container, of which nothing is kept.",
)
@click.pass_obj
def rehearse(obj: tuple[Screen, Path], passphrase_file: Path | None, *, hall: bool) -> None:
    """Open one's own sealed bid and compare it with what went in; or rehearse the opening."""
    step = "rehearse_hall" if hall else "rehearse"
    _run(obj, step, passphrase=_passphrase(passphrase_file))


proof_seconds = click.option(
    "--proof-seconds",
    type=click.FloatRange(0, 3600),
    default=120.0,
    show_default=True,
    help="How long to wait for witnesses and time stamps.",
)
as_sealed = click.option(
    "--as-sealed", is_flag=True, help="Hand in what was sealed though files were changed since."
)


@bid.command()
@passphrase_file
@proof_seconds
@as_sealed
@click.pass_obj
def submit(obj: tuple[Screen, Path], /, passphrase_file: Path | None, **options: Any) -> None:
    """Upload the sealed bid and hand it in; again after anything, it goes on."""
    _run(obj, "submit", passphrase=_passphrase(passphrase_file), **options)


@bid.command()
@passphrase_file
@proof_seconds
@click.option("--confirm", multiple=True, metavar="CODE", help="This finding is meant so.")
@click.pass_obj
def replace(
    obj: tuple[Screen, Path],
    /,
    passphrase_file: Path | None,
    confirm: tuple[str, ...],
    **options: Any,
) -> None:
    """Prepare, seal, rehearse and submit once more: it takes the earlier bid's place."""
    passphrase = _passphrase(passphrase_file)
    _run(obj, "replace", passphrase=passphrase, confirmed=frozenset(confirm), **options)


@bid.command()
@click.pass_obj
def status(obj: tuple[Screen, Path]) -> None:
    """Say how far the bid is, and how much time there is."""
    _run(obj, "status")


@bid.command()
@passphrase_file
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def withdraw(obj: tuple[Screen, Path], passphrase_file: Path | None, *, yes: bool) -> None:
    """Take the bid back, before the deadline."""
    if not yes:
        click.confirm("确定撤回投标吗?", abort=True)
    _run(obj, "withdraw", passphrase=_passphrase(passphrase_file))


@bid.command("sign-in")
@click.pass_obj
def sign_in(obj: tuple[Screen, Path]) -> None:
    """Sign in (签到) before the opening."""
    _run(obj, "sign_in")


@bid.command()
@passphrase_file
@click.pass_obj
def unlock(obj: tuple[Screen, Path], passphrase_file: Path | None) -> None:
    """At the opening: send the file key of each container."""
    _run(obj, "unlock", passphrase=_passphrase(passphrase_file))


@bid.command()
@passphrase_file
@click.pass_obj
def contribute(obj: tuple[Screen, Path], passphrase_file: Path | None) -> None:
    """Where a coefficient is drawn: seal a random number, and open it when all are closed."""
    _run(obj, "contribute", passphrase=_passphrase(passphrase_file))


@bid.command()
@passphrase_file
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def clear(obj: tuple[Screen, Path], passphrase_file: Path | None, *, yes: bool) -> None:
    """Publish the file keys of a bid that did not open, to clear oneself of the fault."""
    if not yes:
        click.confirm("公布文件密钥后任何人都能读这份投标文件。继续吗?", abort=True)
    _run(obj, "clear", passphrase=_passphrase(passphrase_file))


@bid.command()
@click.pass_obj
def receipt(obj: tuple[Screen, Path]) -> None:
    """Verify the receipts in the workspace, offline. Others: kaibiao receipt verify."""
    _run(obj, "receipt")


def _run(obj: tuple[Screen, Path], step: str, **arguments: Any) -> None:
    """Do a step with the workspace to oneself, and end with its exit status."""
    steps = importlib.import_module("clients.commands.bid_steps")
    screen, folder = obj
    with _telling(screen):
        workspace = Workspace(folder)
        with workspace.held():
            done: Exit = asyncio.run(getattr(steps, step)(screen, workspace, **arguments))
        screen.finish(ok=done in {Exit.DONE, Exit.PROOF_PENDING})
        sys.exit(done)


@contextmanager
def _telling(screen: Screen) -> Iterator[None]:
    """Tell what stops a command in its sentence."""
    try:
        yield
    except KeyboardInterrupt:
        screen.say("已停止;进度已保存,再次运行同一命令即可继续")
        screen.finish(ok=False, code="stopped")
        sys.exit(Exit.UNFINISHED)
    except TOLD as error:
        stop = words(error)
        if isinstance(error, BidStopped):
            screen.findings(list(error.findings))
        screen.say(f"✗ {stop.text}")
        screen.finish(ok=False, code=stop.code, message=stop.text)
        sys.exit(stop.status)


def _passphrase(file: Path | None, *, new: bool = False) -> str:
    """The passphrase of the workspace's keys, from a file or a person."""
    if file is not None:
        try:
            passphrase = read_first_line(file)
        except (OSError, ValueError) as error:
            raise click.ClickException(str(error)) from error
    else:
        passphrase = click.prompt("密钥口令", hide_input=True, confirmation_prompt=new)
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise click.UsageError(f"口令至少 {PASSPHRASE_CHARACTERS_MIN} 个字符")
    return passphrase
