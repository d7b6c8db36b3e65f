"""Who publishes, and the words that all releases share: identifiers, money, addresses.

https://standard.open-contracting.org/1.1/en/schema/
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_letters, digits
from typing import Any, Final, TypeAlias
from uuid import UUID

from tendering.domain.parties import Organization

# JSON of the standard: amounts are exact decimals, which no float between turns into others.
Json: TypeAlias = dict[str, Any]

# The prefix that the Open Contracting Partnership gives a publisher. This one it gave to nobody.
DEMONSTRATION_PREFIX: Final = "ocds-kbdemo"
PREFIX: Final = re.compile(r"ocds-[a-z0-9]{6}")
# The code's first character names the registering authority (GB 32100-2015): 9 is the market
# regulator, whose register is the list CN-SAIC of org-id.guide. No list there holds the others.
COMPANIES: Final = "9"
COMPANY_SCHEME: Final = "CN-SAIC"
OTHER_SCHEME: Final = "CN-USCC"
_UNRESERVED: Final = frozenset((ascii_letters + digits + "-._~").encode())


@dataclass(frozen=True, slots=True)
class Publisher:
    """The platform as a publisher: the prefix of its identifiers, its name, its public address."""

    prefix: str
    name: str
    address: str

    def ocid(self, tender_id: UUID | str) -> str:
        """The open contracting identifier of a tender, the same for ever."""
        return f"{self.prefix}-{tender_id}"

    def tender_address(self, tender_id: UUID, *path: str) -> str:
        """Where something of a tender is found on the platform; parts are escaped (RFC 3986)."""
        parts = ("api", "v1", "tenders", str(tender_id), *path)
        return "/".join((self.address, *map(_escaped, parts)))


def scheme_of(uscc: str) -> str:
    """The list of organizations that a unified social credit code stands in."""
    return COMPANY_SCHEME if uscc.startswith(COMPANIES) else OTHER_SCHEME


def party_id(organization: Organization) -> str:
    """The identifier of an organization in releases: by its code, or by number without one."""
    if not organization.uscc:
        return str(organization.id)
    return f"{scheme_of(organization.uscc)}-{organization.uscc}"


def reference(organization: Organization) -> Json:
    """A reference to an organization among the parties."""
    return {"id": party_id(organization), "name": organization.name}


def party(organization: Organization, roles: Iterable[str]) -> Json:
    """An organization with the roles that it has from now on."""
    identifier = {
        "scheme": scheme_of(organization.uscc),
        "id": organization.uscc,
        "legalName": organization.name,
    }
    return filled(
        {
            **reference(organization),
            "identifier": identifier if organization.uscc else None,
            "roles": list(roles),
        }
    )


def money(fen: int) -> Json:
    """An amount: fen become yuan with two decimals."""
    return {"amount": Decimal(fen).scaleb(-2), "currency": "CNY"}


def filled(members: Mapping[str, Any]) -> Json:
    """The members that say something: the standard leaves out what is unknown."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _escaped(part: str) -> str:
    return "".join(chr(b) if b in _UNRESERVED else f"%{b:02X}" for b in part.encode())
