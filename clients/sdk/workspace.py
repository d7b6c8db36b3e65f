"""A workspace: the folder of one bid for one lot, and what the tool keeps in it.

`bid.toml` and the bidder's files are the bidder's. Everything in `.kaibiao/` is the tool's and is
written whole or not at all, so that a tool that was killed goes on where it stopped:

    lock             held while a command is at work
    login.json       which platform, as whom; the session's token
    platform-keys.json   the platform's published keys, as first seen or as given
    keys/            the organization's signing key, unless it lies elsewhere
    checked.json     what `prepare` looked at: every file with its digest
    bids/NNNN/       a sealed bid: containers, opening keys, record, signed manifest
    receipts/        what the platform has acknowledged
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clients.bid_sealing import RECORD, PreparedBid, load_prepared
from clients.bundling import PackedEnvelope, packed_from_json, packed_json
from clients.platform import Identity
from clients.sdk.plan import (
    PLAN,
    BidPlan,
    Subject,
    parse_plan,
    parse_subject,
    read_plan_text,
)
from clients.serving import write_private

STATE: Final = ".kaibiao"


class WorkspaceBusy(Exception):
    """Another command is at work in this workspace."""


class StepMissing(Exception):
    """Something has to be done first; the text is the command that does it."""


@dataclass(frozen=True, slots=True)
class Login:
    """As whom the workspace is logged in, and where.

    `keys` is the folder of the organization's signing key; `password_file`, where there is one,
    lets a session that has ended be begun again without a person.
    """

    address: str
    login: str
    token: str
    identity: Identity
    keys: str
    password_file: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What `prepare` has looked at. `plan` is the SHA-256 of bid.toml, lower hex."""

    plan: str
    packed: tuple[PackedEnvelope, ...]


class Workspace:
    """The folder of one bid; `.kaibiao` in it is made with mode 0700."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which exists."""
        self.folder = folder.absolute()
        self.state = self.folder / STATE
        self.state.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the workspace to oneself. Raises WorkspaceBusy.

        The system lets go of the lock when the process ends, however it ends.
        """
        descriptor = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WorkspaceBusy(str(self.folder)) from error
            yield
        finally:
            os.close(descriptor)

    @property
    def keys_file(self) -> Path:
        """The platform's published keys."""
        return self.state / "platform-keys.json"

    @property
    def keys_folder(self) -> Path:
        """Where the signing key lies when it was not given."""
        return self.state / "keys"

    @property
    def receipts(self) -> Path:
        """The folder of receipts."""
        return self.state / "receipts"

    @property
    def documents(self) -> Path:
        """The folder of the tender documents."""
        return self.folder / "documents"

    def clarification(self, number: int) -> Path:
        """Where a clarification is kept."""
        return self.documents / f"澄清-{number}.txt"

    def clarifications_read(self) -> int:
        """How many clarifications were downloaded."""
        return len([*self.documents.glob("澄清-*.txt")])

    def plan(self) -> BidPlan:
        """What bid.toml says. Raises StepMissing, PlanInvalid."""
        return parse_plan(self._plan_text(), self.folder)

    def subject(self) -> Subject:
        """What the bid is for. Raises StepMissing, PlanInvalid."""
        return parse_subject(self._plan_text())

    def plan_digest(self) -> str:
        """The SHA-256 of bid.toml, lower hex. Raises StepMissing."""
        return sha256(self._plan_text()).hexdigest()

    def save_login(self, login: Login) -> None:
        """Keep the session."""
        self._write("login.json", asdict(login))

    def login(self) -> Login:
        """The session. Raises StepMissing."""
        value = self._read("login.json", "login")
        who = value.pop("identity")
        for name in ("person_id", "organization_id"):
            who[name] = UUID(who[name])
        return Login(identity=Identity(**who), **value)

    def save_checked(self, checked: Checked) -> None:
        """Keep what was looked at."""
        value = {
            "plan": checked.plan,
            "packed": [packed_json(one) for one in checked.packed],
        }
        self._write("checked.json", value)

    def checked(self) -> Checked:
        """What `prepare` looked at last. Raises StepMissing."""
        value = self._read("checked.json", "prepare")
        packed = tuple(packed_from_json(one) for one in value["packed"])
        return Checked(value["plan"], packed)

    def bid_folder(self, counter: int) -> Path:
        """Where the sealed bid of that number lies."""
        return self.state / "bids" / f"{counter:04d}"

    def bids(self) -> list[PreparedBid]:
        """The sealed bids, oldest first; what is not whole is none."""
        records = sorted((self.state / "bids").glob(f"[0-9]*/{RECORD}"))
        whole = [record.parent for record in records if record.parent.name.isdecimal()]
        return [load_prepared(folder) for folder in whole]

    def latest(self) -> PreparedBid:
        """The sealed bid with the highest number. Raises StepMissing."""
        bids = self.bids()
        if not bids:
            raise StepMissing("seal")
        return bids[-1]

    def _plan_text(self) -> bytes:
        if not (self.folder / PLAN).exists():
            raise StepMissing("new")
        return read_plan_text(self.folder)

    def _write(self, name: str, value: dict[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
        write_private(self.state / name, text.encode())

    def _read(self, name: str, step: str) -> dict[str, Any]:
        file = self.state / name
        if not file.exists():
            raise StepMissing(step)
        value: dict[str, Any] = json.loads(file.read_bytes())
        return value
