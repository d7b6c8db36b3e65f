"""The adapter to payment providers: `POST {endpoint}/v1/{door}`, signed as to guarantors.

docs/specs/payment-wire-v1.md. Another provider's interface is another class with these methods.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID, uuid4

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from insurance_gateway.insurers.insurer import InsurerUnavailable
from insurance_gateway.insurers.posting import Signing, signed_post
from insurance_gateway.payment_wire import (
    DOORS,
    STATEMENT_BYTES_MAX,
    TAG,
    PaymentAsked,
    RefundAsked,
    Statement,
    StatementAsked,
    StatementLine,
    Taken,
)
from insurance_gateway.payments import Payment
from insurance_gateway.storage.payments import Provider
from insurance_gateway.wire import VERSION, encode

Answer = TypeVar("Answer", bound=Struct)


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """The line. Every call may raise InsurerUnavailable, InsurerRefused."""

    http: aiohttp.ClientSession = field(repr=False)
    key: Ed25519PrivateKey = field(repr=False)
    now: Callable[[], datetime]
    seconds_max: float

    async def tell(self, provider: Provider, payment: Payment) -> str:
        """Ask for a premium, or give one back; where the payer pays. Repetition is harmless."""
        message: PaymentAsked | RefundAsked
        if payment.refunds is None:
            message = PaymentAsked(
                payment.id, provider.id, payment.payee_account, payment.amount_fen
            )
        else:
            message = RefundAsked(payment.id, payment.refunds, provider.id, payment.amount_fen)
        taken: Taken = _read(await self._post(provider, payment.id, message), Taken)
        return taken.pay_url

    async def statement(self, provider: Provider, day: date) -> list[StatementLine]:
        """What was paid on a day in China."""
        answer = await self._post(provider, uuid4(), StatementAsked(day))
        said: Statement = _read(answer, Statement)
        if said.day != day:
            raise InsurerUnavailable("the statement is of another day")
        return said.lines

    async def _post(self, provider: Provider, message_id: UUID, message: Struct) -> bytes:
        return await signed_post(
            self.http,
            f"{provider.endpoint}/{VERSION}/{DOORS[type(message)]}",
            encode(message),
            Signing(self.key, TAG),
            message_id=message_id,
            at=self.now(),
            seconds_max=self.seconds_max,
            bytes_max=STATEMENT_BYTES_MAX,
        )


def _read(answer: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(answer or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InsurerUnavailable(f"the answer is not as agreed: {error}") from error
