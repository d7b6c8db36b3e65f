"""What each party of the demonstration is told beforehand: its account, its part, its files."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from clients.demo.cast import (
    Player,
    bidders,
    expert_library,
    experts,
    fresh_password,
    key_holders,
)
from clients.demo.cheating import CHEATING_BIDDER, LIES, LYING_HOLDERS
from clients.demo.registering import Account, registration
from clients.demo.scripts import Script
from clients.demo.template import TenderPlan
from clients.serving import write_private

MEGABYTE: Final = 1_000_000
# Real files of 1 to 60 MB.
TECHNICAL_MEGABYTES: Final = (60, 3, 2, 8, 1, 4, 2, 1, 6, 3, 2, 5)
OTHER_MEGABYTES: Final = 1
FAST_BYTES: Final = 60_000
PRICES_PERMILLE: Final = (946, 921, 958, 933, 912, 965, 940, 927, 951, 918, 970, 936)
ACTING_HOLDERS: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A process to be started: its role, and its config."""

    name: str
    role: str
    login: str
    password: str
    facts: Mapping[str, Any]
    registration: Mapping[str, Any] | None = None

    def write(self, folder: Path, platform: str, *, transcript: bool) -> Path:
        """Write the config into a folder of the party's own; where it is."""
        own = folder / self.login
        own.parent.mkdir(mode=0o700, exist_ok=True)
        own.mkdir(mode=0o700, exist_ok=True)
        config = {
            "platform": platform,
            "name": self.name,
            "login": self.login,
            "password": self.password,
            "registration": self.registration,
            "folder": str(own),
            "facts": dict(self.facts),
            "transcript": transcript,
        }
        write_private(own / "config.json", json.dumps(config, ensure_ascii=False).encode())
        return own / "config.json"


@dataclass(frozen=True, slots=True)
class Enrollment:
    """Who may have a certificate of the outside authority, by login: name, code and secret."""

    login: str
    name: str
    uscc: str
    secret: str

    @property
    def holder(self) -> dict[str, str]:
        """What the authority is told: never the secret itself."""
        digest = hashlib.sha256(self.secret.encode()).hexdigest()
        return {"organization": self.name, "uscc": self.uscc, "secret_sha256": digest}


def enrollments() -> dict[str, Enrollment]:
    """Key holders and experts: the platform must not be able to certify either."""
    people = [(player.login, player.name, player.uscc) for player in key_holders()]
    # An expert's certificate names the person, and the library that answers for the person.
    people += [(expert.login, expert.name, expert_library().uscc) for expert in experts()]
    return {
        login: Enrollment(login, name, uscc, secrets.token_urlsafe(24))
        for login, name, uscc in people
    }


def parts(
    accounts: Mapping[str, Account],
    plan: TenderPlan,
    script: Script,
    *,
    enrolled: Mapping[str, Enrollment],
    authority: str,
) -> Iterator[Part]:
    """All parties, the procuring entity first. `authority` is the outside authority's address.

    Everybody knows the script's part that is his own, and no more.
    """
    holders = [accounts[player.login] for player in key_holders()]
    yield _part(
        accounts["entity"],
        "procuring_entity",
        {
            "plan": asdict(plan),
            "bidders": script.bidders,
            "agency_id": accounts["agency"].organization_id,
            "supervisor_id": accounts["supervisor"].organization_id,
            "key_holder_ids": [holder.organization_id for holder in holders],
        },
    )
    disputed = {"disputed": script.disputed}
    yield _part(accounts["agency"], "agency", disputed)
    yield _part(accounts["supervisor"], "supervisor", disputed)
    for number, holder in enumerate(holders, start=1):
        facts = {
            "authority": authority,
            "secret": enrolled[holder.login].secret,
            "number": number,
            "acts": script.cheat is not None or number <= ACTING_HOLDERS,
            "lies": script.cheat in LIES and number in LYING_HOLDERS,
        }
        yield _part(holder, "key_holder", facts)
    for number, player in enumerate(bidders(script.bidders), start=1):
        yield _bidder(number, player, script)
    for expert in experts():
        facts = {
            "authority": authority,
            "secret": enrolled[expert.login].secret,
            "rejects": script.rejected,
        }
        yield _part(accounts[expert.login], "expert", facts)


def _part(account: Account, role: str, facts: Mapping[str, Any]) -> Part:
    return Part(account.player.name, role, account.login, account.password, facts)


def _bidder(number: int, player: Player, script: Script) -> Part:
    password = fresh_password()
    technical = TECHNICAL_MEGABYTES[number - 1] * MEGABYTE
    other = OTHER_MEGABYTES * MEGABYTE
    fast = script.small_files
    facts = {
        "number": number,
        "part": script.parts.get(number, "plain"),
        "cheat": script.cheat if number == CHEATING_BIDDER else None,
        "asks": number == script.asking,
        "objects": script.disputed and number == 1,
        "complains": script.disputed and number == script.asking,
        "price_permille": PRICES_PERMILLE[number - 1],
        "duration_days": 480 - 3 * number,
        "objective": {
            "business-credit": f"{3 + number % 3 * 0.75:.2f}",
            "business-record": f"{number % 6:.2f}",
            "technical-response": f"{12 + number:.2f}",
        },
        "bytes": {
            "qualification": FAST_BYTES if fast else other,
            "technical": FAST_BYTES if fast else technical,
            "price": FAST_BYTES if fast else other,
        },
    }
    return Part(
        player.name, "bidder", player.login, password, facts, registration(player, password)
    )
