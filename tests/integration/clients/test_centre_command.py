"""`kaibiao centre` at a real platform: partners, experts and venues without a browser."""

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

from click.testing import CliRunner, Result

from clients.cli import main
from tendering.domain.expert_rows import COLUMNS
from tendering.domain.roles import Role
from tests.support.platform import PASSWORD, Platform, platform

__all__ = ["platform"]

SECONDS = 30
KEY = "A" * 43 + "="
TIME = ("--from", "2026-12-01T09:00+08:00", "--until", "2026-12-01T17:00+08:00")


async def at(platform: Platform, folder: Path, role: Role, *words: str) -> Result:
    """A command as somebody in a role, in a thread."""
    file = folder / "password"
    file.write_text(PASSWORD, "utf-8")
    begin = ["centre", "--platform", platform.running.address, "--password-file", str(file)]
    login = platform.accounts[role].person.login
    async with asyncio.timeout(SECONDS):
        said = [*begin, "--login", login, *words]
        return await asyncio.to_thread(CliRunner().invoke, main, said)


def commands(listed: Path, clerk: UUID) -> tuple[tuple[str, Role, tuple[str, ...]], ...]:
    """What is tried, by name, in order."""
    return (
        ("key", Role.OPERATOR, ("partner-key",)),
        ("add", Role.OPERATOR, (*("add-partner", str(clerk)), "x", KEY)),
        (
            "added",
            Role.OPERATOR,
            ("add-partner", str(clerk), "https://x.example", KEY),
        ),
        ("partners", Role.OPERATOR, ("partners",)),
        ("shares", Role.OPERATOR, ("shares",)),
        ("share", Role.OPERATOR, ("share", str(uuid4()))),
        ("checked", Role.OPERATOR, ("import-experts", str(listed), "--check-only")),
        ("imported", Role.OPERATOR, ("import-experts", str(listed))),
        ("stranger", Role.BIDDER, ("import-experts", str(listed))),
        ("no list", Role.OPERATOR, ("import-experts", str(listed.with_name("password")))),
        ("bookings", Role.VENUE_OPERATOR, ("bookings",)),
        ("fees", Role.EXPERT, ("fees",)),
        ("seats", Role.EXPERT, ("shared-seats",)),
        ("neither", Role.EXPERT, ("answer-seat", str(uuid4()), "0")),
        ("nobody's", Role.EXPERT, ("answer-seat", str(uuid4()), "0", "--decline", "出差")),
        ("no tender", Role.AGENCY, ("fee", str(uuid4()), "1", *TIME)),
        (
            "no offset",
            Role.AGENCY,
            ("fee", str(uuid4()), "1", TIME[0], "2026-12-01T09:00", *TIME[2:]),
        ),
        ("no need", Role.AGENCY, ("ask-experts", *[str(uuid4())] * 2, "--need", "A08")),
    )


async def test_a_centre_is_run_without_a_browser(platform: Platform, tmp_path: Path) -> None:
    clerk, expert = (platform.accounts[role] for role in (Role.VENUE_OPERATOR, Role.EXPERT))
    row = (expert.person.login, "示范专家甲", "510100", "示范大学", "", "A08", "12", "2030-01-01")
    listed = tmp_path / "experts.csv"
    listed.write_text("\n".join(",".join(one) for one in (COLUMNS, row, ("nobody", *row[1:]))))
    said = {
        name: await at(platform, tmp_path, role, *words)
        for name, role, words in commands(listed, clerk.organization.id)
    }
    partner = json.loads(said["added"].output)
    told = await at(platform, tmp_path, Role.OPERATOR, "messages", partner)

    assert len(json.loads(said["key"].output)) == 44
    assert [one["id"] for one in json.loads(said["partners"].output)] == [partner]
    assert json.loads(said["imported"].output)["taken"] == 1
    assert [one["fault"] for one in json.loads(said["imported"].output)["refused"]] == [
        "no_account"
    ]
    assert json.loads(said["checked"].output) == json.loads(said["imported"].output)
    assert [json.loads(one.output) for one in (said["shares"], said["bookings"], told)] == [[]] * 3
    assert json.loads(said["fees"].output) == {"items": [], "total_fen": 0}
    wrong = {name: one.output for name, one in said.items() if one.exit_code}
    assert {name: one.exit_code for name, one in said.items() if one.exit_code == 2} == {
        "neither": 2,
        "no offset": 2,
        "no need": 2,
    }
    for name, says in (
        ("add", "invalid"),
        ("share", "not-found"),
        ("checked", "no_account"),
        ("imported", "no_account"),
        ("stranger", "forbidden"),
        ("no list", "must be there once"),
        ("neither", "either"),
        ("nobody's", "not-found"),
        ("no tender", "not-found"),
        ("no offset", "offset is missing"),
        ("no need", "is expected"),
    ):
        assert says in wrong.pop(name), name
    assert wrong == {}
