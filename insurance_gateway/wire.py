"""What platform and guarantor say to each other: one internal model for every family of interfaces.

Their signatures are in `crypto.request_signatures`. docs/specs/insurer-wire-v1.md.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from crypto.canonical import JsonValue
from crypto.request_signatures import WireRefused
from insurance_gateway.guarantee import Cover, Step
from insurance_gateway.matters import MatterStep
from tendering.domain.journal import instant

# Names this interface in the signatures under its requests.
TAG: Final = "kaibiao-insurer-v1"
POLICY_LABEL: Final = "kaibiao/guarantee/v1"
# Stands in the path of every door of a guarantor; the platform's stand below its own /api/v1.
VERSION: Final = "v1"
MESSAGE_BYTES_MAX: Final = 64 << 10
REASON_CHARACTERS_MAX: Final = 500
LINES_MAX: Final = 10_000
LIST_BYTES_MAX: Final = 4 << 20
FEN_MAX: Final = 9_007_199_254_740_991  # 2^53-1, exact in every JSON reader

# What a person wrote, and what a database can keep.
Reason = Annotated[str, Meta(max_length=REASON_CHARACTERS_MAX, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]
Fen = Annotated[int, Meta(ge=1, le=FEN_MAX)]
Instant = Annotated[datetime, Meta(tz=True)]
OrderState = Literal["underwriting", "refused", "awaiting_premium", "paid", "issued"]
MatterWord = Literal["under_review", "agreed", "declined"]
State = Literal[OrderState, MatterWord]

STEP_OF: Final[dict[str, Step]] = {
    "underwriting": Step.UNDERWRITE,
    "refused": Step.REFUSE,
    "awaiting_premium": Step.APPROVE,
    "paid": Step.PAY,
    "issued": Step.VERIFY,
}
MATTER_STEP_OF: Final[dict[str, MatterStep]] = {
    "under_review": MatterStep.REVIEW,
    "agreed": MatterStep.AGREE,
    "declined": MatterStep.DECLINE,
}


class Applicant(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantor's customer: the bidder."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    uscc: Annotated[str, Meta(min_length=18, max_length=18)]


class QuoteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What would this cover cost? Names nobody."""

    amount_fen: Fen
    valid_until: Instant


