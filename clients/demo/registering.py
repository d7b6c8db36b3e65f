"""The operator's part before the play: accounts for all who need the operator's word, and experts.

Bidders register themselves. Everything goes over the public API.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from clients.demo.cast import (
    SPECIALITY,
    ExpertPlayer,
    Player,
    code,
    expert_library,
)
from clients.platform import Platform, PlatformRefused, open_platform

PARALLEL_MAX: Final = 3
EXPERIENCE_YEARS: Final = 15
APPOINTED: Final = timedelta(days=730)


# The password of the account with this login.
Passwords = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demonstration."""

    player: Player | ExpertPlayer
    login: str
    password: str
    organization_id: str
    person_id: str


async def register_players(
    operator: Platform, players: list[Player], *, passwords: Passwords
) -> dict[str, Account]:
    """Register organizations in their roles; accounts by the players' logins.

    The same once more, with the same passwords, finds what is there.
    """
    alone = asyncio.Semaphore(PARALLEL_MAX)

    async def register(player: Player) -> Account:
        async with alone:
            password = passwords(player.login)
            answer = await operator.post("/organizations", registration(player, password))
        return Account(
            player, player.login, password, answer["organization_id"], answer["person_id"]
        )

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(register(player)) for player in players]
    return {task.result().login: task.result() for task in tasks}


async def register_experts(
    operator: Platform, experts: list[ExpertPlayer], *, passwords: Passwords
) -> dict[str, Account]:
    """Make the pool: the library's people, each entered as an expert; accounts by login."""
    library = expert_library()
    owner = (await register_players(operator, [library], passwords=passwords))[library.login]
    accounts = {}
    async with open_platform(operator.address) as line:
        await line.log_in(owner.login, owner.password)
        for expert in experts:
            password = passwords(expert.login)
            person = await line.post(
                "/people",
                {
                    "name": expert.name,
                    "login": expert.login,
                    "password": password,
                    "roles": ["expert"],
                },
            )
            accounts[expert.login] = Account(
                expert, expert.login, password, owner.organization_id, person["id"]
            )
    until = (await operator.clock() + APPOINTED).date().isoformat()
    for number, account in enumerate(accounts.values()):
        try:
            await operator.post("/experts", _expert(account, until, number))
        except PlatformRefused as refusal:
            if refusal.code != "already-registered":
                raise
    return accounts


def registration(player: Player, password: str) -> dict[str, Any]:
    """The body of `POST /organizations`."""
    return {
        "uscc": player.uscc,
        "name": player.name,
        "role": str(player.role),
        "person": {"name": player.person, "login": player.login, "password": password},
    }


def _expert(account: Account, until: str, number: int) -> dict[str, Any]:
    expert = account.player
    assert isinstance(expert, ExpertPlayer)
    return {
        "person_id": account.person_id,
        "name": expert.name,
        "region": expert.region,
        "employer": f"示范设计院({expert.name})",
        "employer_uscc": code("12", 1000 + number),
        "specialities": [SPECIALITY],
        "experience_years": EXPERIENCE_YEARS,
        "expires_on": until,
    }
