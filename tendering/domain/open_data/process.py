"""What the releases so far have said of a contracting process: what later ones refer to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tendering.domain.open_data.publication import Json, Publisher, filled
from tendering.domain.parties import Organization


@dataclass(frozen=True, slots=True)
class Section:
    """What one event tells: the tags of its release, and the members it adds or changes."""

    tag: tuple[str, ...]
    members: Mapping[str, Any]


@dataclass(slots=True)
class Process:
    """One tender while its public stream is read. `notice` is the body of `tender.published`.

    `bidders` by their numbers, from the closing on; `proposed` the awards of each lot by the
    bidder's number with their status; `over` the lots that are decided.
    """

    publisher: Publisher
    organizations: Mapping[UUID, Organization]
    tender_id: UUID
    notice: Mapping[str, Any]
    deadline: str = field(init=False)
    amendments: int = 0
    bidders: dict[str, Organization] = field(default_factory=dict)
    proposed: dict[str, dict[str, str]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """The deadline is that of the notice until something moves it."""
        self.deadline = self.notice["deadline"]

    def named(self, organization_id: str) -> Organization:
        """An organization that the notice names, or one that handed in a bid."""
        number = UUID(organization_id)
        known = self.bidders.get(organization_id) or self.organizations.get(number)
        return known or Organization(number, "", organization_id, frozenset())

    def changed(self, tag: str, **members: Any) -> Section:
        """A release that changes the tender; members that say nothing are left out."""
        return Section((tag,), {"tender": {"id": self.notice["number"], **filled(members)}})

    def lots(self, status: str, names: list[str]) -> list[Json]:
        """The lots of these names in a status."""
        return [{"id": name, "status": status} for name in names]


def bid_id(lot: str, bidder_id: str) -> str:
    """The identifier of a bid, and of the award that may be made of it."""
    return f"{lot}-{bidder_id}"
