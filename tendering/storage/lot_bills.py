"""SQL of the bill of quantities of a lot, in a draft or by an amendment."""

from uuid import UUID

from tendering.domain.quantities.lot_bill import LotBill, lot_bill_json
from tendering.storage.connection import Connection
from tendering.storage.json_columns import to_json


async def set_bill(connection: Connection, tender_id: UUID, lot: str, bill: LotBill | None) -> None:
    """Put the bill of quantities of a lot, or take it away."""
    await connection.execute(
        "UPDATE tendering.lots SET bill = $3 WHERE tender_id = $1 AND lot = $2",
        tender_id,
        lot,
        None if bill is None else to_json(lot_bill_json(bill)),
    )
