"""Notifications: who is told of which entry of the journal. The words: `notification_texts`.

Before the opening nobody may learn from a message, from how many there are or when they come, who
bids or how many do (招标投标法 第二十二条): who has the documents is told the same, bid or no
bid, and what began in custody never leaves the platform by mail. Of the committee nothing leaves it
at any time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Stream, parse_instant
from tendering.domain.roles import Role
from tendering.domain.schedule import wall_time


class Audience(StrEnum):
    """Who is meant, in terms of the tender and the entry."""

    HOST = "host"  # the procuring entity and its agency
    SUPERVISOR = "supervisor"
    KEY_HOLDERS = "key_holders"
    ASKED_HOLDERS = "asked_holders"  # those whose numbers the entry lists
    INTERESTED = "interested"  # who has the documents, was invited or bids: all alike
    BIDDERS = "bidders"  # of lots that are being opened or were
    NAMED = "named"  # the organization that the entry is about
    SIGNATORIES = "signatories"
    OBJECTOR = "objector"
    COMPLAINANT = "complainant"
    SEATED = "seated"  # the experts that an entry of the committee's stream seats
    VENUE = "venue"  # who runs the venue that the entry is about
    OBLIGED = "obliged"  # whose duty it is
    OVERSEER = "overseer"  # the supervisor, of a duty that it may know of already


@dataclass(frozen=True, slots=True)
class Row:
    """One audience and what it is told. Words in braces are members of the entry's body.

    `early`: may leave the platform before the opening although it began in custody, because it
    tells nothing of any bid.
    """

    audience: Audience
    zh: str
    en: str
    early: bool = False


def rows_for(zh: str, en: str, *audiences: Audience) -> tuple[Row, ...]:
    """The same words for several audiences."""
    return tuple(Row(audience, zh, en) for audience in audiences)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Everybody who acts for an organization in a role; one person if named.

    Without organization: everybody in the role.
    """

    role: Role
    organization_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a tender concerns. `opened_by_lot`: bidders of each lot whose opening has begun.

    `about` are organizations that the entry's members point to in other tables: the objector, the
    complainant. `seated` are persons.
    """

    host_id: UUID
    agency_id: UUID | None
    supervisor_id: UUID
    key_holders: Mapping[int, UUID]
    interested: frozenset[UUID] = frozenset()
    opened_by_lot: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    about: frozenset[UUID] = frozenset()
    seated: Mapping[UUID, UUID] = field(default_factory=dict)

    @property
    def is_opened(self) -> bool:
        """Has the opening of any lot begun?"""
        return bool(self.opened_by_lot)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: to whom, in both languages, and whether mail and webhooks may carry it."""

    recipient: Recipient
    zh: str
    en: str
    outward: bool


TEXT_MAX: Final = 500
_TIMES: Final = ("_at", "_until", "deadline", "due", "until")


def messages_of(entry: Entry, rows: Sequence[Row], concerned: Concerned) -> tuple[Message, ...]:
    """What an entry says to whom. Whom two rows mean gets the first."""
    found: dict[Recipient, Message] = {}
    words = _words(entry.body)
    for row in rows:
        outward = _outward(entry.stream, row, concerned)
        for recipient in sorted(recipients(entry, row.audience, concerned), key=_order):
            if recipient not in found:
                zh, en = row.zh.format_map(words), row.en.format_map(words)
                found[recipient] = Message(recipient, zh[:TEXT_MAX], en[:TEXT_MAX], outward)
    return tuple(found.values())


def recipients(entry: Entry, audience: Audience, concerned: Concerned) -> frozenset[Recipient]:
    """Whom an audience means, of this entry."""
    return _MEANS[audience](entry, concerned)


def _outward(stream: Stream, row: Row, concerned: Concerned) -> bool:
    if stream is Stream.PUBLIC:
        return True
    return stream is Stream.CUSTODY and (concerned.is_opened or row.early)


def _in_role(role: Role, organizations: Iterable[UUID]) -> frozenset[Recipient]:
    return frozenset(Recipient(role, one) for one in organizations)


def _acting(concerned: Concerned, organizations: Iterable[UUID]) -> frozenset[Recipient]:
    """Organizations in the role that each has in this tender."""
    roles = dict.fromkeys(concerned.key_holders.values(), Role.KEY_HOLDER)
    roles[concerned.supervisor_id] = Role.SUPERVISOR
    roles[concerned.host_id] = Role.PROCURING_ENTITY
    if concerned.agency_id is not None:
        roles[concerned.agency_id] = Role.AGENCY
    return frozenset(Recipient(roles.get(one, Role.BIDDER), one) for one in organizations)


