"""What kind of procurement a tender is: facts that decide which rules apply to it.

Each is declared by the procuring entity, signed with the publication, and public with the notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.refusals import Invalid
from tendering.domain.rulebook import Rule

# What is procured: 施工, 货物, 服务, 勘察设计; caps and sizes differ (E11, E39, G18).
CATEGORIES: Final = ("works", "goods", "services", "design")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is procured, and what the law makes of it.

    `compulsory`: the law demands a tender (依法必须招标). `state_controlled`: of funds that the
    state controls (国有资金占控股或者主导地位). `is_complex`: technically complex or of great
    social effect (技术复杂、社会影响较大).
    """

    category: str = "works"
    compulsory: bool = True
    state_controlled: bool = True
    is_complex: bool = False

    def meets(self, rule: Rule) -> bool:
        """Does the rule apply to such a tender?"""
        if rule.applies == "compulsory":
            return self.compulsory
        return rule.applies == "always" or (self.compulsory and self.state_controlled)


def to_json(circumstances: Circumstances) -> dict[str, JsonValue]:
    """As the notice says it."""
    return {
        "category": circumstances.category,
        "compulsory": circumstances.compulsory,
        "state_controlled": circumstances.state_controlled,
        "is_complex": circumstances.is_complex,
    }


def from_json(value: Mapping[str, JsonValue]) -> Circumstances:
    """The inverse of `to_json`. Raises Invalid."""
    fields = Fields(value, "circumstances", Invalid)
    read = Circumstances(
        fields.choice("category", CATEGORIES, default="works"),
        compulsory=fields.flag("compulsory", default=True),
        state_controlled=fields.flag("state_controlled", default=True),
        is_complex=fields.flag("is_complex", default=False),
    )
    fields.done()
    return read
