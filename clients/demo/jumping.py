"""When the demonstration's clock may jump: everybody is idle, and has looked since the last change.

Parties learn of one another's deeds by looking, so a party that was idle a moment ago may have
something to do by now. Hence two conditions: all are idle, and each has looked again, in vain,
after the last of them became so. Pure; times are seconds of one monotonic clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class PartyState:
    """What a party said last. `until`: it waits for this instant, not for somebody else."""

    text: str = ""
    idle: bool = False
    done: bool = False
    until: str | None = None
    looked_at: float = 0.0


@dataclass(slots=True)
class Idleness:
    """All parties, and since when nothing has changed among them."""

    parties: dict[str, PartyState] = field(default_factory=dict)
    settled_at: float = 0.0

    @classmethod
    def of(cls, names: Iterable[str]) -> "Idleness":
        """Parties that have not said anything yet."""
        return cls({name: PartyState() for name in names})

    def heard(self, name: str, said: dict[str, Any], *, at: float) -> None:
        """A party has said something; `at` is when it was heard."""
        state = self.parties[name]
        was_busy = not (state.idle or state.done)
        if "idle" in said:
            state.idle, state.text = True, said["idle"]
            state.until, state.looked_at = said["until"], said["looked_at"]
        elif "done" in said:
            state.idle, state.done, state.text = False, True, said["done"]
        elif "doing" in said:
            state.idle, state.text = False, said["doing"]
            self.settled_at = at
        if was_busy and (state.idle or state.done):
            self.settled_at = at

    def jumped(self, *, at: float) -> None:
        """The clock has jumped: everybody must look again."""
        self.settled_at = at

    @property
    def all_done(self) -> bool:
        """Has everybody played its part to the end?"""
        return all(state.done for state in self.parties.values())

    @property
    def settled(self) -> bool:
        """Is everybody idle or done, and has looked since the last change?"""
        return all(
            state.done or (state.idle and state.looked_at > self.settled_at)
            for state in self.parties.values()
        )

    @property
    def may_jump(self) -> bool:
        """Is everybody idle, and does at least one wait for an instant to come?"""
        return self.settled and any(
            state.until is not None for state in self.parties.values() if not state.done
        )

    @property
    def stuck(self) -> list[str]:
        """Who waits for whom, when nobody waits for an instant: nothing will ever happen."""
        if not self.settled or self.may_jump or self.all_done:
            return []
        return [f"{name}: {state.text}" for name, state in self.parties.items() if not state.done]
