"""A day of a guarantor is matched: lists in, what differs into the queue, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from insurance_gateway.storage import discrepancies, match_days, match_lines, orders
from insurance_gateway.three_way import Fault, Issue, Payment, list_fault, match
from tendering.domain.calendar import day_begins
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Lists:
    """What came for a day: the guarantor's list, and what was paid for its orders."""

    issued: Sequence[Issue]
    payments: Sequence[Payment]


@dataclass(frozen=True, slots=True)
class Matched:
    """How many orders were looked at, and how many discrepancies there are."""

    orders: int
    discrepancies: int


async def match_day(
    connection: Connection, guarantor_id: UUID, day: date, lists: Lists, *, at: datetime
) -> Matched:
    """Match a day that is over. Doing it again, with other lists too, opens nothing twice."""
    begin = day_begins(day)
    end = begin + timedelta(days=1)
    await match_lines.replace_day(connection, guarantor_id, day, lists.issued, lists.payments)
    # What belongs to another day is looked at for what is there, not for what is missing.
    due = await orders.list_to_match(connection, guarantor_id, begin=begin, end=end, named=[])
    named = sorted(
        {one.order_id for one in lists.issued} | {one.order_id for one in lists.payments}
    )
    ours = await orders.list_to_match(connection, guarantor_id, begin=begin, end=end, named=named)
    ids = sorted({*named, *(order.id for order in ours)})
    issued, payments = await match_lines.list_of_orders(connection, guarantor_id, ids, until=day)
    found = match(ours, issued, payments, due={order.id for order in due})
    rows = [(uuid5(guarantor_id, f"{day} {one.fault} {one.order_id}"), one) for one in found]
    await discrepancies.insert_all(connection, guarantor_id, day, rows, at=at)
    await match_days.settle(connection, guarantor_id, day, at=at)
    return Matched(len(ours), len(found))


async def question_list(
    connection: Connection, guarantor_id: UUID, day: date, *, why: str, at: datetime
) -> None:
    """Somebody must see to a list that does not come; it stands once a day."""
    row = uuid5(guarantor_id, f"{day} {Fault.LIST_MISSING}"), list_fault(guarantor_id, why)
    await discrepancies.insert_all(connection, guarantor_id, day, [row], at=at)
