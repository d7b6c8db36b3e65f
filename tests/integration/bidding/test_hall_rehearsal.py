"""`kaibiao bid rehearse --hall`: through sign-in and unlocking before the day; what stops it."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.bid_sealing import RehearsalFailed, load_prepared, rehearse_keys
from clients.key_files import Signer
from clients.platform import Platform as Line
from clients.platform import PlatformRefused, open_platform
from clients.sdk.entering import signer
from clients.sdk.hall_rehearsal import rehearse_opening
from clients.sdk.workspace import Workspace
from crypto.certificates import CertificateSubject, issue, make_request
from crypto.keys import generate_opening_key
from tendering.domain.contributions import sealed_contribution
from tendering.domain.published_keys import parse_published_keys
from tendering.domain.rehearsal import (
    REHEARSAL_LABEL,
    Rehearsal,
    rehearsal_policy,
    rehearsal_statement,
)
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tests.support.bidding import PASSPHRASE, Clerk, move_deadline
from tests.support.platform import PASSWORD, Platform


@dataclass(frozen=True, slots=True)
class Desk:
    """The bidder's line and signing key, without the command."""

    line: Line
    signer: Signer

    def sealed(self, tender: Tender) -> tuple[Rehearsal, bytes]:
        """A test container and its file key."""
        file_key, mine = secrets.token_bytes(16), self.line.me.organization_id
        recipient = generate_opening_key().recipient
        container = sealed_contribution(
            secrets.token_bytes(32),
            rehearsal_policy(tender, "1", mine, recipient),
            file_key=file_key,
            payload_nonce=secrets.token_bytes(16),
        )
        return Rehearsal("1", mine, recipient, container), file_key

    async def post(self, tender: Tender, step: str, rehearsal: Rehearsal, **more: Any) -> Any:
        """One step of a rehearsal at the platform's door."""
        body = {
            "lot": rehearsal.lot,
            "container": base64.b64encode(rehearsal.container).decode(),
            "recipient": rehearsal.recipient,
        }
        return await self.line.post(f"/tenders/{tender.id}/opening/rehearsal/{step}", body | more)

    async def sign_in(self, tender: Tender, rehearsal: Rehearsal) -> Any:
        """The platform's receipt."""
        statement = self.signer.sign(REHEARSAL_LABEL, rehearsal_statement(tender, rehearsal))
        return await self.post(tender, "sign-in", rehearsal, statement=statement)

    async def unlock(
        self, tender: Tender, rehearsal: Rehearsal, receipt: Any, file_key: bytes
    ) -> Any:
        """The platform's verdict."""
        held = {name: receipt[name] for name in ("received_at", "signature")}
        key = base64.b64encode(file_key).decode()
        return await self.post(tender, "unlocks", rehearsal, **held, file_key=key)


@asynccontextmanager
async def a_desk(clerk: Clerk) -> AsyncIterator[Desk]:
    async with open_platform(clerk.address) as line:
        await line.log_in(clerk.account.person.login, PASSWORD)
        yield Desk(line, signer(Workspace(clerk.folder), PASSPHRASE))


async def refused(awaited: Any) -> str:
    """The code of a refusal."""
    with pytest.raises(PlatformRefused) as refusal:
        await awaited
    return refusal.value.code


async def test_the_opening_is_rehearsed_with_and_without_a_bid(
    clerk: Clerk, tender: Tender
) -> None:
    clerk.write_bid(tender)
    without = await clerk.does("rehearse", "--hall")
    await clerk.does("prepare")
    await clerk.does("seal")
    sealed = await clerk.does("rehearse", "--hall")
    status = await clerk.does("status")

    assert without["hall"] == sealed["hall"] == "rehearsal"
    assert without["certificate"]["lasts"]
    assert "counter" not in without
    assert sealed["counter"] == 1
    assert status["held"] == []


async def test_what_would_stop_the_opening_stops_the_rehearsal(
    clerk: Clerk, tender: Tender, platform: Platform, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    elsewhere = replace(tender, id=platform.accounts[Role.BIDDER].organization.id)
    async with a_desk(clerk) as desk:
        good, file_key = desk.sealed(tender)
        foreign, _ = desk.sealed(elsewhere)
        receipt = await desk.sign_in(tender, good)
        other, other_key = desk.sealed(tender)
        codes = {
            "container of another tender": await refused(desk.sign_in(tender, foreign)),
            "wrong key": await refused(desk.unlock(tender, good, receipt, other_key)),
            "receipt of another": await refused(desk.unlock(tender, other, receipt, other_key)),
            "no signature": await refused(desk.post(tender, "sign-in", good, statement={})),
            "no such lot": await refused(desk.sign_in(tender, replace(good, lot="7"))),
        }
        verdict = await desk.unlock(tender, good, receipt, file_key)
        await move_deadline(platform, tender, platform.running.context.now())
        late = await refused(desk.sign_in(tender, good))
        too_late = await refused(desk.unlock(tender, good, receipt, file_key))

    assert codes == {
        "container of another tender": "container-refused",
        "wrong key": "wrong-file-key",
        "receipt of another": "rehearsal-unknown",
        "no signature": "signature-refused",
        "no such lot": "not-found",
    }
    assert verdict["rederives"]
    assert verdict["digest"] == good.digest.hex() == receipt["digest"]
    assert {late, too_late} == {"deadline-passed"}


async def test_a_certificate_that_has_expired_or_was_revoked_is_told_before_the_day(
    clerk: Clerk, tender: Tender, platform: Platform
) -> None:
    authority, now = platform.running.context.keys.authority, platform.running.context.now()
    async with a_desk(clerk) as desk:
        who = desk.line.me
        subject = CertificateSubject(
            who.organization_name, organization=who.organization_name, uscc=who.uscc
        )
        request = make_request(desk.signer.key, common_name="-", organization="-", uscc=who.uscc)

        def certified(*, days: int) -> Signer:
            begun = now - timedelta(days=10)
            der = issue(
                authority.certificate, authority.key, request, at=begun, days=days, subject=subject
            )
            return Signer(desk.signer.key, der)

        keys = parse_published_keys(await desk.line.get("/log/keys"))
        short = await rehearse_opening(desk.line, certified(days=20), keys, tender, "1")
        expired = await refused(rehearse_opening(desk.line, certified(days=9), keys, tender, "1"))
        serial = await rehearse_opening(desk.line, desk.signer, keys, tender, "1")
        await desk.line.post(
            f"/certificates/{serial.certificate_serial}/revocation", {"reason": "superseded"}
        )
        revoked = await refused(rehearse_opening(desk.line, desk.signer, keys, tender, "1"))

    assert not short.certificate_lasts
    assert expired == revoked == "signature-refused"


async def test_keys_of_another_bid_or_for_another_tender_are_found_out(
    clerk: Clerk, tender: Tender
) -> None:
    sealed = await clerk.seals(tender)
    prepared = load_prepared(Path(sealed["folder"]))
    keys = prepared.opening_keys(PASSPHRASE)
    rehearse_keys(tender, prepared, keys)

    for other_tender, other_keys in (
        (tender, {}),
        (tender, dict.fromkeys(keys, generate_opening_key())),
        (replace(tender, id=prepared.bidder_id), keys),
    ):
        with pytest.raises(RehearsalFailed):
            rehearse_keys(other_tender, prepared, other_keys)
