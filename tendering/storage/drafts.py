"""SQL of what may still change of a tender before it is published, its lots among it."""

from tendering.domain.board import marks_of_text, searched_text
from tendering.domain.circumstances import to_json as circumstances_json
from tendering.domain.procedure import round_json
from tendering.domain.quantities.lot_bill import lot_bill_json
from tendering.domain.refusals.tenders import TenderChanged
from tendering.domain.tender import Tender
from tendering.storage.connection import Connection
from tendering.storage.json_columns import to_json


async def replace(connection: Connection, tender: Tender, *, version: int) -> None:
    """Write a changed draft if it still has `version`. Raises TenderChanged."""
    text = await text_of(connection, tender)
    updated = await connection.execute(
        """UPDATE tendering.tenders
           SET title = $3, description = $4, deadline = $5, method = $6, committee = $7,
               search_text = $8, search_marks = $9, region = $10, circumstances = $11,
               round = $12, bid_validity_days = $13, unlock_minutes = $14, estimate_fen = $15,
               version = version + 1
           WHERE id = $1 AND version = $2 AND status = 'draft'""",
        tender.id,
        version,
        tender.title,
        tender.description,
        tender.deadline,
        to_json(dict(tender.method)),
        to_json(dict(tender.committee)),
        text,
        marks_of_text(text),
        tender.region,
        to_json(circumstances_json(tender.circumstances)),
        to_json(round_json(tender.round)),
        tender.terms.bid_validity_days,
        tender.terms.unlock_minutes,
        tender.budget_fen,
    )
    if updated != "UPDATE 1":
        raise TenderChanged
    await connection.execute(
        "DELETE FROM tendering.lots WHERE tender_id = $1 AND lot <> ALL($2)",
        tender.id,
        [lot.lot for lot in tender.lots],
    )
    await put_lots(connection, tender)


async def put_lots(connection: Connection, tender: Tender) -> None:
    """Write the lots of a tender; one that is there already is written over."""
    await connection.executemany(
        """INSERT INTO tendering.lots
               (tender_id, lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items,
                bill)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (tender_id, lot) DO UPDATE
           SET title = excluded.title, estimate_fen = excluded.estimate_fen,
               ceiling_price_fen = excluded.ceiling_price_fen,
               bid_security_fen = excluded.bid_security_fen, items = excluded.items,
               bill = excluded.bill""",
        [
            (
                tender.id,
                lot.lot,
                lot.title,
                lot.estimate_fen,
                lot.ceiling_price_fen,
                lot.bid_security_fen,
                to_json([dict(item) for item in lot.items]),
                None if lot.bill is None else to_json(lot_bill_json(lot.bill)),
            )
            for lot in tender.lots
        ],
    )


async def text_of(connection: Connection, tender: Tender) -> str:
    """What the board searches of a tender: number, title, who buys, lots, description."""
    buyer: str = await connection.fetchval(
        "SELECT name FROM tendering.organizations WHERE id = $1", tender.procuring_entity_id
    )
    lots = [lot.title for lot in tender.lots]
    return searched_text((tender.number, tender.title, buyer, *lots, tender.description))
