"""`kaibiao sign`: a PDF of one's own, or a document of the platform, with the key in the tool."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clients.archive_keeping import AuthorityRefused
from clients.authority_files import from_pem
from clients.commands.operating import FILE
from clients.document_signing import Document, DocumentSuspicious, sign_document
from clients.key_files import KeyFolder, Signer
from clients.pdf_signing import FileChanged, NoPdf, sign_file
from clients.platform import PlatformRefused, PlatformUnreachable, open_platform
from clients.sdk.entering import read_first_line
from crypto.errors import CryptoError

_TROUBLES = (
    AuthorityRefused,
    CryptoError,
    DocumentSuspicious,
    FileChanged,
    NoPdf,
    OSError,
    PlatformRefused,
    PlatformUnreachable,
    ValueError,
)


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--keys", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--passphrase-file", type=FILE, help="First line: the passphrase of the keys.")
@click.option("--tsa", help="Address of a time-stamping authority (RFC 3161).")
@click.option("--tsa-root", type=FILE, help="Its root certificate, PEM.")
@click.option("--reason", default="签署", show_default=True, help="What the signature is for.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--platform", help="Instead of FILE: address of the platform, https://…")
@click.option("--login", "name", help="With --platform: account name.")
@click.option("--password-file", type=FILE, help="With --platform: its first line.")
@click.option("--tender", type=click.UUID, help="With --platform: whose document.")
@click.option("--document", "kind", help="With --platform: its kind, such as contract.")
@click.option("--lot", default="", help="With --document: of which lot.")
def sign(file: Path | None, keys: Path, passphrase_file: Path | None, **options: Any) -> None:
    """Sign FILE.pdf on top of who signed before; a file that was changed since is refused.

    Writes FILE.signed.pdf. With --platform, --tender and --document, sign an issued document there.
    """
    try:
        passphrase = None if passphrase_file is None else read_first_line(passphrase_file)
        signer = KeyFolder(keys, passphrase).signer()
        if file is None:
            asyncio.run(_sign_there(signer, options))
        else:
            _sign_here(file, signer, options)
    except _TROUBLES as error:
        raise click.ClickException(str(error)) from error


def _sign_here(file: Path, signer: Signer, options: dict[str, Any]) -> None:
    if options["tsa"] is None or options["tsa_root"] is None:
        raise click.UsageError("a signature needs a time stamp: --tsa and --tsa-root")
    target: Path = options["output"] or file.with_suffix(".signed.pdf")
    count = asyncio.run(
        sign_file(
            file,
            target,
            signer,
            reason=options["reason"],
            authority=options["tsa"],
            root=from_pem(options["tsa_root"].read_bytes()),
        )
    )
    click.echo(f"{target}: 第 {count} 个签名 / signature no. {count}")


async def _sign_there(signer: Signer, options: dict[str, Any]) -> None:
    missing = [one for one in ("platform", "name", "tender", "kind") if not options[one]]
    if missing:
        raise click.UsageError("FILE, or --platform, --login, --tender and --document")
    secret = options["password_file"]
    password = read_first_line(secret) if secret else click.prompt("密码", hide_input=True)
    tender: UUID = options["tender"]
    async with open_platform(options["platform"]) as platform:
        await platform.log_in(options["name"], password)
        await sign_document(platform, signer, Document(tender, options["kind"], options["lot"]))
    click.echo("已签署 / signed")
