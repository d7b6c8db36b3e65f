"""One demonstration tender for a platform that just serves: `kaibiao serve --demonstration`.

Over the public API, as everything here: the cast is registered, key holders announce, and one
tender with two documents is published and open for bids. Started again, it finds what is there.
`python -m clients.demo.loading --platform URL --login LOGIN --password-file FILE`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from clients.bidding import fetch_published_keys
from clients.certifying import certify_with_platform
from clients.demo.cast import (
    Player,
    agency,
    bidders,
    expert_library,
    experts,
    fresh_password,
    insurers,
    key_holders,
    procuring_entity,
    supervisor,
    venue_operator,
)
from clients.demo.insuring import start_insurers
from clients.demo.parties.agency import publish, put_documents
from clients.demo.processes import Stage
from clients.demo.registering import Account, register_experts, register_players
from clients.demo.setting import free_ports
from clients.demo.template import plan_of_template, tender_body
from clients.key_files import KeyFolder
from clients.key_holding import KeyHolder
from clients.platform import Platform, open_platform
from clients.serving import write_private

BIDDERS: Final = 3
PORTS: Final = "insurers.json"
PASSWORDS: Final = "demonstration-passwords.json"


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """An account that a visitor may use."""

    login: str
    password: str
    role: str
    organization: str


async def load_demonstration(
    platform: str, operator_login: str, operator_password: str, *, folder: Path
) -> list[DemonstrationAccount]:
    """Load the platform at this address with one tender, unless it has one; the accounts.

    `folder` keeps passwords and the parties' keys between starts. Raises PlatformRefused.
    """
    passwords = await asyncio.to_thread(_passwords, folder)
    async with open_platform(platform) as operator:
        await operator.log_in(operator_login, operator_password)
        accounts = await _register(operator, passwords)
        if not (await operator.get("/tenders", {"limit": 1}))["items"]:
            await _publish(platform, accounts, folder)
    return [_shown(account) for account in accounts.values()]


@asynccontextmanager
async def demonstration_insurers(
    platform: str, operator_login: str, operator_password: str, *, folder: Path
) -> AsyncIterator[None]:
    """Let two insurers serve the platform while the block runs, at the same ports at every start.

    Without them nobody gets the bid security that the tender asks for. `folder` as above. Raises
    ProcessFailed, PlatformRefused.
    """
    passwords = await asyncio.to_thread(_passwords, folder)
    ports = await asyncio.to_thread(_ports, folder)
    async with Stage(folder / "logs", folder / "processes.json") as stage:
        async with open_platform(platform) as operator:
            await operator.log_in(operator_login, operator_password)
            known = passwords.__getitem__
            accounts = await register_players(operator, insurers(), passwords=known)
            sureties = [accounts[player.login] for player in insurers()]
            await start_insurers(stage, folder, operator, sureties, ports=ports)
        yield


def _ports(folder: Path) -> list[int]:
    """The insurers' ports, chosen once: the platform knows them by their addresses."""
    stored = folder / PORTS
    if not stored.exists():
        write_private(stored, json.dumps(free_ports(len(insurers()))).encode())
    read: list[int] = json.loads(stored.read_text())
    return read


def _passwords(folder: Path) -> dict[str, str]:
    """The accounts' passwords, made before the first start: a start that died is begun again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stored = folder / PASSWORDS
    known: dict[str, str] = json.loads(stored.read_text()) if stored.exists() else {}
    players = [*_operators_players(), expert_library(), *bidders(BIDDERS)]
    logins = [player.login for player in players] + [one.login for one in experts()]
    # A folder of an earlier release may not know everybody who plays now.
    missing = {login: fresh_password() for login in logins if login not in known}
    if missing:
        known |= missing
        write_private(stored, json.dumps(known, indent=1).encode())
    return known


def _operators_players() -> list[Player]:
    return [
        procuring_entity(),
        agency(),
        supervisor(),
        *key_holders(),
        *insurers(),
        venue_operator(),
    ]


async def _register(operator: Platform, passwords: Mapping[str, str]) -> dict[str, Account]:
    known = passwords.__getitem__
    accounts = await register_players(operator, _operators_players(), passwords=known)
    accounts |= await register_experts(operator, list(experts()), passwords=known)
    async with open_platform(operator.address) as anybody:
        accounts |= await register_players(anybody, bidders(BIDDERS), passwords=known)
    return accounts


async def _publish(platform: str, accounts: dict[str, Account], folder: Path) -> None:
    holders = [accounts[player.login] for player in key_holders()]
    async with open_platform(platform) as line:
        await _enter(line, accounts["entity"])
        body = tender_body(
            plan_of_template(),
            now=await line.clock(),
            agency_id=accounts["agency"].organization_id,
            supervisor_id=accounts["supervisor"].organization_id,
            key_holder_ids=[holder.organization_id for holder in holders],
        )
        draft = await line.post("/tenders", body)
    for number, holder in enumerate(holders, start=1):
        async with open_platform(platform) as line:
            await _enter(line, holder)
            keys = KeyFolder(folder / holder.login)
            signer = await certify_with_platform(keys, line)
            published = await fetch_published_keys(line, keys.folder / "platform-keys.json")
            await KeyHolder(line, signer, keys, published).announce(draft["id"], number)
    async with open_platform(platform) as line:
        await _enter(line, accounts["agency"])
        signer = await certify_with_platform(KeyFolder(folder / "agency"), line)
        with tempfile.TemporaryDirectory() as made:
            await put_documents(line, draft["id"], Path(made))
        await publish(line, signer, draft["id"])


async def _enter(line: Platform, account: Account) -> None:
    await line.log_in(account.login, account.password)


def _shown(account: Account) -> DemonstrationAccount:
    player = account.player
    role = player.role if isinstance(player, Player) else "expert"
    return DemonstrationAccount(account.login, account.password, str(role), player.name)


def _lines(accounts: Sequence[DemonstrationAccount]) -> str:
    return "".join(json.dumps(asdict(account), ensure_ascii=False) + "\n" for account in accounts)


def main() -> None:
    """Read the command line, load, and print one account a line as JSON."""
    parser = argparse.ArgumentParser(description="Load a platform with a demonstration tender.")
    parser.add_argument("--platform", required=True, help="scheme, host and port")
    parser.add_argument("--login", required=True, help="the operator's login")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="keeps passwords and keys")
    options = parser.parse_args()
    accounts = asyncio.run(
        load_demonstration(
            options.platform,
            options.login,
            options.password_file.read_text().strip(),
            folder=options.folder,
        )
    )
    sys.stdout.write(_lines(accounts))


if __name__ == "__main__":
    main()
