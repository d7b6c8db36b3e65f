"""A published tender, twenty bidders, and their bids: what must not be seen before the opening.

A test module takes the fixture by its name: `from tests.support.intake import intake`.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest

from insurance_gateway.guarantee import Cover, GuaranteeState, Order
from insurance_gateway.matters import Matter, MatterKind, MatterState
from insurance_gateway.storage import calls, guarantors, matters, orders, outbox
from insurance_gateway.storage.calls import Call
from insurance_gateway.storage.guarantors import Guarantor
from tendering.actions.bid_securities import record
from tendering.actions.bids import ReceiptTerms
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.receipts import Receipt
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.domain.uploads import Upload
from tendering.storage import uploads
from tendering.storage.connection import Connection, transaction
from tests.support.make import a_bid
from tests.support.platform import Account, Platform, begin_session, enter
from tests.support.published import published_tender
from tests.support.taking_in import submit_bid

BIDS: Final = 20


@dataclass(frozen=True, slots=True)
class Intake:
    """A tender that takes bids, and those who will bid."""

    platform: Platform
    tender: Tender
    bidders: tuple[Account, ...]
    guarantor_id: UUID

    async def submit(self, bidder: Account, *, counter: int = 1) -> Receipt:
        """Secure and submit a bid; its containers are taken to be there."""
        context = self.platform.running.context
        bidder_id = bidder.organization.id
        bid = a_bid(self.tender, bidder_id=bidder_id, counter=counter)
        envelopes = tuple(replace(each, upload_id=uuid4()) for each in bid.envelopes)
        security = BidSecurity(
            self.tender.id,
            "1",
            bidder_id,
            SecurityForm.GUARANTEE_INSURANCE,
            200_000_00,
            self.tender.deadline + timedelta(days=120),
            None,
            "示范保函",
        )
        terms = ReceiptTerms(
            key=context.keys.receipt,
            origin=context.keys.log.name,
            within_seconds=60,
            nonce=lambda: secrets.token_bytes(32),
        )
        async with transaction(context.pool) as connection:
            if counter == 1:
                await record(connection, security, at=context.now())
                await self._insure(connection, bidder_id, at=context.now())
            for envelope in envelopes:
                upload = Upload(envelope.upload_id, bidder_id, 10, 8 << 20, {})
                await uploads.insert(connection, upload)
            receipt = await submit_bid(
                connection,
                replace(bid, envelopes=envelopes),
                [secrets.token_bytes(32)],
                terms,
                received_at=context.now(),
            )
        context.touched(self.tender.id)
        return receipt

    async def _insure(self, connection: Connection, bidder_id: UUID, *, at: datetime) -> None:
        """The security is a guarantee: its order, an extension asked for, a message to send."""
        until = self.tender.deadline + timedelta(days=400)
        order = Order(
            uuid4(),
            bidder_id,
            self.tender.id,
            "1",
            self.guarantor_id,
            GuaranteeState.APPLIED,
            Cover(200_000_00, until),
            at,
        )
        await orders.insert(connection, order)
        insured = replace(
            order,
            state=GuaranteeState.VERIFIED,
            premium_fen=20_000,
            policy_number=order.id.hex,
            insured=order.cover,
        )
        await orders.save(connection, insured, at=at)
        matter = Matter(
            uuid4(), order.id, MatterKind.EXTENSION, MatterState.ASKED, at, cover=order.cover
        )
        await matters.insert(connection, matter)
        await outbox.insert(
            connection,
            matter.id,
            guarantor_id=self.guarantor_id,
            order_id=order.id,
            kind="extension",
            body="{}",
            # Nobody listens where it would go to.
            after_seconds=10**7,
        )
        await calls.insert(connection, self.guarantor_id, Call("in", "issued", "ok"))

    async def knock(self, bidder: Account) -> None:
        """What a bidder's program asks on the way, over HTTP; the bid itself is refused."""
        async with transaction(self.platform.running.context.pool) as connection:
            token = await begin_session(connection, bidder.authorization_id)
        for path, body in (
            ("/uploads", b'{"size_bytes": 10}'),
            (f"/tenders/{self.tender.id}/bids", b"{}"),
        ):
            await self.platform.request(
                "POST",
                f"/api/v1{path}",
                token=token,
                data=body,
                headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
            )


async def open_intake(platform: Platform) -> Intake:
    """A published tender and twenty bidders; the account in the bidder's role does not bid."""
    tender = await published_tender(platform)
    context = platform.running.context
    async with transaction(context.pool) as connection:
        bidders = [
            await enter(connection, 100 + number, Role.BIDDER, password_hash="-", at=context.now())
            for number in range(BIDS)
        ]
        surety = await enter(
            connection, 100 + BIDS, Role.INSURER, password_hash="-", at=context.now()
        )
        organization = surety.organization
        guarantor = Guarantor(
            uuid4(), organization.id, organization.name, "https://guarantor.example", bytes(32)
        )
        await guarantors.insert(connection, guarantor, at=context.now())
    return Intake(platform, tender, tuple(bidders), guarantor.id)


@pytest.fixture
async def intake(platform: Platform) -> Intake:
    """The intake of the platform fixture."""
    return await open_intake(platform)
