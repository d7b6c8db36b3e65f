"""Every kind of entry stands in the table of notifications, or it is said why nobody is told."""

import ast
from collections.abc import Iterator
from typing import Final

from evaluation_rooms.events import KINDS as ROOM_KINDS
from tendering.actions.contracts import _STEPS
from tendering.domain.notification_texts import TELLS, TELLS_NOBODY
from tests.support.postgres import ROOT

PACKAGES: Final = ("tendering", "evaluation_rooms", "insurance_gateway")
# Kinds that are no literal where the event is made, and what makes them.
MADE: Final = {
    "str(kind)": ROOM_KINDS,
    "what.kind": {step.kind for step in _STEPS.values()},
}
# They carry an event that stands already.
CARRIED: Final = {"event.kind"}


def events() -> Iterator[tuple[ast.Module, ast.expr]]:
    """The first argument of every `Event(kind, body)`."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Event" and node.args:
                    yield tree, node.args[0]


def named(tree: ast.Module, name: str) -> set[str]:
    """The texts that a name is given in a module."""
    return {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and name in {ast.unparse(each) for each in _targets(node)}
    }


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def kinds() -> set[str]:
    """Every kind that the packages can append to a journal."""
    found: set[str] = set()
    for tree, first in events():
        shown = ast.unparse(first)
        if isinstance(first, ast.Constant):
            found.add(str(first.value))
        elif shown in MADE:
            found |= MADE[shown]
        elif shown not in CARRIED:
            texts = named(tree, shown)
            assert texts, f"what kind is {shown}?"
            found |= texts
    return found


def test_every_kind_tells_somebody_or_says_why_not() -> None:
    assert kinds() == {*TELLS, *TELLS_NOBODY}
    assert all(TELLS_NOBODY.values())
