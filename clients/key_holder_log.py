"""A key holder's own record of every act: signed lines in a file, each bound to the one before.

It belongs to the key holder and not to the platform: whoever asks later what was unwrapped, when
and for whom, reads it here. An act is written before it is done; a line can be added but not
changed or left out without breaking the chain.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from clients.key_files import Signer
from crypto.canonical import JsonValue, canonical
from crypto.errors import CryptoError
from crypto.signing import SignedStatement, verify_statement
from tendering.domain.journal import instant, parse_instant

LABEL: Final = "kaibiao/key-holder-log/v1"
FIRST: Final = "00" * 32


class LogBroken(Exception):
    """The file is not a chain of lines signed by one key: a line was changed or left out."""


@dataclass(frozen=True, slots=True)
class KeyHolderLog:
    """The file `file`, written by `signer`."""

    file: Path
    signer: Signer

    def write(self, act: str, about: Mapping[str, JsonValue], *, at: datetime) -> None:
        """Add a line, durable on return. Raises LogBroken when the file does not hold."""
        earlier = read_lines(self.file)
        statement: dict[str, JsonValue] = {
            "seq": len(earlier) + 1,
            "at": instant(at),
            "act": act,
            "about": dict(about),
            "previous": FIRST if not earlier else sha256(earlier[-1]).hexdigest(),
        }
        line = canonical(self.signer.sign(LABEL, statement)) + b"\n"
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())


def read_lines(file: Path) -> list[bytes]:
    """The lines of a log, without their ends; none when there is no file. Raises LogBroken."""
    if not file.exists():
        return []
    content = file.read_bytes()
    if content and not content.endswith(b"\n"):
        raise LogBroken("the last line is cut short")
    return content.splitlines()


def read_log(file: Path, *, trusted_roots: Sequence[bytes]) -> list[dict[str, Any]]:
    """Every act with its time, each certificate checked at that time. LogBroken names the line."""
    acts: list[dict[str, Any]] = []
    previous, signer = FIRST, None
    for number, line in enumerate(read_lines(file), start=1):
        try:
            signed = SignedStatement.from_value(json.loads(line))
            said = signed.statement
            if not isinstance(said, dict):
                raise LogBroken(f"line {number} is no act")
            at = parse_instant(str(said.get("at")))
            verify_statement(signed, label=LABEL, trusted_roots=trusted_roots, at=at)
        except (CryptoError, ValueError) as error:
            raise LogBroken(f"line {number}: {error}") from error
        if (said.get("seq"), said.get("previous")) != (number, previous):
            raise LogBroken(f"line {number} does not follow the one before")
        if signer not in {None, signed.certificate}:
            raise LogBroken(f"line {number} is signed with another certificate")
        previous, signer = sha256(line).hexdigest(), signed.certificate
        acts.append(said)
    return acts
