"""One party of the demonstration as a process: its config in, its story played, its state told.

`python -m clients.demo.party ROLE --config FILE`. What it does is told on standard output, one JSON
object a line: `{"doing": text}` while it works or waits for the platform, `{"idle": text, "until":
instant or null, "looked_at": seconds}` each time it has looked and found nothing to do before that
instant or before somebody else acts, `{"done": text}` at the end.
"""

import argparse
import asyncio
import importlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from clients.demo.tender_failed import TenderFailed
from clients.journal_following import JournalFollower
from clients.key_files import KeyFolder
from clients.platform import Json, Platform, open_platform
from clients.transcript import Transcript
from tendering.domain.journal import Entry, instant

ROLES: Final = ("agency", "bidder", "expert", "key_holder", "procuring_entity", "supervisor")
LOOK_SECONDS: Final = 0.4
# How long the platform may take for something that is due.
PLATFORM_SECONDS_MAX: Final = 180.0
# A platform that is killed again and again is waited for.
PATIENCE_SECONDS: Final = 300.0
TRANSCRIPT: Final = "transcript.jsonl"

Found = TypeVar("Found")
Look = Callable[[], Awaitable[Found | None]]
# An instant, or what says which one it is now: a deadline may move while it is waited for.
Due = datetime | Callable[[], datetime]


class NothingHappened(Exception):
    """What was due did not happen in time."""


@dataclass(slots=True)
class Party:
    """A party at work. `facts` is what it was told beforehand about its own part."""

    name: str
    platform: Platform
    folder: Path
    facts: Json

    @property
    def keys(self) -> KeyFolder:
        """The party's own keys."""
        return KeyFolder(self.folder / "keys")

    def doing(self, text: str) -> None:
        """Say what the party does now."""
        _tell(doing=text)

    async def wait(self, text: str, look: Look[Found], *, due: Due | None = None) -> Found:
        """Look again and again until there is something; what was found.

        `due`: before this instant nothing can be found; None: another party must act first. Raises
        NothingHappened when the platform takes too long over what is due.
        """
        late_from: float | None = None
        while True:
            looked_at = time.monotonic()
            found = await look()
            if found is not None:
                self.doing(text)
                return found
            at = due() if callable(due) else due
            if at is None or await self.platform.clock() < at:
                until = None if at is None else instant(at)
                _tell(idle=text, until=until, looked_at=looked_at)
            elif late_from is None:
                late_from = looked_at
                self.doing(text)
            elif looked_at > late_from + PLATFORM_SECONDS_MAX:
                raise NothingHappened(text)
            await asyncio.sleep(LOOK_SECONDS)

    async def wait_for_platform(self, text: str, look: Look[Found]) -> Found:
        """Wait for something that the platform does by itself at once. Raises NothingHappened."""
        return await self.wait(text, look, due=await self.platform.clock())

    async def wait_for_entry(
        self,
        journal: JournalFollower,
        kind: str,
        text: str,
        *,
        due: Due | None = None,
        accepts: Callable[[Entry], bool] | None = None,
    ) -> Entry:
        """Wait until the journal holds an entry of that kind; the entry. Raises TenderFailed."""

        async def look() -> Entry | None:
            await journal.look()
            found = journal.find(kind, accepts)
            if found is None and journal.find("tender.failed") is not None:
                raise TenderFailed
            return found

        return await self.wait(text, look, due=due)

    async def wait_until(self, text: str, due: datetime) -> None:
        """Wait until the platform's clock shows an instant."""

        async def look() -> bool | None:
            return await self.platform.clock() >= due or None

        await self.wait(text, look, due=due)

    def write_letter(self, subject: str, **content: str) -> None:
        """Tell all other parties something that is not for the platform: by mail, so to speak."""
        _tell(letter=content, subject=subject)

    async def wait_for_letter(self, text: str, subject: str) -> Json:
        """Wait for what another party has written."""
        file = self.folder / letter_file(subject)

        async def look() -> Json | None:
            return await asyncio.to_thread(_read_letter, file)

        return await self.wait(text, look)


async def play(role: str, config: Json) -> None:
    """Log in and play the party's story to its end."""
    story: Callable[[Party], Awaitable[str]]
    story = importlib.import_module(f"clients.demo.parties.{role}").play
    folder = Path(config["folder"])
    async with open_platform(config["platform"], patience_seconds=PATIENCE_SECONDS) as platform:
        party = Party(config["name"], platform, folder, config["facts"])
        if config["transcript"]:
            platform.heard = Transcript(folder / TRANSCRIPT).heard
        party.doing("登录")
        if config["registration"] is not None:
            await platform.post("/organizations", config["registration"])
        await platform.log_in(config["login"], config["password"])
        try:
            done = await story(party)
        except TenderFailed:
            done = "招标失败"
        _tell(done=done)


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description="Play one party of the demonstration.")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--config", type=Path, required=True)
    options = parser.parse_args()
    config = json.loads(options.config.read_text())
    asyncio.run(play(options.role, config))


def letter_file(subject: str) -> str:
    """The file that a letter is delivered as."""
    return f"letter-{subject}.json"


def _tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _read_letter(file: Path) -> Json | None:
    if not file.exists():
        return None
    content: Json = json.loads(file.read_text())
    return content


if __name__ == "__main__":
    main()
