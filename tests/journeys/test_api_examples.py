"""The API's examples in the documentation are what the platform answers: they cannot lie.

`UPDATE_EXAMPLES=1 pytest tests/journeys/test_api_examples.py` writes them anew.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crypto.container_digest import part_root
from tendering.domain.roles import Role
from tests.support.examples import Recorder
from tests.support.platform import PASSWORD, Platform, platform

__all__ = ["platform"]

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "api" / "examples"
KEY = {"Idempotency-Key": "example-0001"}
DOCUMENT = "招标文件".encode() * 100


def require_example(name: str, document: str) -> None:
    """The example in the documentation is this exchange, or becomes it when asked to."""
    file = EXAMPLES / name
    if os.environ.get("UPDATE_EXAMPLES"):
        EXAMPLES.mkdir(parents=True, exist_ok=True)
        file.write_text(document, "utf-8")
    assert file.read_text("utf-8") == document


async def test_the_examples_of_accounts_hold(platform: Platform) -> None:
    recorder = Recorder(platform)
    person = {"name": "示范投标人员", "login": "example-bidder", "password": PASSWORD}
    bidder = {"uscc": "91510100MC0000001U", "name": "示范建设有限公司"}

    await recorder.ask("The platform's clock", "GET", "/api/v1/clock")
    await recorder.ask(
        "A credit code with a wrong check digit is refused",
        "POST",
        "/api/v1/organizations",
        {**bidder, "person": person, "role": "bidder"},
        headers=KEY,
    )
    await recorder.ask(
        "A wrong password and an unknown login are one answer",
        "POST",
        "/api/v1/sessions",
        {"login": "nobody", "password": "示范-password-2"},
    )
    await recorder.ask("Who am I", "GET", "/api/v1/me", role=Role.BIDDER)
    await recorder.ask("Nobody is logged in", "GET", "/api/v1/me")

    require_example("accounts.http", recorder.document())


async def test_the_examples_of_a_draft_hold(platform: Platform) -> None:
    recorder = Recorder(platform)
    holder = platform.accounts[Role.KEY_HOLDER].organization.id
    body = {
        "title": "示范小学教学楼工程",
        "description": "示范",
        "regime": "construction",
        "region": "510100",
        "supervisor_id": str(platform.accounts[Role.SUPERVISOR].organization.id),
        "lots": [
            {
                "lot": "1",
                "title": "一标段",
                "estimate_fen": 980000000,
                "ceiling_price_fen": 1000000000,
                "bid_security_fen": 19000000,
            }
        ],
        "threshold": 2,
        "key_holder_ids": [str(holder), str(holder)],
        "method": {},
        "committee": {},
        "bid_validity_days": 90,
        "unlock_minutes": 30,
        "drain_seconds": 10,
        "deadline": (datetime.now(UTC) + timedelta(days=40)).isoformat(),
    }

    await recorder.ask("The board", "GET", "/api/v1/tenders?limit=2")
    await recorder.ask(
        "One key holder twice is refused",
        "POST",
        "/api/v1/tenders",
        body,
        role=Role.PROCURING_ENTITY,
        headers=KEY,
    )
    await recorder.ask(
        "A bidder may not draft", "POST", "/api/v1/tenders", body, role=Role.BIDDER, headers=KEY
    )

    require_example("tenders.http", recorder.document())


async def test_the_examples_of_an_upload_hold(platform: Platform) -> None:
    recorder = Recorder(platform)
    root = part_root(DOCUMENT).hex()
    octets = {"Content-Type": "application/octet-stream"}

    upload = await recorder.ask(
        "Announce an upload",
        "POST",
        "/api/v1/uploads",
        {"size_bytes": len(DOCUMENT)},
        role=Role.BIDDER,
        headers=KEY,
    )
    part = f"/api/v1/uploads/{upload['id']}/parts/0?root="
    await recorder.ask(
        "A part whose bytes are not those announced",
        "PUT",
        part + "00" * 32,
        data=DOCUMENT,
        role=Role.BIDDER,
        headers=octets,
    )
    await recorder.ask(
        "Its only part", "PUT", part + root, data=DOCUMENT, role=Role.BIDDER, headers=octets
    )
    await recorder.ask(
        "What has arrived", "GET", f"/api/v1/uploads/{upload['id']}", role=Role.BIDDER
    )

    require_example("uploads.http", recorder.document())
