"""An opened container as files of a folder, the same wherever it is compared.

Names of files are the bidders'; on the disk they have a number of ours in front and no character
that could lead anywhere else.
"""

import re
from pathlib import Path
from typing import Final

from tendering.domain.bundle import BadBundle, read_bundle

PIECE_BYTES: Final = 1 << 20
NAME_MAX: Final = 60
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")


def unbundle(container: Path, folder: Path, kind: str) -> None:
    """Write the files of a bundle into `folder`; of what is no bundle none. Raises OSError."""
    with container.open("rb") as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        try:
            bundle = read_bundle(read_at, container.stat().st_size)
        except BadBundle:
            # It was opened and judged invalid; there are no files to compare.
            return
        for number, one in enumerate(bundle.files, start=1):
            file.seek(one.offset)
            left = one.size_bytes
            with (folder / f"{safe_name(kind)}-{number:04d}-{safe_name(one.name)}").open(
                "xb"
            ) as target:
                while left:
                    piece = file.read(min(left, PIECE_BYTES))
                    target.write(piece)
                    left -= len(piece)


def numbered_name(number: int, name: str) -> str:
    """What a tender document is called beside the others."""
    return f"{number:04d}-{safe_name(name)}"


def safe_name(name: str) -> str:
    """The end of a name, which has its suffix, without anything that means something to a disk."""
    return _NOT_A_NAME.sub("_", name)[-NAME_MAX:]
