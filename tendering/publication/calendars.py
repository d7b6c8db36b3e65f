"""The public dates of tenders, as iCalendar (RFC 5545) and as rows of JSON.

An event's UID stays the same for ever and its SEQUENCE rises with every entry that may move it, so
that a calendar that was fetched before replaces what it holds. Nothing secret has a date here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tendering.domain.cells import without_controls
from tendering.domain.journal import parse_instant
from tendering.domain.open_data.publication import Publisher
from tendering.storage.calendar_rows import CalendarRow

ICALENDAR: Final = "text/calendar; charset=utf-8"
LINE_OCTETS_MAX: Final = 75  # RFC 5545 §3.1
# The instants of a timetable that concern everybody, and how they are called.
DATES: Final = MappingProxyType(
    {
        "documents_until": "招标文件获取截止",
        "objections_until": "对招标文件提出异议截止",
        "sign_in_from": "开标签到开始",
        "deadline": "投标截止、开标",
    }
)
PUBLICITY: Final = "中标候选人公示截止"
_ENDED: Final = frozenset({"failed", "terminated"})


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One date of a tender. `status` is that of RFC 5545: CONFIRMED, TENTATIVE or CANCELLED."""

    tender_id: UUID
    kind: str
    lot: str
    at: datetime
    title: str
    number: str
    tender_title: str
    procuring_entity: str
    status: str
    sequence: int
    changed_at: datetime

    @property
    def name(self) -> str:
        """What tells it from every other event, the same for ever."""
        return "-".join(part for part in (str(self.tender_id), self.kind, self.lot) if part)


def events_of(
    rows: Iterable[CalendarRow], begin: datetime | None = None, end: datetime | None = None
) -> list[CalendarEvent]:
    """The dates of tenders from `begin` up to `end`, in their order."""
    found = [event for row in rows for event in _events(row)]
    within = [
        one for one in found if (begin is None or one.at >= begin) and (end is None or one.at < end)
    ]
    return sorted(within, key=lambda one: (one.at, one.name))


def icalendar(events: Sequence[CalendarEvent], publisher: Publisher, *, title: str) -> bytes:
    """The events as a calendar that programs subscribe to."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(publisher.name)}//Kaibiao//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(title)}",
        f"X-WR-CALNAME:{_text(title)}",
    ]
    for event in events:
        page = f"{publisher.address}/tenders/{event.tender_id}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.name}@{publisher.prefix}",
            f"SEQUENCE:{event.sequence}",
            f"DTSTAMP:{_utc(event.changed_at)}",
            f"DTSTART:{_utc(event.at)}",
            f"SUMMARY:{_text(f'{event.title}：{event.tender_title}')}",
            f"DESCRIPTION:{_text(f'{event.number} {event.procuring_entity}')}",
            f"URL:{page}",
            f"STATUS:{event.status}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _events(row: CalendarRow) -> Iterable[CalendarEvent]:
    instants = {
        name: parse_instant(at) for name in DATES if isinstance(at := row.timetable.get(name), str)
    }
    # The deadline moves with a pause before the timetable is computed anew.
    instants["deadline"] = row.deadline
    for name, at in instants.items():
        yield _event(row, name, "", at, DATES[name])
    for lot, at in row.publicity_until.items():
        yield _event(row, "publicity_until", lot, at, PUBLICITY)


def _event(row: CalendarRow, kind: str, lot: str, at: datetime, title: str) -> CalendarEvent:
    status = "TENTATIVE" if row.is_suspended else "CONFIRMED"
    return CalendarEvent(
        tender_id=row.id,
        kind=kind,
        lot=lot,
        at=at.astimezone(UTC),
        title=f"{title}（第 {lot} 标段）" if lot else title,
        number=row.number,
        tender_title=row.title,
        procuring_entity=row.procuring_entity,
        # What was over before the tender ended stays as it was.
        status="CANCELLED" if row.status in _ENDED and at > row.changed_at else status,
        sequence=row.changes - 1,
        changed_at=row.changed_at,
    )


def _utc(at: datetime) -> str:
    """§3.3.5 form 2: a date with UTC time, to the second."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """§3.3.11: backslash, semicolon, comma and line breaks are escaped."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return without_controls(escaped.replace("\r\n", "\\n").replace("\n", "\\n"))


def _folded(line: str) -> bytes:
    """§3.1: no line is longer than 75 octets; what follows begins with a space."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        # A folded line begins with a space, which counts.
        if len(piece) + len(encoded) > LINE_OCTETS_MAX - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
