"""What belongs to the operator: starts `server.py` by its module name."""

import importlib
import importlib.util
import sys
from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--config", type=FILE, help="Configuration file, TOML; without it var/.")
@click.option("--demonstration", is_flag=True, help="The clock may jump; everything says so.")
@click.option("--load", is_flag=True, help="Load a demonstration tender and show its accounts.")
@click.option("--processes", type=click.IntRange(1, 64), help="So many; SIGHUP exchanges them.")
def serve(config: Path | None, *, demonstration: bool, load: bool, processes: int | None) -> None:
    """Serve the platform until Ctrl-C."""
    if load and processes:
        raise click.UsageError("--load is for one process: --load or --processes")
    flags = ["--demonstration"] if demonstration else []
    flags += ["--load"] if load else []
    operate("serve", config, *flags, *(["--processes", str(processes)] if processes else []))


@click.command()
@click.option("--config", type=FILE)
def migrate(config: Path | None) -> None:
    """Apply what migrations are missing to the database."""
    operate("migrate", config)


@click.command("check-config")
@click.option("--config", type=FILE)
def check_config(config: Path | None) -> None:
    """Print the configuration in force."""
    operate("check-config", config)


@click.command()
@click.option("--config", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Everything that was checked, as JSON.")
def doctor(config: Path | None, *, as_json: bool) -> None:
    """Find what is wrong with an installation, and say what to do.

    Exit status: 0 all in order, 1 warnings, 2 errors. Run it as the platform's own user.
    """
    operate("doctor", config, *(["--json"] if as_json else []))


@click.command()
@click.option("--config", type=FILE)
def keys(config: Path | None) -> None:
    """Make the platform's keys if there are none, and show their public halves."""
    operate("keys", config)


@click.command()
@click.option("--config", type=FILE)
def backup(config: Path | None) -> None:
    """Copy database, stored bytes and sealed keys to `backups.folder`, while the platform serves.

    Run it as the platform's own user, from a timer. Older ones than `backups.keep` are removed.
    """
    operate("backup", config)


@click.command()
@click.option("--config", type=FILE, required=True, help="Of the platform to build; empty folder.")
@click.option("--until", metavar="INSTANT", default="", help="Not later than; UTC, as in receipts.")
def restore(config: Path, until: str) -> None:
    """Build the platform anew from `backups.folder`, as far as the WAL reaches, or to INSTANT.

    Put the keys back before it serves. Exit status 1: something that is spoken of is missing.
    """
    operate("restore", config, "--until", until)


@click.command("restore-drill")
@click.option("--config", type=FILE)
@click.option("--until", metavar="INSTANT", default="", help="Not later than; UTC, as in receipts.")
@click.option("--json", "as_json", is_flag=True)
def restore_drill(config: Path | None, until: str, *, as_json: bool) -> None:
    """Restore beside the platform that serves, verify every chain and digest, remove it again.

    Exit status 1: something does not hold. Needs room for a second database.
    """
    operate("restore-drill", config, "--until", until, *(["--json"] if as_json else []))


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"))
@click.option("--procedure", metavar="NAME", help="A short play of one of the procedures.")
@click.option("--ocds", type=FILE, help="Take the tender from an OCDS 1.1 release package.")
@click.option("--ocid", help="Which contracting process of the package.")
@click.option("--as-cny", is_flag=True, help="Take foreign figures as yuan.")
@click.option("--fast", is_flag=True, help="Small files.")
@click.option("--transcripts", is_flag=True, help="Keep what was said, without secrets.")
@click.option("--hybrid", is_flag=True, help="Seal in the suite with ML-KEM-768.")
@click.option("--gm", is_flag=True, help="Seal with SM2, SM3 and SM4: compatible, not certified.")
@click.option("--bidders", type=click.IntRange(1, 12), help="How many; with 1 or 2 it fails.")
@click.option("--sabotage", metavar="KIND", help="Somebody cheats; the verifier says who.")
def demo(
    folder: Path,
    procedure: str | None,
    ocds: Path | None,
    ocid: str | None,
    *,
    as_cny: bool,
    fast: bool,
    transcripts: bool,
    hybrid: bool,
    gm: bool,
    bidders: int | None,
    sabotage: str | None,
) -> None:
    """Play one whole tender, from notice to award, and keep the results in FOLDER.

    With --sabotage one bidder of five, two key holders or the operator cheats: wrong-record,
    false-shares, bad-records, bad-records-cleared, lying-holders, lying-holders-cleared,
    cut-payload, not-a-bundle, damaged. Exit status 4: the verifier has named who it was.
    """
    require_server()
    conductor = importlib.import_module("clients.demo.conductor")
    if procedure is not None and procedure not in conductor.SCRIPTS:
        raise click.BadParameter(f"one of {', '.join(conductor.SCRIPTS)}", param_hint="--procedure")
    if procedure is not None and ocds is not None:
        raise click.UsageError("a publication is played as open tendering, not with --procedure")
    cheating = importlib.import_module("clients.demo.cheating")
    suites = importlib.import_module("crypto.seal_suites")
    if (procedure or ocds) and (hybrid or gm or bidders or sabotage):
        said = "--hybrid, --gm, --bidders and --sabotage are for the whole play alone"
        raise click.UsageError(said)
    if hybrid and gm:
        raise click.UsageError("a tender has one suite: --hybrid or --gm")
    if sabotage is not None and sabotage not in list(cheating.Cheat):
        raise click.UsageError(f"--sabotage is one of: {', '.join(cheating.Cheat)}")
    if sabotage is not None and bidders is not None and bidders < cheating.CHEATING_BIDDER:
        raise click.UsageError(f"with --sabotage at least {cheating.CHEATING_BIDDER} bidders")
    options = conductor.DemoOptions(
        folder.absolute(),
        procedure=procedure,
        ocds=ocds,
        ocid=ocid,
        as_cny=as_cny,
        fast=fast,
        transcripts=transcripts,
        suite=(suites.GM if gm else suites.HYBRID if hybrid else suites.CLASSIC).name,
        bidding=bidders,
        cheat=cheating.Cheat(sabotage) if sabotage else None,
    )
    sys.exit(conductor.run(options))


def operate(command: str, config: Path | None, *flags: str) -> None:
    """Run `command` of `server.py` and end the process with its exit status."""
    require_server()
    arguments = [command, *(["--config", str(config)] if config else []), *flags]
    sys.exit(importlib.import_module("server").main(arguments))


def require_server() -> None:
    """Refuse where the platform's packages are not installed."""
    if importlib.util.find_spec("asyncpg") is None:
        raise click.ClickException("this needs the platform: install kaibiao[server]")
