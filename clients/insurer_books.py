"""The books of a simulated insurer: prices and numbers of policies, and what happened on a day."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal

from insurance_gateway.wire import Application, IssuedLine, IssuedList, ReceivedLine

CHINA: Final = timezone(timedelta(hours=8))
PREMIUM_PER_MILLE: Final = 5
PREMIUM_FEN_MIN: Final = 20_000


@dataclass(slots=True)
class Books:
    """Policies and payments with their days. `takes_premiums`: they come to the insurer itself."""

    takes_premiums: bool
    issued: list[tuple[date, IssuedLine]] = field(default_factory=list)
    received: list[tuple[date, ReceivedLine]] = field(default_factory=list)

    def issue(self, application: Application, *, at: datetime) -> None:
        """A policy is issued; writing it again, or longer, is no second one."""
        if all(line.order_id != application.order_id for _, line in self.issued):
            line = IssuedLine(
                application.order_id,
                number_of(application),
                application.amount_fen,
                premium_of(application.amount_fen),
            )
            self.issued.append((day_of(at), line))

    def book(
        self,
        kind: Literal["premium", "refund"],
        application: Application,
        amount_fen: int,
        *,
        at: datetime,
    ) -> None:
        """A premium came, or went back."""
        if self.takes_premiums:
            reference = f"{kind}-{application.order_id.hex[:16]}"
            line = ReceivedLine(reference, application.order_id, kind, amount_fen)
            self.received.append((day_of(at), line))

    def of_day(self, day: date) -> IssuedList:
        """The list that the platform asks for."""
        return IssuedList(
            day,
            [line for on, line in self.issued if on == day],
            [line for on, line in self.received if on == day],
        )


def premium_of(amount_fen: int) -> int:
    """The premium in fen: five per mille, at least 200 yuan."""
    return max(PREMIUM_FEN_MIN, amount_fen * PREMIUM_PER_MILLE // 1000)


def number_of(application: Application) -> str:
    """The number of the policy of an application."""
    return f"DEMO-{application.order_id.hex[:16].upper()}"


def day_of(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(CHINA).date()
