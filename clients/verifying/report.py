"""What a verification says: steps in the order of the procedure, and who is at fault for what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from crypto.errors import CryptoError
from tendering.domain.bag import BadBag
from tendering.domain.refusals import Refused

DETAILS_MAX: Final = 200
# What reading something that somebody else wrote may end in: each is a finding, never a crash.
MALFORMED: Final = (
    ArithmeticError,
    AssertionError,
    LookupError,
    TypeError,
    ValueError,
    BadBag,
    CryptoError,
    Refused,
)


class Status(StrEnum):
    """What became of a step. A step that fails anywhere has failed."""

    HOLDS = "holds"
    FAILS = "fails"
    CANNOT_CHECK = "cannot_check"
    NOT_IN_THIS_EDITION = "not_in_this_edition"


@dataclass(frozen=True, slots=True)
class Check:
    """One step. `detail` begins with what decided the status: file, entry, why."""

    name_zh: str
    name_en: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Whose fault it is that a bid did not open or is invalid, and whether that is proved.

    `whose`: bidder, key_holders or platform. `zh` is the verdict in Chinese. `failing_holders` are
    the key holders against whom something is proved, whoever answers for the bid.
    """

    lot: str
    bidder: str
    whose: str
    proved: bool
    why: str
    zh: str = ""
    failing_holders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All steps, all faults, and notices that stand over everything."""

    steps: tuple[Check, ...]
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]

    @property
    def first_failure(self) -> Check | None:
        """The first step that does not hold."""
        return next((step for step in self.steps if step.status is Status.FAILS), None)

    @property
    def holds(self) -> bool:
        """Does nothing contradict the archive? Says nothing about what could not be checked."""
        return self.first_failure is None

    @property
    def unchecked(self) -> tuple[Check, ...]:
        """The steps that could not be checked, or not with this edition."""
        open_statuses = {Status.CANNOT_CHECK, Status.NOT_IN_THIS_EDITION}
        return tuple(step for step in self.steps if step.status in open_statuses)

    @property
    def verdict(self) -> str:
        """The last line: what holds, or the first thing that does not."""
        failed = self.first_failure
        if failed is not None:
            return f"不成立 / DOES NOT HOLD: {failed.name_en}: {failed.detail.splitlines()[0]}"
        count = len(self.steps) - len(self.unchecked)
        unchecked = f"; {len(self.unchecked)} not checked" if self.unchecked else ""
        return f"成立 / HOLDS: {count} of {len(self.steps)} steps hold{unchecked}"


@dataclass(slots=True)
class Notes:
    """What a step has found so far. The worst of it is its status."""

    failures: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def fails(self, where: str, why: str) -> None:
        """Something does not hold: the file, with the entry where there is one, and why."""
        self.failures.append(f"{where}: {why}")

    def cannot(self, why: str) -> None:
        """Something cannot be decided from what is there."""
        self.gaps.append(why)

    def skips(self, why: str) -> None:
        """This edition does not have what would be needed."""
        if why not in self.absent:
            self.absent.append(why)

    def remark(self, text: str) -> None:
        """Something a reader should see although it holds."""
        self.remarks.append(text)

    def require(self, holds: bool, where: str, why: str) -> bool:
        """Note a failure unless the condition holds; return it."""
        if not holds:
            self.fails(where, why)
        return holds

    @property
    def status(self) -> Status:
        """The worst of what was found."""
        if self.failures:
            return Status.FAILS
        if self.gaps:
            return Status.CANNOT_CHECK
        return Status.NOT_IN_THIS_EDITION if self.absent else Status.HOLDS

    def as_check(self, name_zh: str, name_en: str) -> Check:
        """The step as it stands in the report."""
        lines = [*self.failures, *self.gaps, *self.absent, *self.remarks]
        more = len(lines) - DETAILS_MAX
        shown = lines[:DETAILS_MAX] + ([f"and {more} more"] if more > 0 else [])
        return Check(name_zh, name_en, self.status, "\n".join(shown))


Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Nobody wants to know how far it has come."""
