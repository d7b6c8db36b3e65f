"""SQL of `tendering.evaluations`, `candidates` and `awards`: from the report to the winner."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.award import PublishedCandidates
from tendering.domain.candidates import Candidate, candidate_json
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """The evaluation of a lot: `evaluation_report.to_json`, and the digest of the signed PDF."""

    lot: str
    report: Mapping[str, JsonValue]
    report_digest: bytes
    reported_at: datetime

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Whom the report recommends, in its order."""
        return _candidates(self.report["candidates"])

    @property
    def admitted(self) -> tuple[UUID, ...]:
        """The bidders whose bids were not rejected: whom a round without scores lets go on."""
        bids, rejections = self.report["bids"], self.report["rejections"]
        assert isinstance(bids, list)
        assert isinstance(rejections, list)
        gone = {one["bid"] for one in rejections if isinstance(one, dict)}
        return tuple(
            UUID(str(one["bidder_id"]))
            for one in bids
            if isinstance(one, dict) and one["bid"] not in gone
        )

    def bid(self, bid: str) -> Mapping[str, JsonValue]:
        """A bid of the report by its id there."""
        found = self.report["bids"]
        assert isinstance(found, list)
        for each in found:
            assert isinstance(each, dict)
            if each["bid"] == bid:
                return each
        raise AssertionError(f"the report has no bid {bid}")


@dataclass(frozen=True, slots=True)
class StoredAward:
    """The award of a lot as it was notified (`award.notified`), and revoked (`award.revoked`)."""

    lot: str
    bidder_id: UUID
    award: Mapping[str, JsonValue]
    notified_at: datetime
    revocation: Mapping[str, JsonValue] | None = None
    revoked_at: datetime | None = None

    @property
    def bid(self) -> str:
        """The bid that won, as the report calls it."""
        winner = self.award["winner"]
        assert isinstance(winner, dict)
        return str(winner["bid"])


async def insert_evaluation(
    connection: Connection, tender_id: UUID, evaluation: StoredEvaluation
) -> None:
    """Keep what the evaluation of a lot came to."""
    await connection.execute(
        """INSERT INTO tendering.evaluations (tender_id, lot, report, report_digest, reported_at)
           VALUES ($1, $2, $3, $4, $5)""",
        tender_id,
        evaluation.lot,
        to_json(dict(evaluation.report)),
        evaluation.report_digest,
        evaluation.reported_at,
    )


async def list_evaluations(connection: Connection, tender_id: UUID) -> list[StoredEvaluation]:
    """The evaluations of a tender that were reported, by lot."""
    rows = await connection.fetch(
        """SELECT lot, report, report_digest, reported_at FROM tendering.evaluations
           WHERE tender_id = $1 ORDER BY lot""",
        tender_id,
    )
    return [
        StoredEvaluation(
            row["lot"], from_json(row["report"]), row["report_digest"], row["reported_at"]
        )
        for row in rows
    ]


async def insert_candidates(
    connection: Connection, tender_id: UUID, published: PublishedCandidates
) -> None:
    """Keep the published candidates of a lot."""
    await connection.execute(
        """INSERT INTO tendering.candidates
               (tender_id, lot, candidates, publicity_from, publicity_until)
           VALUES ($1, $2, $3, $4, $5)""",
        tender_id,
        published.lot,
        to_json([candidate_json(one) for one in published.candidates]),
        published.publicity_from,
        published.publicity_until,
    )


async def list_candidates(connection: Connection, tender_id: UUID) -> list[PublishedCandidates]:
    """The published candidates of a tender, by lot."""
    rows = await connection.fetch(
        """SELECT lot, candidates, publicity_from, publicity_until FROM tendering.candidates
           WHERE tender_id = $1 ORDER BY lot""",
        tender_id,
    )
    return [
        PublishedCandidates(
            row["lot"],
            _candidates(json.loads(row["candidates"])),
            row["publicity_from"],
            row["publicity_until"],
        )
        for row in rows
    ]


async def discard(connection: Connection, tender_id: UUID, lot: str) -> None:
    """The evaluation of a lot that was never awarded is void: the journal and the room keep it."""
    await connection.execute(
        "DELETE FROM tendering.candidates WHERE tender_id = $1 AND lot = $2", tender_id, lot
    )
    await connection.execute(
        "DELETE FROM tendering.evaluations WHERE tender_id = $1 AND lot = $2", tender_id, lot
    )


async def insert_award(connection: Connection, tender_id: UUID, award: StoredAward) -> None:
    """Keep the award of a lot."""
    await connection.execute(
        """INSERT INTO tendering.awards (tender_id, lot, bidder_id, award, notified_at)
           VALUES ($1, $2, $3, $4, $5)""",
        tender_id,
        award.lot,
        award.bidder_id,
        to_json(dict(award.award)),
        award.notified_at,
    )


async def revoke_award(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    revocation: Mapping[str, JsonValue],
    *,
    at: datetime,
) -> None:
    """The award of a lot stands no longer; `revocation` is the body of the event."""
    await connection.execute(
        """UPDATE tendering.awards SET revocation = $3, revoked_at = $4
           WHERE tender_id = $1 AND lot = $2 AND revoked_at IS NULL""",
        tender_id,
        lot,
        to_json(dict(revocation)),
        at,
    )


async def list_awards(connection: Connection, tender_id: UUID) -> list[StoredAward]:
    """The awards of a tender that stand, by lot."""
    return [one for one in await list_all_awards(connection, tender_id) if one.revoked_at is None]


async def list_all_awards(connection: Connection, tender_id: UUID) -> list[StoredAward]:
    """Every award of a tender, also those revoked, by lot in the order they were made."""
    rows = await connection.fetch(
        """SELECT lot, bidder_id, award, notified_at, revocation, revoked_at
           FROM tendering.awards WHERE tender_id = $1 ORDER BY lot, notified_at""",
        tender_id,
    )
    return [
        StoredAward(
            row["lot"],
            row["bidder_id"],
            from_json(row["award"]),
            row["notified_at"],
            None if row["revocation"] is None else from_json(row["revocation"]),
            row["revoked_at"],
        )
        for row in rows
    ]


def _candidates(value: JsonValue) -> tuple[Candidate, ...]:
    """The inverse of `candidate_json`, for what this module and the report wrote."""
    assert isinstance(value, list)
    return tuple(_candidate(one) for one in value)


def _candidate(one: JsonValue) -> Candidate:
    assert isinstance(one, dict)
    rank, price_fen, tie = one["rank"], one["price_fen"], one["tie"]
    assert isinstance(rank, int)
    assert isinstance(price_fen, int)
    return Candidate(
        rank=rank,
        bid=str(one["bid"]),
        bidder_id=UUID(str(one["bidder_id"])),
        bidder_name=str(one["bidder_name"]),
        price_fen=price_fen,
        total=Decimal(str(one["total"])),
        tie=None if tie is None else str(tie),
    )
