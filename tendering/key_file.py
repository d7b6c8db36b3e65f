"""A secret of 32 random bytes in a file of its own: made when it is not there, whole and once."""

import os
import secrets
from pathlib import Path
from typing import Final

SEED_BYTES: Final = 32


def read_or_make_seed(file: Path) -> bytes:
    """The bytes in the file (hex), whoever else starts at the same time. Raises ValueError."""
    if not file.exists():
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_bytes(SEED_BYTES).hex() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            # A link never replaces what another process made meanwhile.
            file.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return bytes.fromhex(file.read_text("ascii"))
