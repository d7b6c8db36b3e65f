"""What happened to documents in an evaluation room, entry by entry: editions, findings, pages."""

from evaluation_rooms import blind_events as b
from evaluation_rooms import blindness, pages
from evaluation_rooms import commands as c
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.room import Room
from tendering.domain.identity_leaks import FoundLeak


def check_searched(room: Room, event: b.BlindSearched) -> str:
    """What was made of a bid, once, with its findings numbered on."""
    found = tuple(FoundLeak(x.file, x.page, x.kind, x.about, x.excerpt) for x in event.leaks)
    command = c.EnterEdition(event.bid, event.digest, event.files, event.left_out, found)
    return "" if blindness.decide_edition(room, command) == (event,) else "another edition"


def check_page(room: Room, event: PageShown) -> str:
    """A page shown when it might be."""
    command = c.ShowPage(
        event.seat, event.bid, event.part, event.file, event.page, event.criterion, event.text
    )
    return "" if pages.decide_page(room, command) == (event,) else "another page"


def check_leak(room: Room, event: b.LeakDecided) -> str:
    """A finding decided once, for a reason."""
    command = c.DecideLeak(event.number, event.by, event.shown, event.reason)
    return "" if blindness.decide_leak(room, command) == (event,) else "another decision"
