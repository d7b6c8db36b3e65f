"""Whatever happens, a hall shows nothing but its announcements before closing."""

from hypothesis import given
from hypothesis import strategies as st

from crypto.canonical import JsonValue
from evaluation_rooms import hall
from evaluation_rooms.hall import Hall
from tendering.domain.journal import Entry, Stream
from tests.support.evaluation import AT, TENDER


def public(seq: int, kind: str) -> Entry:
    body: dict[str, JsonValue] = {"lots": []} if kind == hall.CURTAIN else {"lot": "1"}
    return Entry(TENDER, Stream.PUBLIC, seq, kind, body, AT, b"\0" * 32)


def walked(*kinds: str) -> Hall:
    state = Hall(TENDER)
    for seq, kind in enumerate(kinds, start=1):
        state = hall.follow(state, public(seq, kind))
    return state


@given(st.lists(st.sampled_from([*hall.TRANSITIONS, "objection.answered", "hall.announced"])))
def test_a_hall_never_shows_more_than_its_announcements_before_closing(kinds: list[str]) -> None:
    state = walked(*kinds)
    curtain = kinds.index("submission.closed") + 1 if "submission.closed" in kinds else None

    shown = [seq for seq, kind in enumerate(kinds, start=1) if state.shows(public(seq, kind))]

    expected = [
        seq
        for seq, kind in enumerate(kinds, start=1)
        if kind.startswith("hall.") or (curtain is not None and seq >= curtain)
    ]
    assert shown == expected
