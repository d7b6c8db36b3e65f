"""SQL of `tendering.openings`, `unlocks` and `shares`.

What names no session speaks of the newest one of a lot, `tendering.newest_session`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.opening import OpenedEnvelope, Opening, OpeningPhase, Shortfall, UnlockedBy
from tendering.domain.outages import Window
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.storage.connection import Connection
from tendering.storage.json_columns import to_json


@dataclass(frozen=True, slots=True)
class Unlock:
    """A bid in a session: its place, and its verdict once it has one. `form` is the price form."""

    bidder_id: UUID
    bidder_name: str
    uscc: str
    place: int
    key_lost: bool
    unlocked_by: UnlockedBy | None
    envelopes: tuple[OpenedEnvelope, ...]
    forms: Mapping[str, Mapping[str, JsonValue]]
    confirmed_at: datetime | None
    session: int = 1

    @property
    def form(self) -> Mapping[str, JsonValue] | None:
        """What the price envelope's form says; empty without one, None while the bid is locked."""
        return self.forms.get("price", {}) if self.unlocked_by is not None else None

    def plaintext_digest(self, kind: str) -> bytes | None:
        """The digest of an opened bundle, 32 bytes; None while it is locked."""
        for envelope in self.envelopes:
            if envelope.kind == kind:
                return envelope.plaintext_digest
        return None


