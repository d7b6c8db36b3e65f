"""Reading together, as entries: a page that a member shows to everybody, by choice."""

from uuid import UUID

from msgspec import Struct


class PageShown(Struct, frozen=True, tag_field="kind", tag="page.shown"):
    """A page of a bid's file, with what the member says to it.

    `part`: qualification, technical or price. `criterion`: the criterion or item of review that
    the page evidences; empty for none.
    """

    room_id: UUID
    number: int
    seat: int
    bid: int
    part: str
    file: int
    page: int
    criterion: str
    text: str
