"""What kind of procurement a draft declares itself to be, as JSON."""

from typing import Literal

from msgspec import Struct

from tendering.domain.circumstances import Circumstances


class CircumstancesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What is procured, and of whose funds.

    `compulsory`: the law demands a tender; `state_controlled`: of funds the state controls;
    `is_complex`: technically complex or of great social effect.
    """

    category: Literal["works", "goods", "services", "design"] = "works"
    compulsory: bool = True
    state_controlled: bool = True
    is_complex: bool = False


def circumstances_of(body: CircumstancesBody) -> Circumstances:
    """The declared circumstances as the rules read them."""
    return Circumstances(
        body.category,
        compulsory=body.compulsory,
        state_controlled=body.state_controlled,
        is_complex=body.is_complex,
    )
