"""The drawing of a tender's life is made of the table by which the platform decides."""

from scripts.write_life import DRAWING, PAGE, SAID, drawing, page
from tendering.domain.tender import TRANSITIONS, TenderStatus


def test_the_drawing_and_its_table_are_current() -> None:
    assert DRAWING.read_text(encoding="utf-8") == drawing()
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_status_and_every_way_is_drawn() -> None:
    ways = sum(len(ahead) for ahead in TRANSITIONS.values())

    assert set(SAID) == set(TenderStatus)
    # One path each, and that of the arrow's head.
    assert drawing().count("<path ") == ways + 1