def _host(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    found = {Recipient(Role.PROCURING_ENTITY, concerned.host_id)}
    if concerned.agency_id is not None:
        found.add(Recipient(Role.AGENCY, concerned.agency_id))
    return frozenset(found)


def _supervisor(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    return _in_role(Role.SUPERVISOR, [concerned.supervisor_id])


def _key_holders(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    return _in_role(Role.KEY_HOLDER, concerned.key_holders.values())


def _asked_holders(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    numbers = entry.body.get("asked", entry.body.get("missing"))
    assert isinstance(numbers, list)
    holders = concerned.key_holders
    return _in_role(
        Role.KEY_HOLDER,
        (holders[one] for one in numbers if isinstance(one, int) and one in holders),
    )


def _interested(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    return _in_role(Role.BIDDER, concerned.interested)


def _bidders(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    lot, by_lot = entry.body.get("lot"), concerned.opened_by_lot
    if isinstance(lot, str) and lot:
        return _in_role(Role.BIDDER, by_lot.get(lot, frozenset()))
    return _in_role(Role.BIDDER, frozenset().union(*by_lot.values()))


def _named(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    named = entry.body.get("bidder_id", entry.body.get("organization_id"))
    return _acting(concerned, [] if named is None else [UUID(str(named))])


def _signatories(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    signatories = entry.body["signatories"]
    assert isinstance(signatories, list)
    # Who signs for the committee sits in its room.
    if entry.stream is Stream.COMMITTEE:
        return frozenset()
    ids = [UUID(str(one["organization_id"])) for one in signatories if isinstance(one, dict)]
    return _acting(concerned, ids)


def _about(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    return _in_role(Role.BIDDER, concerned.about)


def _seated(_: Entry, concerned: Concerned) -> frozenset[Recipient]:
    return frozenset(
        Recipient(Role.EXPERT, organization, person)
        for person, organization in concerned.seated.items()
    )


def _venue(entry: Entry, _: Concerned) -> frozenset[Recipient]:
    return _in_role(Role.VENUE_OPERATOR, [UUID(str(entry.body["venue_operator_id"]))])


def _obliged(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    by = Role(str(entry.body["by"]))
    if by is Role.PROCURING_ENTITY:
        return _host(entry, concerned)
    named = entry.body.get("organization_id")
    return frozenset({Recipient(by, None if named is None else UUID(str(named)))})


def _overseer(entry: Entry, concerned: Concerned) -> frozenset[Recipient]:
    # A duty's id names the stream it began in: `key:stream:seq`.
    secret = f":{Stream.PUBLIC}:" not in str(entry.body["duty"])
    if secret and not concerned.is_opened:
        return frozenset()
    return _supervisor(entry, concerned)


_MEANS: Final[Mapping[Audience, Callable[[Entry, Concerned], frozenset[Recipient]]]] = (
    MappingProxyType(
        {
            Audience.HOST: _host,
            Audience.SUPERVISOR: _supervisor,
            Audience.KEY_HOLDERS: _key_holders,
            Audience.ASKED_HOLDERS: _asked_holders,
            Audience.INTERESTED: _interested,
            Audience.BIDDERS: _bidders,
            Audience.NAMED: _named,
            Audience.SIGNATORIES: _signatories,
            Audience.OBJECTOR: _about,
            Audience.COMPLAINANT: _about,
            Audience.SEATED: _seated,
            Audience.VENUE: _venue,
            Audience.OBLIGED: _obliged,
            Audience.OVERSEER: _overseer,
        }
    )
)


class _Words(dict[str, str]):
    """What a sentence asks for and the entry does not have is left out: no deed fails for it."""

    def __missing__(self, key: str) -> str:
        return ""


def _words(body: Mapping[str, JsonValue]) -> _Words:
    """The members of a body as they stand in a sentence; instants as the clock in China shows."""
    return _Words((name, _word(name, value)) for name, value in body.items())


def _word(name: str, value: JsonValue) -> str:
    if isinstance(value, str) and name.endswith(_TIMES):
        try:
            return wall_time(parse_instant(value))
        except ValueError:
            return value
    return str(value) if isinstance(value, (str, int)) else ""


def _order(recipient: Recipient) -> tuple[str, str, str]:
    return recipient.role, str(recipient.organization_id), str(recipient.person_id)
