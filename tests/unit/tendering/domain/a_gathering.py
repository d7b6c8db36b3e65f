"""A tender of five contributors, three of them key holders (two of three), and a draw of it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from crypto.keys import OpeningKey
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import EXPERTS, Contribution, DrawSubject
from tests.support.contributing import Made, made
from tests.support.make import ENTITY, SUPERVISOR, a_tender

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOLDERS = tuple(UUID(int=0x500 + number) for number in (1, 2, 3))
HOLDER_KEYS = tuple(OpeningKey(bytes([number]) * 32) for number in (1, 2, 3))
SUBJECT = DrawSubject(a_tender(), EXPERTS, bytes(31) + b"\x01")
PARTIES = (ENTITY, SUPERVISOR, *HOLDERS)
MADE: dict[UUID, Made] = {party: made(SUBJECT, party) for party in PARTIES}
ALL_USABLE = {1: True, 2: True, 3: True}


def sealed(*parties: UUID, records: dict[int, bool] | None = None) -> Gathering:
    """These have sealed their contributions; the key holders have said that of each."""
    contributions = tuple(
        replace(MADE[party].contribution, records=records or {}) for party in parties
    )
    return Gathering(SUBJECT, contributions, NOW)


def closed(*contributions: Contribution) -> Gathering:
    """These were admitted; all are closed."""
    admitted = tuple(replace(one, admitted=True) for one in contributions)
    return Gathering(SUBJECT, admitted, NOW, NOW)
