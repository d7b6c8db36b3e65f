"""Roles: in what capacity somebody acts. One session acts in one role of one organization."""

from enum import StrEnum


class Role(StrEnum):
    """The capacities the platform knows; `public` is whoever has not logged in."""

    PUBLIC = "public"
    BIDDER = "bidder"
    PROCURING_ENTITY = "procuring_entity"
    AGENCY = "agency"
    EXPERT = "expert"
    INSURER = "insurer"
    VENUE_OPERATOR = "venue_operator"
    KEY_HOLDER = "key_holder"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
