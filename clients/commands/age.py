"""Ordinary age files with the same code that seals bids, for anybody's files and test vectors.

What opens is checked before it is written; a file appears whole or not at all. Each way to fail has
an exit code of its own (`EXIT_CODES`), and a sentence on standard error.
"""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import click

from crypto.age_file import open_plain, seal_plain
from crypto.errors import (
    BadArmor,
    BadHeader,
    BadKey,
    BadMac,
    BadPayload,
    CryptoError,
    NoMatchingIdentity,
    PassphraseOnly,
)
from crypto.opening_keys import (
    AnyOpeningKey,
    generate_hybrid_key,
    generate_opening_key,
    read_identity,
)

EXIT_CODES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (OSError, 1),
    (BadKey, 2),
    (BadArmor, 8),
    (BadHeader, 3),
    (PassphraseOnly, 5),
    (NoMatchingIdentity, 4),
    (BadMac, 6),
    (BadPayload, 7),
)
"""The first that fits: a special case stands before the general one."""

IDENTITY_FILE_BYTES_MAX: Final = 1 << 20
IDENTITIES_MAX: Final = 256
STANDARD = Path("-")

FILE = click.Path(path_type=Path)
PATH = click.Path(path_type=Path, allow_dash=True)


@click.group()
def age() -> None:
    """Seal and open ordinary age files (X25519 and MLKEM768-X25519; no passphrases)."""


@age.command()
@click.option("-o", "--output", type=PATH, help="Write the identity here; never over a file.")
@click.option("--hybrid", is_flag=True, help="Safe against quantum computers too (age 1.3).")
def keygen(output: Path | None, *, hybrid: bool) -> None:
    """Make an identity; its public half is the recipient that others seal to."""
    key: AnyOpeningKey = generate_hybrid_key() if hybrid else generate_opening_key()
    text = f"# public key: {key.recipient}\n{key.identity}\n"
    with _failing():
        if output is None or output == STANDARD:
            click.echo(text, nl=False)
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(output, flags, 0o600), "w", encoding="ascii") as file:
            file.write(text)
    click.echo(f"Public key: {key.recipient}", err=True)


@age.command()
@click.option("-r", "--recipient", "recipients", multiple=True, required=True, metavar="RECIPIENT")
@click.option("-o", "--output", type=PATH, help="Write here instead of to standard output.")
@click.argument("file", type=PATH, default=STANDARD)
def seal(recipients: Sequence[str], output: Path | None, file: Path) -> None:
    """Seal FILE, or standard input, for every RECIPIENT (age1…, or age1pq1…)."""
    with _failing(), _target(output) as target:
        if not isinstance(target, Path) and target.isatty():
            raise BadKey("a sealed file is not for a terminal: use -o, or send it elsewhere")
        seal_plain(_source(file), target, recipients)


@age.command("open")
@click.option("-i", "--identity", "identity_files", multiple=True, required=True, type=FILE)
@click.option("-o", "--output", type=PATH, help="Write here instead of to standard output.")
@click.argument("file", type=PATH, default=STANDARD)
def open_(identity_files: Sequence[Path], output: Path | None, file: Path) -> None:
    """Open FILE, or standard input, with the identities of a file like `age-keygen` makes.

    Exit codes: 1 a file cannot be read or written, 2 wrong use or a malformed key, 3 not an age
    file or a malformed header, 4 none of the identities opens it, 5 sealed with a passphrase, 6 the
    header was altered, 7 the content was altered or cut, 8 malformed armor.
    """
    with _failing():
        identities = [key for path in identity_files for key in read_identities(path)]
        with _target(output) as target:
            try:
                open_plain(_source(file), target, identities)
            except BadPayload as error:
                if isinstance(target, Path):
                    raise
                note = "what was written is not the whole content"
                raise BadPayload(f"{error}; {note}") from error


def read_identities(path: Path) -> list[AnyOpeningKey]:
    """The identities in a file: one a line, `#` begins a comment. Raises OSError, BadKey."""
    with path.open("rb") as file:
        data = file.read(IDENTITY_FILE_BYTES_MAX + 1)
    if len(data) > IDENTITY_FILE_BYTES_MAX:
        raise BadKey(f"{path}: too long for a file of identities")
    if data.startswith((b"age-encryption.org/", b"-----BEGIN AGE")):
        raise BadKey(f"{path}: itself sealed; open it first")
    keys = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        if text := line.strip():
            if text.startswith("#"):
                continue
            try:
                keys.append(read_identity(text))
            except BadKey as error:
                raise BadKey(f"{path}, line {number}: {error}") from error
    if not 0 < len(keys) <= IDENTITIES_MAX:
        raise BadKey(f"{path}: not 1 to {IDENTITIES_MAX} identities")
    return keys


def _source(file: Path) -> BinaryIO | Path:
    if file != STANDARD:
        return file
    if sys.stdin is None:
        raise OSError("there is no standard input")
    return sys.stdin.buffer


@contextmanager
def _target(output: Path | None) -> Iterator[BinaryIO | Path]:
    if output is not None and output != STANDARD:
        if not output.exists() or stat.S_ISREG(output.stat().st_mode):
            yield output
            return
        with output.open("wb", buffering=0) as device:  # a named pipe, too, is not replaced
            yield device
        return
    if sys.stdout is None:
        raise OSError("there is no standard output")
    try:
        yield sys.stdout.buffer
    finally:
        sys.stdout.buffer.flush()  # now, so that a full disk is noticed


@contextmanager
def _failing() -> Iterator[None]:
    """End the program with the exit code of what went wrong."""
    try:
        yield
    except BrokenPipeError:
        # The reader has gone; the interpreter would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (CryptoError, OSError) as error:
        click.echo(f"kaibiao age: {error}", err=True)
        sys.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))
