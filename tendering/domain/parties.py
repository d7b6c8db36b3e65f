"""Parties: organizations, the people who act for them, and who may act as what.

A session acts in one role of one organization: that is an `Actor`, and every rule about persons
takes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from stdnum.cn import uscc as credit_code

from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.accounts import (
    AlreadyOver,
    LastAdministrator,
    NotAdministrator,
    PersonLeft,
    RoleNotHeld,
    UsccInvalid,
)
from tendering.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person, for an organization, in a role. `uscc` is the 18-character code.

    `workstation` is the token that a workstation of a venue shows, a secret; elsewhere empty.
    """

    person_id: UUID
    organization_id: UUID
    role: Role
    organization_name: str
    uscc: str
    workstation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """An actor who has logged in. `digest` is the SHA-256 of the token, 32 bytes."""

    digest: bytes
    actor: Actor
    csrf_token: str
    is_administrator: bool


@dataclass(frozen=True, slots=True)
class Organization:
    """A registered organization and the roles in which it may act."""

    id: UUID
    uscc: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts for an organization; `left_at` is the instant of departure."""

    id: UUID
    organization_id: UUID
    name: str
    login: str
    is_administrator: bool
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """A person may act for an organization in a role; without `valid_until` until revoked."""

    id: UUID
    person_id: UUID
    organization_id: UUID
    role: Role
    granted_by: UUID
    granted_at: datetime
    valid_until: datetime | None = None


def check_uscc(code: str) -> None:
    """Is this a unified social credit code with its check digit (GB 32100-2015)? Or UsccInvalid."""
    # The library also takes blanks and small letters; here a code is written in one way only.
    if credit_code.compact(code) != code or not credit_code.is_valid(code):
        raise UsccInvalid


def decide_registration(role: Role, *, by: Session | None) -> None:
    """May this organization be registered? Raises Forbidden."""
    # 电子招标投标办法 第九条: registration is free and open to every bidder.
    if role is Role.BIDDER:
        return
    if by is None or by.actor.role is not Role.OPERATOR:
        raise Forbidden("only the operator registers an organization in this role", role=role)


def require_administrator(by: Session, organization_id: UUID) -> None:
    """Does this session manage the organization's people? Raises NotFound or NotAdministrator."""
    if by.actor.organization_id != organization_id:
        raise NotFound
    if not by.is_administrator:
        raise NotAdministrator


def decide_grant(
    person: Person,
    organization: Organization,
    role: Role,
    *,
    by: Session,
    valid_until: datetime | None,
    at: datetime,
) -> None:
    """May this colleague act in this role? Raises NotFound and the refusals named below."""
    require_administrator(by, person.organization_id)
    if person.left_at is not None:
        raise PersonLeft
    if role not in organization.roles:
        raise RoleNotHeld(role=role)
    if valid_until is not None and valid_until <= at:
        raise AlreadyOver


def decide_departure(person: Person, *, by: Session, other_administrators: int) -> None:
    """May this person be recorded as gone? Raises NotFound, NotAdministrator, LastAdministrator.

    The operator may lock anybody out of other organizations.
    """
    if by.actor.role is Role.OPERATOR and person.organization_id != by.actor.organization_id:
        return
    require_administrator(by, person.organization_id)
    if person.is_administrator and other_administrators == 0:
        raise LastAdministrator


def choose_authorization(standing: Sequence[Authorization], role: Role | None) -> Authorization:
    """In which role does a session begin: the asked one, else the first granted. Or RoleNotHeld."""
    for authorization in standing:
        if role is None or authorization.role is role:
            return authorization
    raise RoleNotHeld(role=role)
