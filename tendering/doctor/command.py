"""What `kaibiao doctor` does: find the database, examine, print, and give an exit status."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tendering.doctor.examination import as_json as in_json
from tendering.doctor.examination import examine, in_words
from tendering.doctor.judgments import exit_status, refused_settings
from tendering.platform_clock import utc_now
from tendering.settings import Settings, SettingsRefused, load_settings
from tendering.storage.embedded_postgres import EmbeddedPostgresFailed, running_database


def doctor(config: Path | None, *, migrations: Sequence[tuple[str, Path]], as_json: bool) -> int:
    """Print the findings about an installation. 0: all in order, 1: warnings, 2: errors."""
    try:
        settings = load_settings(config)
    except SettingsRefused as error:
        findings = [refused_settings(str(error))]
    else:
        dsn = _database(settings)
        findings = asyncio.run(examine(settings, dsn, now=utc_now, migrations=migrations))
    print(in_json(findings) if as_json else in_words(findings))  # noqa: T201
    return exit_status(findings)


def _database(settings: Settings) -> str:
    """The application's address; empty where its file cannot be read, or no server runs."""
    try:
        if settings.database.dsn_file:
            return Path(settings.database.dsn_file).read_text("utf-8").strip()
        return running_database(settings.folder / "postgres")[1]
    except (OSError, ValueError, EmbeddedPostgresFailed):
        return ""