async def insert(connection: Connection, tender_id: UUID, opening: Opening) -> None:
    """Begin a session of the opening of a lot with its bids in order."""
    await connection.execute(
        """INSERT INTO tendering.openings (tender_id, lot, phase, opened_at, unlock_until, session)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tender_id,
        opening.lot,
        opening.phase,
        opening.opened_at,
        opening.unlock_until,
        opening.session,
    )
    await connection.executemany(
        """INSERT INTO tendering.unlocks (tender_id, lot, bidder_id, place, session)
           VALUES ($1, $2, $3, $4, $5)""",
        [
            (tender_id, opening.lot, bidder_id, place, opening.session)
            for place, bidder_id in enumerate(opening.bidders, start=1)
        ],
    )


async def prolong(
    connection: Connection, tender_id: UUID, *, since: datetime, until: datetime
) -> None:
    """Move the end of every unlock window that a pause has cut into, by what it took of it."""
    await connection.execute(
        """UPDATE tendering.openings
           SET unlock_until = unlock_until + ($3::timestamptz - greatest($2, opened_at))
           WHERE tender_id = $1 AND phase = 'unlock' AND unlock_until > $2 AND opened_at < $3""",
        tender_id,
        since,
        until,
    )


async def windows(connection: Connection, tender_id: UUID) -> list[Window]:
    """The windows of a tender in which bids are being unlocked, or were until they ended."""
    rows = await connection.fetch(
        """SELECT lot, opened_at, unlock_until FROM tendering.openings
           WHERE tender_id = $1 AND phase = 'unlock' ORDER BY lot""",
        tender_id,
    )
    return [Window(row["lot"], row["opened_at"], row["unlock_until"]) for row in rows]


async def get(connection: Connection, tender_id: UUID, lot: str) -> Opening:
    """The newest session of the opening of a lot. Raises OpeningNotStarted."""
    row = await connection.fetchrow(
        """SELECT phase, opened_at, unlock_until, shortfall, session FROM tendering.openings
           WHERE tender_id = $1 AND lot = $2 ORDER BY session DESC LIMIT 1""",
        tender_id,
        lot,
    )
    if row is None:
        raise OpeningNotStarted
    bids = await unlocks(connection, tender_id, lot, session=row["session"])
    return Opening(
        lot=lot,
        phase=OpeningPhase(row["phase"]),
        opened_at=row["opened_at"],
        unlock_until=row["unlock_until"],
        bidders=tuple(bid.bidder_id for bid in bids),
        unlocked=frozenset(bid.bidder_id for bid in bids if bid.unlocked_by is not None),
        key_lost=frozenset(bid.bidder_id for bid in bids if bid.key_lost),
        shortfall=None if row["shortfall"] is None else Shortfall(row["shortfall"]),
        session=row["session"],
    )


async def list_lots(connection: Connection, tender_id: UUID) -> list[str]:
    """The lots whose opening has begun, and has not failed for too few open bids."""
    rows = await connection.fetch(
        """SELECT lot FROM tendering.openings WHERE tender_id = $1
           GROUP BY lot HAVING bool_and(phase <> 'failed') ORDER BY lot""",
        tender_id,
    )
    return [row["lot"] for row in rows]


async def unlocks(
    connection: Connection, tender_id: UUID, lot: str, *, session: int = 1
) -> list[Unlock]:
    """The bids of a session in order of arrival; in the first are all that came to the opening."""
    rows = await connection.fetch(
        """SELECT u.bidder_id, o.name, o.uscc, u.place, u.key_lost, u.unlocked_by, u.envelopes,
                  u.form, u.confirmed_at, u.session
           FROM tendering.unlocks u JOIN tendering.organizations o ON o.id = u.bidder_id
           WHERE u.tender_id = $1 AND u.lot = $2 AND u.session = $3 ORDER BY u.place""",
        tender_id,
        lot,
        session,
    )
    return [
        Unlock(
            bidder_id=row["bidder_id"],
            bidder_name=row["name"],
            uscc=row["uscc"],
            place=row["place"],
            key_lost=row["key_lost"],
            unlocked_by=None if row["unlocked_by"] is None else UnlockedBy(row["unlocked_by"]),
            envelopes=_envelopes(row["envelopes"]),
            forms=json.loads(row["form"] or "{}"),
            confirmed_at=row["confirmed_at"],
            session=row["session"],
        )
        for row in rows
    ]


async def sessions(connection: Connection, tender_id: UUID, lot: str) -> dict[int, OpeningPhase]:
    """How far each session of the opening of a lot is, by its number."""
    rows = await connection.fetch(
        """SELECT session, phase FROM tendering.openings
           WHERE tender_id = $1 AND lot = $2 ORDER BY session""",
        tender_id,
        lot,
    )
    return {row["session"]: OpeningPhase(row["phase"]) for row in rows}


async def revealed_unlocks(connection: Connection, tender_id: UUID, lot: str) -> list[Unlock]:
    """The bids of all sessions whose contents are shown."""
    return [
        unlock
        for session, phase in (await sessions(connection, tender_id, lot)).items()
        if phase in {OpeningPhase.REVEALED, OpeningPhase.RECORDED}
        for unlock in await unlocks(connection, tender_id, lot, session=session)
    ]


async def save_unlock(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    by: UnlockedBy,
    envelopes: Sequence[OpenedEnvelope],
    forms: Mapping[str, Mapping[str, JsonValue]],
    at: datetime,
) -> None:
    """Write a bid's verdict and its forms, which stay secret until the reveal."""
    await connection.execute(
        """UPDATE tendering.unlocks
           SET unlocked_by = $4, envelopes = $5, form = $6, unlocked_at = $7
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
             AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        bidder_id,
        by,
        to_json(
            [
                {
                    "kind": envelope.kind,
                    "container_digest": envelope.container_digest.hex(),
                    "plaintext_digest": envelope.plaintext_digest.hex(),
                    "rederives": envelope.rederives,
                }
                for envelope in envelopes
            ]
        ),
        to_json({kind: dict(form) for kind, form in forms.items()}),
        at,
    )


async def extend(connection: Connection, tender_id: UUID, lot: str, until: datetime) -> None:
    """The window in which bids are unlocked is longer now."""
    await connection.execute(
        """UPDATE tendering.openings SET unlock_until = $3
           WHERE tender_id = $1 AND lot = $2 AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        until,
    )


async def set_shortfall(
    connection: Connection, tender_id: UUID, lot: str, shortfall: Shortfall
) -> None:
    """Keep what was said about a lot with too few open bids."""
    await connection.execute(
        """UPDATE tendering.openings SET shortfall = $3
           WHERE tender_id = $1 AND lot = $2 AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        shortfall,
    )


async def mark_lost(connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID) -> None:
    """The bidder cannot unlock: the key holders may."""
    await connection.execute(
        """UPDATE tendering.unlocks SET key_lost = true
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
             AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        bidder_id,
    )


async def mark_confirmed(
    connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID, *, at: datetime
) -> None:
    """The bidder confirms its row of the reading-out."""
    await connection.execute(
        """UPDATE tendering.unlocks SET confirmed_at = $4
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3 AND confirmed_at IS NULL
             AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        bidder_id,
        at,
    )


async def set_phase(
    connection: Connection, tender_id: UUID, lot: str, phase: OpeningPhase, *, at: datetime
) -> None:
    """Move the opening of a lot on."""
    await connection.execute(
        """UPDATE tendering.openings
           SET phase = $3, revealed_at = CASE WHEN $3 = 'revealed' THEN $4 ELSE revealed_at END
           WHERE tender_id = $1 AND lot = $2 AND session = tendering.newest_session($1, $2)""",
        tender_id,
        lot,
        phase,
        at,
    )


async def add_shares(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    number: int,
    shares: Mapping[str, bytes],
    at: datetime,
) -> None:
    """Keep a key holder's shares of one bid, by kind of envelope."""
    await connection.executemany(
        """INSERT INTO tendering.shares
               (tender_id, lot, bidder_id, kind, number, share, received_at, session)
           VALUES ($1, $2, $3, $4, $5, $6, $7, tendering.newest_session($1, $2))
           ON CONFLICT (tender_id, lot, bidder_id, kind, number) DO NOTHING""",
        [(tender_id, lot, bidder_id, kind, number, share, at) for kind, share in shares.items()],
    )


async def shares_complete_at(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    bidder_id: UUID,
    *,
    threshold: int,
    envelopes: int,
) -> datetime | None:
    """When the last share had arrived without which the bid could not open; None before."""
    complete_at: datetime | None = await connection.fetchval(
        """SELECT max(nth.received_at) FROM (
               SELECT kind, received_at,
                      row_number() OVER (PARTITION BY kind ORDER BY received_at, number) AS place
               FROM tendering.shares
               WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
             AND session = tendering.newest_session($1, $2)) AS nth
           WHERE nth.place = $4
           HAVING count(*) = $5""",
        tender_id,
        lot,
        bidder_id,
        threshold,
        envelopes,
    )
    return complete_at


async def list_openable(connection: Connection) -> list[tuple[UUID, str, UUID]]:
    """Bids that are still locked although shares of theirs are at hand: tender, lot, bidder."""
    rows = await connection.fetch(
        """SELECT u.tender_id, u.lot, u.bidder_id
           FROM tendering.unlocks u
           JOIN tendering.openings o
               ON o.tender_id = u.tender_id AND o.lot = u.lot AND o.session = u.session
           JOIN tendering.tenders t ON t.id = u.tender_id
           WHERE o.phase = 'unlock' AND u.key_lost AND u.unlocked_by IS NULL
             AND t.threshold <= (
                 SELECT count(DISTINCT s.number) FROM tendering.shares s
                 WHERE s.tender_id = u.tender_id AND s.lot = u.lot AND s.session = u.session
                   AND s.bidder_id = u.bidder_id)
           ORDER BY u.tender_id, u.lot, u.place LIMIT 100"""
    )
    return [(row["tender_id"], row["lot"], row["bidder_id"]) for row in rows]


async def shares_of(
    connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID
) -> dict[str, dict[int, bytes]]:
    """The shares at hand for a bid: kind of envelope → number of key holder → 16 bytes."""
    rows = await connection.fetch(
        """SELECT kind, number, share FROM tendering.shares
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
             AND session = tendering.newest_session($1, $2)
           ORDER BY kind, number""",
        tender_id,
        lot,
        bidder_id,
    )
    shares: dict[str, dict[int, bytes]] = {}
    for row in rows:
        shares.setdefault(row["kind"], {})[row["number"]] = row["share"]
    return shares


def _envelopes(text: str | None) -> tuple[OpenedEnvelope, ...]:
    return tuple(
        OpenedEnvelope(
            envelope["kind"],
            bytes.fromhex(envelope["container_digest"]),
            bytes.fromhex(envelope["plaintext_digest"]),
            envelope["rederives"],
        )
        for envelope in json.loads(text or "[]")
    )
