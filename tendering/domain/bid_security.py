"""Bid security (投标担保): whatever its form, does it cover what the lot asks for?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tendering.domain.tender import Lot


class SecurityForm(StrEnum):
    """The forms a bid security may take; a bidder chooses."""

    GUARANTEE_INSURANCE = "guarantee_insurance"
    BANK_GUARANTEE = "bank_guarantee"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class BidSecurity:
    """A security on record for a bidder and a lot. `reference` is the guarantor's or the bank's."""

    tender_id: UUID
    lot: str
    bidder_id: UUID
    form: SecurityForm
    amount_fen: int
    valid_until: datetime
    guarantor_id: UUID | None
    reference: str


def covers(security: BidSecurity, lot: Lot, *, deadline: datetime, validity_days: int) -> bool:
    """Is the amount enough, and does it last as long as the bid is valid?

    招标投标法实施条例 第二十六条: the validity of the security is that of the bid.
    """
    lasts = security.valid_until >= deadline + timedelta(days=validity_days)
    return security.amount_fen >= lot.bid_security_fen and lasts
