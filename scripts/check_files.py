"""Files as they should be committed: not large, ending with one line feed, no conflict left in.

`python scripts/check_files.py FILE...`; prints what is wrong and exits 1. A hook before each
commit, and part of `make check` for all files.
"""

import sys
from pathlib import Path
from typing import Final

BYTES_MAX: Final = 500_000
_CONFLICT: Final = b"<" * 7 + b" "


def wrong_with(path: Path) -> str:
    """What is wrong with the file; empty when nothing is, or when it is gone."""
    if path.is_symlink() or not path.is_file():
        return ""
    content = path.read_bytes()
    if len(content) > BYTES_MAX:
        return f"has more than {BYTES_MAX:,} bytes"
    if not content or b"\0" in content:
        return ""
    if not content.endswith(b"\n") or content.endswith(b"\n\n"):
        return "does not end with one line feed"
    if any(line.startswith(_CONFLICT) for line in content.split(b"\n")):
        return "holds a conflict that was not resolved"
    return ""


def main(names: list[str]) -> int:
    """Check the named files."""
    found = [(name, wrong) for name in names if (wrong := wrong_with(Path(name)))]
    for name, wrong in found:
        print(f"{name} {wrong}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
