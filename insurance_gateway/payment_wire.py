"""What platform and payment provider say to each other: JSON, signed as messages of guarantors are.

No message names an order, a tender, a lot or a payer: a payment has an id, a payee and a sum.
docs/specs/payment-wire-v1.md. Pure.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from insurance_gateway.wire import FEN_MAX, Reason

TAG: Final = "kaibiao-payment-v1"
UNIT: Final = "fen"
MESSAGE_BYTES_MAX: Final = 64 * 1024
STATEMENT_BYTES_MAX: Final = 4 << 20
STATEMENT_LINES_MAX: Final = 10_000

Sum = Annotated[int, Meta(ge=1, le=FEN_MAX)]
Reference = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]*(?!\n)$")]
PayUrl = Annotated[str, Meta(max_length=500, pattern=r"^(https?://[\x21-\x7e]+)?(?!\n)$")]
PaidAt = Annotated[datetime, Meta(tz=True)]


class PaymentAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Take this sum for this payee from whoever pays at the address that you answer with.

    `provider_id` is how the platform knows the receiver: call-backs go to its address.
    """

    payment_id: UUID
    provider_id: UUID
    payee_account: str
    amount: Sum
    unit: Literal["fen"] = UNIT


class RefundAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Give the sum of a payment back to where it came from, once."""

    refund_id: UUID
    payment_id: UUID
    provider_id: UUID
    amount: Sum
    unit: Literal["fen"] = UNIT


class Taken(Struct, frozen=True):
    """The provider's answer: where the payer pays; empty where nobody has to."""

    pay_url: PayUrl = ""


class PaymentNotice(Struct, frozen=True, forbid_unknown_fields=True):
    """The provider tells how a payment or a refund ended; `id` makes repetition harmless."""

    id: UUID
    payment_id: UUID
    kind: Literal["premium", "refund"]
    state: Literal["succeeded", "failed"]
    amount: Sum
    unit: Literal["fen"]
    reference: Reference
    at: PaidAt
    reason: Reason = ""


class StatementAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """What was paid on a day in China?"""

    day: date


class StatementLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A movement. `payment_id` is the refund's own id where it is a refund."""

    reference: Reference
    payment_id: UUID
    payee_account: str
    kind: Literal["premium", "refund"]
    amount: Sum
    unit: Literal["fen"]


class Statement(Struct, frozen=True, forbid_unknown_fields=True):
    """All movements of the day, each once."""

    day: date
    lines: Annotated[list[StatementLine], Meta(max_length=STATEMENT_LINES_MAX)]


DOORS: Final[dict[type[Struct], str]] = {
    PaymentAsked: "payments",
    RefundAsked: "refunds",
    StatementAsked: "statements",
}
NOTICE: Final = msgspec.json.Decoder(PaymentNotice)
