"""Bid validity from a party's side: ask bidders to extend it, or answer."""

from datetime import datetime
from uuid import UUID

from clients.key_files import Signer
from clients.platform import Platform
from tendering.domain.journal import instant
from tendering.domain.validity import (
    ANSWER_LABEL,
    EXTENSION_LABEL,
    answer_statement,
    extension_statement,
)


async def request_extension(
    platform: Platform,
    signer: Signer,
    tender_id: UUID,
    lot: str,
    *,
    days: int,
    respond_until: datetime,
    reason: str,
) -> int:
    """Ask all bidders of a lot for `days` of validity in all; the number of the request.

    Raises PlatformRefused, PlatformUnreachable.
    """
    path = f"/tenders/{tender_id}/validity-extensions"
    listed = (await platform.get(path))["items"]
    number = 1 + sum(one["lot"] == lot for one in listed)
    said = extension_statement(
        tender_id, lot, number, days=days, respond_until=respond_until, reason=reason
    )
    body = {
        "lot": lot,
        "days": days,
        "respond_until": instant(respond_until),
        "reason": reason,
        "statement": signer.sign(EXTENSION_LABEL, said),
    }
    return int((await platform.post(path, body))["number"])


async def answer_extension(
    platform: Platform, signer: Signer, tender_id: UUID, lot: str, number: int, *, accepts: bool
) -> None:
    """Accept or refuse for one's own bid. Raises PlatformRefused, PlatformUnreachable."""
    said = answer_statement(tender_id, lot, number, accepts=accepts)
    path = f"/tenders/{tender_id}/validity-extensions/{lot}/{number}/answers"
    body = {"accepts": accepts, "statement": signer.sign(ANSWER_LABEL, said)}
    await platform.post(path, body)
