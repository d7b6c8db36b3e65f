"""The one command `kaibiao`: which sub-command is in which module of `clients/commands`.

A module is imported when its command is asked for: a bidder's machine has no server packages, and
`--help` is quick.
"""

import importlib

import click

from crypto.errors import ProviderMissing

COMMANDS = {
    "age": ("age:age", "Seal and open ordinary age files."),
    "archive": ("archive:archive", "Keep an archive: the four tests, and its time stamps."),
    "backup": ("operating:backup", "Copy database, stored bytes and sealed keys."),
    "bid": ("bid:bid", "Prepare, seal, rehearse and submit a bid; unlock it at the opening."),
    "boq": ("boq:boq", "Check bills of quantities: what does not add up, what bids share."),
    "centre": ("centre:centre", "Partner centres, experts and fees, venues, without a browser."),
    "check-documents": (
        "documents:check_documents",
        "Check tender documents: forbidden clauses, contradicting terms, offline.",
    ),
    "check-config": ("operating:check_config", "Print the configuration in force."),
    "demo": ("operating:demo", "Play one whole tender, from notice to award."),
    "doctor": ("operating:doctor", "Find what is wrong with an installation, and what to do."),
    "export-ocds": ("importing:export_ocds", "Save what was published of a tender (OCDS)."),
    "import-ocds": ("importing:import_ocds", "Make draft tenders out of an OCDS release package."),
    "insurer": ("insurer:insurer", "Connect as an insurer or a bank: simulators, conformance run."),
    "keyholder": ("keyholder:keyholder", "Hold a key for a tender, and stand in at the opening."),
    "keys": ("operating:keys", "Make the platform's keys and show their public halves."),
    "migrate": ("operating:migrate", "Apply what migrations are missing to the database."),
    "receipt": ("verifying:receipt", "Receipts of submissions."),
    "score": ("score:score", "Score bids by an evaluation method, every step in words."),
    "restore": ("operating:restore", "Build the platform anew from its backups."),
    "restore-drill": ("operating:restore_drill", "Prove that a backup restores and verifies."),
    "rules": ("rules:rules", "Explain a rule, check a tender, compute a timetable, offline."),
    "serve": ("operating:serve", "Serve the platform until Ctrl-C."),
    "sign": ("sign:sign", "Sign a PDF, or a document of the platform, with one's own key."),
    "similarity": ("likeness:similarity", "Compare bids with one another: leads to collusion."),
    "site-link": ("site_link:site_link", "Join another centre's evaluation room as a guest site."),
    "tsa": ("tsa:tsa", "A time-stamping authority of one's own (RFC 3161)."),
    "verify": ("verifying:verify", "Recompute everything an archive says, offline."),
    "witness": ("witness:witness", "A witness of transparency logs, for whom the operator is not."),
}
"""The name of each sub-command, where it is, and its line in `kaibiao --help`."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(f"clients.commands.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ProviderMissing as error:  # what to install; no command can go on without it
            raise click.ClickException(str(error)) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Kaibiao 开标: electronic tendering and remote bid evaluation."""


if __name__ == "__main__":
    main()
