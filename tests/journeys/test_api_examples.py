"""What is refused, as examples: asked of the real platform, and compared with the documentation.

`UPDATE_EXAMPLES=1 pytest tests/journeys` writes all examples anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from clients.transcript import http_exchange
from tendering.api.routing import PREFIX
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import journal
from tendering.storage.connection import transaction
from tests.support.examples import example, require_examples
from tests.support.platform import PASSWORD, Platform, platform
from tests.support.published import published_tender

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


async def test_the_examples_of_notifications_hold(platform: Platform) -> None:
    recorder = Recorder(platform)
    tender = await published_tender(platform)
    at = platform.running.context.now()
    async with transaction(platform.running.context.pool) as connection:
        event = Event("tender.suspended", {"reason": "objection"})
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)

    await ask_about_messages(recorder, tender)

    require_examples({"notifications": "\n".join(recorder.texts)})


async def ask_about_messages(recorder: Recorder, tender: Tender) -> None:
    """Being told, and saying how a service was."""
    supervisor, agency = Role.SUPERVISOR, Role.AGENCY
    hook = f"/webhooks/{UUID(int=7)}"
    await recorder.ask("What one is told", "GET", "/messages?limit=1", role=supervisor)
    await recorder.ask(
        "How many are unread; it may wait for another number",
        "GET",
        "/messages/unread?known=0&wait_seconds=25",
        role=supervisor,
    )
    await recorder.ask("All are read", "PUT", "/messages/read", role=supervisor)
    await recorder.ask(
        "A webhook; its secret is shown once",
        "PUT",
        hook,
        {"url": "https://notify.bidder.example/kaibiao"},
        role=supervisor,
    )
    await recorder.ask(
        "A webhook that leads inside is refused",
        "PUT",
        hook,
        {"url": "https://127.0.0.1/"},
        role=supervisor,
    )
    rating = {"service": "notice_published", "level": "bad", "comment": "示范意见"}
    path = f"/tenders/{tender.id}/ratings"
    await recorder.ask("A service is rated", "POST", path, rating, role=agency, headers=KEY)
    await recorder.ask(
        "What was rated badly waits for the operator",
        "GET",
        "/ratings/follow-ups",
        role=Role.OPERATOR,
    )
    await recorder.ask("The public totals", "GET", "/ratings/totals")


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
