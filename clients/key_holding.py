"""The key holder's side: a key for one tender alone, announced; shares handed over at the opening.

A holder computes for itself what a container is for, from the published record; a share is given
only for a bid whose bidder has lost its key and only out of that very bid's header.
"""

import base64
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clients.key_files import KeyFolder, Signer
from clients.platform import Platform, PlatformRefused
from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from crypto.keys import AnyOpeningKey
from crypto.sealed_file import unwrap_share
from tendering.domain.bid import envelope_context
from tendering.domain.tender import Tender


@dataclass(slots=True)
class KeyHolder:
    """One key holder at one platform."""

    platform: Platform
    signer: Signer
    keys: KeyFolder

    def opening_key(self, tender_id: UUID, suite_name: str) -> AnyOpeningKey:
        """The key of that tender, made at the first use for its suite."""
        return self.keys.opening_key(f"tender-{tender_id}", suite_name)

    async def announce(self, tender_id: UUID, number: int) -> None:
        """Announce one's key for a tender, as its holder `number`. Raises PlatformRefused."""
        draft = await self.platform.get(f"/tenders/{tender_id}")
        public_key = self.opening_key(tender_id, draft["key_policy"]["suite"]).public
        statement = announcement_statement(
            tender_id, number, self.platform.me.organization_id, public_key
        )
        await self.platform.post(
            f"/tenders/{tender_id}/key-announcements",
            {
                "public_key": public_key.hex(),
                "announcement": self.signer.sign(ANNOUNCEMENT_LABEL, statement),
            },
        )

    async def remedies(self, tender_id: UUID) -> list[dict[str, Any]]:
        """The bids that wait for this holder's share."""
        answer = await self.platform.get(f"/tenders/{tender_id}/opening/remedies")
        items: list[dict[str, Any]] = answer["items"]
        return items

    async def give_shares(self, tender: Tender, remedy: dict[str, Any]) -> bool:
        """Unwrap and hand over one's shares of a bid; whether the bid is open with them.

        `tender` comes from the published notice. Raises PlatformRefused, BadHeader, BadShare.
        """
        holder = tender.key_holder_of(self.platform.me.organization_id)
        key = self.opening_key(tender.id, tender.suite)
        shares = {}
        for envelope in remedy["envelopes"]:
            context = envelope_context(
                tender,
                lot=remedy["lot"],
                kind=envelope["kind"],
                bidder_id=UUID(remedy["bidder_id"]),
                counter=remedy["counter"],
            )
            header = base64.b64decode(envelope["header"], validate=True)
            share = unwrap_share(header, holder.number, key, context)
            shares[envelope["kind"]] = base64.b64encode(share).decode("ascii")
        body = {"lot": remedy["lot"], "bidder_id": remedy["bidder_id"], "shares": shares}
        try:
            answer = await self.platform.post(f"/tenders/{tender.id}/opening/shares", body)
        except PlatformRefused as refusal:
            # Others were faster, or the answer to an earlier attempt was lost.
            if refusal.code != "already-unlocked":
                raise
            return True
        return bool(answer["unlocked"])
