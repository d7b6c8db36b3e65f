"""What we publish, by the validator of those who read open contracting data: a program beside ours.

It is given the standard as a file; without network it can validate releases, not records, whose
schema it would fetch. Those are held against the standard's schema in the unit tests.
"""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.support.open_data import packages
from tests.support.postgres import ROOT
from tests.support.public_stream import whole

VALIDATOR: Final = ROOT / ".venv/open-data/bin/libcoveocds"
SECONDS: Final = 120


def validated(package: bytes, folder: Path, standard: Path) -> dict[str, Any]:
    """What the validator says of a package."""
    file = folder / "package.json"
    file.write_bytes(package)
    done = subprocess.run(
        [VALIDATOR, "--standard-zip", standard, "-d", "-o", folder / "out", file],
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_whole_play_has_no_error_by_the_validator(shared_data: Path, tmp_path: Path) -> None:
    standard = shared_data / "ocds" / "standard-1__1__5.zip"
    package = packages(whole())["release"]
    broken = json.loads(package)
    broken["releases"][0]["tender"]["status"] = 7

    told = validated(package, tmp_path, standard)
    told_of_broken = validated(json.dumps(broken).encode(), tmp_path, standard)

    assert (told["version_used"], told["validation_errors"]) == ("1.1", [])
    assert told_of_broken["validation_errors"] != []
