"""What all families have in common when a guarantor tells something: a notice is taken in."""

from datetime import datetime
from uuid import UUID

from crypto.request_signatures import Signed
from insurance_gateway.actions import notices
from insurance_gateway.context import InsuranceContext
from insurance_gateway.guarantee import Order
from insurance_gateway.storage import calls, orders, policy_files
from insurance_gateway.storage.calls import Call
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import Notice
from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection, reading, transaction


async def take_notice(
    insurance: InsuranceContext,
    guarantor: Guarantor,
    notice: Notice,
    signed: Signed,
    *,
    at: datetime,
) -> Order:
    """The order as it stands after a notice whose signature was verified.

    Raises what `notices.receive` raises.
    """
    async with reading(insurance.pool) as connection:
        checked = await notices.check_policies(connection, insurance.keys, guarantor, notice, at=at)
    async with transaction(insurance.pool) as connection:
        order = await notices.receive(
            connection, insurance.keys, guarantor, notice, signed, checked=checked, at=at
        )
        call = Call("in", notice.state, "ok", order.reason, notice.id)
        await calls.insert(connection, guarantor.id, call)
    if notice.matter_id is not None:
        insurance.rang()  # A premium may go back.
    return order


async def keep_file(
    connection: Connection,
    guarantor: Guarantor,
    order_id: UUID,
    digest: bytes,
    content: bytes,
    *,
    at: datetime,
) -> Order:
    """Keep the file of an order of this guarantor; the order. Raises NotFound, Conflict."""
    order = await orders.lock(connection, order_id)
    if order.guarantor_id != guarantor.id:
        raise NotFound
    await policy_files.keep(connection, order_id, digest, content, at=at)
    return order


async def note_refusal(
    insurance: InsuranceContext, guarantor: Guarantor, door: str, code: str, why: str
) -> None:
    """The guarantor's engineer reads in his console what is wrong."""
    async with transaction(insurance.pool) as connection:
        await calls.insert(connection, guarantor.id, Call("in", door, code, why))