class Quote(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a quote request."""

    premium_fen: Fen


class IssuedAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which policies were issued on this day in China? Asked on the day after."""

    day: date


class IssuedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy of a guarantor's list."""

    order_id: UUID
    policy_number: Name
    amount_fen: Fen
    premium_fen: Fen


class ReceivedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A premium that came to the guarantor, or that it gave back; `reference` names it once."""

    reference: Name
    order_id: UUID
    kind: Literal["premium", "refund"]
    amount_fen: Fen


class IssuedList(Struct, frozen=True, forbid_unknown_fields=True):
    """The day's policies, and its payments where they do not go through the platform."""

    day: date
    lines: Annotated[list[IssuedLine], Meta(max_length=LINES_MAX)]
    payments: Annotated[list[ReceivedLine], Meta(max_length=LINES_MAX)] = []


class Application(Struct, frozen=True, forbid_unknown_fields=True):
    """An order, as the guarantor sees it. Amount and end are bucketed; the tender is not named.

    `guarantor_id` is how the platform knows the receiver: callbacks go to its address.
    """

    order_id: UUID
    guarantor_id: UUID
    applicant: Applicant
    amount_fen: Fen
    valid_until: Instant


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantor tells how far an order, or a matter of it, has come. `id` makes repetition
    harmless.

    `premium_fen` stands from `awaiting_premium` on; `policy` with `issued` and with the `agreed` of
    an extension: a signed statement, or `file_sha256` of a signed PDF that was handed in before.
    `matter_id` stands with `under_review`, `agreed` and `declined`; `amount_fen` is what was
    refunded or paid with the `agreed` of a surrender or claim.
    """

    id: UUID
    order_id: UUID
    state: State
    premium_fen: Fen | None = None
    policy: dict[str, Any] | None = None
    matter_id: UUID | None = None
    amount_fen: Fen | None = None
    reason: Reason = ""


def has_policy(notice: Notice) -> bool:
    """Does this notice come to something only with a policy?"""
    extends = notice.state == "agreed" and notice.policy is not None
    return notice.state == "issued" or extends


def require_consistent(notice: Notice) -> None:
    """Refuse a notice that mixes up the order and its matters. Raises WireRefused."""
    if (notice.state in MATTER_STEP_OF) is (notice.matter_id is None):
        raise WireRefused("matter_id stands with under_review, agreed and declined alone")


class ProcuringEntity(Struct, frozen=True, forbid_unknown_fields=True):
    """The creditor of the guarantee."""

    name: str
    uscc: str


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True):
    """After the opening: what the guarantee was for."""

    order_id: UUID
    policy_number: str
    tender_id: UUID
    tender_number: str
    tender_title: str
    lot: str
    lot_title: str
    procuring_entity: ProcuringEntity
    bid_security_fen: Fen
    deadline: Instant


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantee is not needed any more: what it was for is not said again."""

    order_id: UUID
    policy_number: str
    released_at: Instant


class PremiumPaid(Struct, frozen=True, forbid_unknown_fields=True):
    """The premium has come through the platform's payment provider: issue.

    Only to guarantors whose premiums go that way. `payment_id` stands in the provider's statement.
    """

    order_id: UUID
    payment_id: UUID
    premium_fen: Fen
    paid_at: Instant


class Cancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """The bidder has cancelled its order before a premium was paid."""

    order_id: UUID


class Extension(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantee is to cover more, or to last longer: bucketed as the application was.

    Agreed to by a notice with a policy under the same number; why is not said.
    """

    matter_id: UUID
    order_id: UUID
    policy_number: str
    amount_fen: Fen
    valid_until: Instant


class Surrender(Struct, frozen=True, forbid_unknown_fields=True):
    """The bidder gives its policy back. The platform has checked that a published case applies.

    Agreed to by a notice that states the refund: the full premium, `refund_fen`.
    """

    matter_id: UUID
    order_id: UUID
    policy_number: str | None
    refund_fen: Fen


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the tender documents: its digest is the RFC 6962 root over 1 MiB blocks, hex."""

    name: str
    digest: str


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """The creditor keeps the bid security: who, why, by which evidence, to be settled until when.

    `journal_seq` and `journal_head` name the entry of the tender's journal that states it.
    """

    matter_id: UUID
    order_id: UUID
    policy_number: str
    claimed_fen: Fen
    creditor: ProcuringEntity
    cause: str
    law: str
    statement: str
    documents: list[Evidence]
    journal_seq: int
    journal_head: str
    settle_before: Instant


ToGuarantor: TypeAlias = (
    Application | Cancellation | Disclosure | Release | Extension | Surrender | Claim | PremiumPaid
)
# Everything that the platform tells a guarantor; its door is its name in the plural.
MESSAGES: Final[dict[str, type[ToGuarantor]]] = {
    "application": Application,
    "cancellation": Cancellation,
    "disclosure": Disclosure,
    "release": Release,
    "extension": Extension,
    "surrender": Surrender,
    "claim": Claim,
    "payment": PremiumPaid,
}
DOOR_OF: Final[dict[type[Struct], str]] = {
    QuoteRequest: "quotes",
    IssuedAsked: "issued",
    **{message: f"{kind}s" for kind, message in MESSAGES.items()},
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a guarantor says in a policy that it signs.

    `payer_account`: which account the premium came from, where it says so. `beneficiary_uscc` and
    `tender_number` stand in a policy that is written after the opening, in plain.
    """

    order_id: UUID
    applicant_uscc: str
    insured: Cover
    number: str
    payer_account: str = ""
    beneficiary_uscc: str = ""
    tender_number: str = ""


class _PolicyStatement(Struct, frozen=True, forbid_unknown_fields=True):
    order_id: UUID
    applicant_uscc: str
    amount_fen: Fen
    valid_until: Instant
    policy_number: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^\S+(?!\n)$")]
    payer_account: Annotated[str, Meta(pattern=r"^([0-9]{6,40})?(?!\n)$", max_length=40)] = ""
    beneficiary_uscc: Annotated[str, Meta(max_length=18)] = ""
    tender_number: Annotated[str, Meta(max_length=100)] = ""


def policy_statement(policy: Policy) -> dict[str, JsonValue]:
    """The statement that a guarantor signs under POLICY_LABEL."""
    more: dict[str, JsonValue] = {
        "payer_account": policy.payer_account,
        "beneficiary_uscc": policy.beneficiary_uscc,
        "tender_number": policy.tender_number,
    }
    return {
        **{name: text for name, text in more.items() if text},
        "order_id": str(policy.order_id),
        "applicant_uscc": policy.applicant_uscc,
        "amount_fen": policy.insured.amount_fen,
        "valid_until": instant(policy.insured.until),
        "policy_number": policy.number,
    }


def read_policy(statement: object) -> Policy:
    """The inverse of `policy_statement`. Raises WireRefused."""
    try:
        said = msgspec.convert(statement, _PolicyStatement)
    except msgspec.ValidationError as error:
        raise WireRefused(f"the policy is not in the form agreed: {error}") from error
    insured = Cover(said.amount_fen, said.valid_until.astimezone(UTC))
    return Policy(
        said.order_id,
        said.applicant_uscc,
        insured,
        said.policy_number,
        said.payer_account,
        said.beneficiary_uscc,
        said.tender_number,
    )


def encode(message: Struct) -> bytes:
    """A message as JSON."""
    return msgspec.json.encode(message)
