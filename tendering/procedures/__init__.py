"""The procedures: data files, read once by who needs them; `tendering.domain.procedure` says what
they mean.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from tendering.domain.procedure import Procedure, Round, load_procedure
from tendering.domain.refusals.rules import ProcedureInvalid
from tendering.domain.rulebook import Rulebook

# By regime, the usual one first.
PROCEDURES: Final = {
    "construction": (
        "open-tendering",
        "prequalified-tendering",
        "two-envelope-tendering",
        "invitation-tendering",
        "two-stage-tendering",
    ),
    "government_procurement": (
        "procurement-open-tendering",
        "procurement-invitation-tendering",
        "competitive-negotiation",
        "competitive-consultation",
        "inquiry",
        "single-source",
    ),
}


def procedure_text(name: str) -> str:
    """The TOML of a procedure. Raises ProcedureInvalid for an unknown one."""
    if not any(name in names for names in PROCEDURES.values()):
        raise ProcedureInvalid("there is no such procedure", where=name)
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")


@cache
def procedure_of(name: str) -> Procedure:
    """A procedure. Raises ProcedureInvalid for an unknown one."""
    return load_procedure(procedure_text(name))


def round_of(name: str, number: int, rulebook: Rulebook) -> Round:
    """A round with the rulebook's numbers. Raises ProcedureInvalid, RulebookInvalid."""
    return procedure_of(name).round(number, rulebook)
