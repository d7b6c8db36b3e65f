"""What journeys share: a folder that the database's own user can enter."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder of the test's own. Below pytest's, which are private, no other user may pass."""
    folder = Path(tempfile.mkdtemp(prefix="kaibiao-journey-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
