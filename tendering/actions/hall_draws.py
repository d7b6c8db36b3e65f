"""What was drawn in the hall, for the opening record: results, balls, everybody's numbers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.issued_documents import named
from tendering.documents.data import ContributionRow, DrawnRow, HallDraw
from tendering.domain.draw_steps import leaves_to_draw
from tendering.domain.journal import Entry, Stream
from tendering.domain.kept_groups import keeps_group
from tendering.domain.refusals.draws import DrawNotPrepared
from tendering.domain.tender import Tender
from tendering.storage import journal
from tendering.storage.connection import Connection

_DRAWN = "committee.drawn"
_BY_HOLDERS = "由密钥持有人打开"
_EXCLUDED = "无效，不计入"


async def drawn_in_hall(
    connection: Connection, tender: Tender, lot: str, *, session: int
) -> HallDraw | None:
    """The draw of what the method leaves to it, for the record of the last session; else None.

    Raises DrawNotPrepared while nothing was drawn.
    """
    is_last = session == len(tender.round.sessions)
    # A group that is kept was drawn, with its seed, before this round.
    if not leaves_to_draw(tender) or not is_last or keeps_group(tender.round):
        return None
    entry = await _find(connection, tender)
    if entry is None:
        raise DrawNotPrepared("what the method leaves to the draw has not been drawn")
    body: Any = entry.body
    helped = set(body["opened_by_key_holders"])
    rows = [
        ContributionRow(
            await named(connection, UUID(one["organization_id"])),
            str(one.get("value", "")),
            _EXCLUDED
            if "value" not in one
            else (_BY_HOLDERS if one["organization_id"] in helped else ""),
        )
        for one in (*body["contributions"], *body["excluded"])
    ]
    drawn = [
        DrawnRow(str(one["id"]), _result(one), _balls(one)) for one in coefficients_of(entry, lot)
    ]
    return HallDraw(entry.at, str(body["seed"]), tuple(drawn), tuple(rows))


async def recorded_draw(
    connection: Connection, tender: Tender, lot: str, *, session: int
) -> list[JsonValue]:
    """What was drawn for a lot, as the entry of its last signed record repeats it."""
    entry = await _find(connection, tender)
    is_last = session == len(tender.round.sessions)
    return list(coefficients_of(entry, lot)) if is_last and entry is not None else []


def coefficients_of(entry: Entry, lot: str) -> Sequence[Any]:
    """What an entry says was drawn for a lot (`draw_steps.coefficients`)."""
    body: Any = entry.body
    return [one for one in body["coefficients"] if one["lot"] == lot]


async def _find(connection: Connection, tender: Tender) -> Entry | None:
    told = await journal.list_of_kinds(connection, tender.id, Stream.PUBLIC, [_DRAWN])
    return told[-1] if told else None


def _result(one: Any) -> str:
    return f"{one['percent']}%" if "percent" in one else f"{one['method']}：{one['title']}"


def _balls(one: Any) -> tuple[tuple[str, int], ...]:
    return tuple(("、".join(map(str, ball["urn"])), int(ball["drawn"])) for ball in one["balls"])
