"""The journal's bodies about rounds: who was invited, admitted, found qualified, who judges."""

from uuid import UUID

from msgspec import Struct

from clients.verifying.bodies import DrawnPlace, NeedBody, PoolPlace


class Invited(Struct, frozen=True):
    """participants.invited."""

    lot: str
    bidders: tuple[UUID, ...]


class Answered(Struct, frozen=True):
    """invitation.answered."""

    lot: str
    bidder_id: UUID
    answer: str


class AdmittedLot(Struct, frozen=True):
    """Whom the round before admitted to a lot."""

    lot: str
    bidders: tuple[UUID, ...]


class AdmittedHere(Struct, frozen=True):
    """participants.admitted: the list with which a later round begins."""

    previous_id: UUID
    lots: tuple[AdmittedLot, ...]
    salt: str


class Continued(Struct, frozen=True):
    """round.continued: the next round has begun, for these."""

    next_id: UUID
    admitted_digest: str
    salt: str


class Qualified(Struct, frozen=True):
    """qualification.checked: whom the procuring entity found qualified."""

    lot: str
    passed: tuple[UUID, ...]
    failed: tuple[UUID, ...]


class FoundTie(Struct, frozen=True):
    """What is wrong with a bid because of who stands behind it."""

    bidder_id: UUID
    code: str
    law: str


class Compared(Struct, frozen=True):
    """bidders.compared."""

    lot: str
    findings: tuple[FoundTie, ...]


class KeptPlace(DrawnPlace, frozen=True):
    """A place whose expert goes on, with the seat."""

    seat: int


class Kept(Struct, frozen=True):
    """committee.kept."""

    previous_id: UUID
    needs: tuple[NeedBody, ...]
    entries: tuple[PoolPlace, ...]
    pool_root: str
    seed: str
    seats: tuple[KeptPlace, ...]
    left: tuple[DrawnPlace, ...]
    shared: int
