"""What is refused, as examples: asked of the real platform, and compared with the documentation.

`UPDATE_EXAMPLES=1 pytest tests/journeys` writes all examples anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from clients.transcript import http_exchange
from tendering.api.routing import PREFIX
from tendering.domain.roles import Role
from tests.support.examples import example, require_examples
from tests.support.platform import PASSWORD, Platform, platform

__all__ = ["platform"]

KEY = {"Idempotency-Key": "example-0001"}
DOCUMENT = "招标文件".encode() * 100
JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Recorder:
    """Asks a platform and keeps each exchange as text."""

    platform: Platform
    texts: list[str] = field(default_factory=list)

    async def ask(
        self,
        title: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PUBLIC,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One exchange below /api/v1; the answer's JSON, or None when it has none."""
        sent = dict(headers or {})
        if body is not None:
            data, sent = json.dumps(body, ensure_ascii=False).encode(), JSON | sent
        answer = await self.platform.request(
            method, PREFIX + path, role=role, data=data, headers=sent
        )
        exchange = http_exchange(
            method,
            path,
            sent=sent,
            content=data,
            status=answer.status,
            received=answer.headers,
            answer=answer.body,
        )
        who = "" if role is Role.PUBLIC else f"the {role}"
        self.texts.append(example(title, who, exchange))
        return json.loads(answer.body) if answer.body else None


async def test_the_examples_of_refusals_hold(platform: Platform) -> None:
    recorder = Recorder(platform)

    await ask_about_accounts(recorder)
    await ask_about_a_draft(recorder)
    await ask_about_an_upload(recorder)

    require_examples({"refused": "\n".join(recorder.texts)})


async def ask_about_accounts(recorder: Recorder) -> None:
    """Nobody is logged in, or wrongly."""
    person = {"name": "示范投标人员", "login": "example-bidder", "password": PASSWORD}
    bidder = {"uscc": "91510100MC0000001U", "name": "示范建设有限公司"}

    await recorder.ask(
        "A credit code with a wrong check digit is refused",
        "POST",
        "/organizations",
        {**bidder, "person": person, "role": "bidder"},
        headers=KEY,
    )
    await recorder.ask(
        "A wrong password and an unknown login are one answer",
        "POST",
        "/sessions",
        {"login": "nobody", "password": "示范-password-2"},
    )
    await recorder.ask("Nobody is logged in", "GET", "/me")


async def ask_about_a_draft(recorder: Recorder) -> None:
    """A draft that cannot be, and one by somebody who may not."""
    platform = recorder.platform
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

    await recorder.ask(
        "One key holder twice is refused",
        "POST",
        "/tenders",
        body,
        role=Role.PROCURING_ENTITY,
        headers=KEY,
    )
    await recorder.ask(
        "A bidder may not draft", "POST", "/tenders", body, role=Role.BIDDER, headers=KEY
    )


async def ask_about_an_upload(recorder: Recorder) -> None:
    """Bytes that are not those announced."""
    octets = {"Content-Type": "application/octet-stream"}

    upload = await recorder.ask(
        "Announce an upload",
        "POST",
        "/uploads",
        {"size_bytes": len(DOCUMENT)},
        role=Role.BIDDER,
        headers=KEY,
    )
    part = f"/uploads/{upload['id']}/parts/0?root="
    await recorder.ask(
        "A part whose bytes are not those announced",
        "PUT",
        part + "00" * 32,
        data=DOCUMENT,
        role=Role.BIDDER,
        headers=octets,
    )
