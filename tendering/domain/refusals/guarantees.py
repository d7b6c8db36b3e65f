"""What the insurance gateway refuses."""

from tendering.domain.refusals import Conflict, Invalid, NotFound


class GuaranteeStepRefused(Conflict):
    """The order has not come to, or has passed, the point where this is possible."""

    code = "guarantee-step-refused"


class GuarantorEndpointInvalid(Invalid):
    """A guarantor answers at an https address without query."""

    code = "guarantor-endpoint-invalid"


class GuarantorKeyInvalid(Invalid):
    """A guarantor's key is 32 bytes of Ed25519 in base64."""

    code = "guarantor-key-invalid"


class GuarantorNotLive(Conflict):
    """The guarantor is still in the sandbox: nothing can be ordered from it yet."""

    code = "guarantor-not-live"


class GuarantorUnknown(NotFound):
    """No such guarantor is registered."""

    code = "guarantor-unknown"


class NoBidSecurityAsked(Conflict):
    """The lot asks for no bid security."""

    code = "no-bid-security-asked"


class OrderUnderWay(Conflict):
    """An order for this lot is already with this guarantor."""

    code = "order-under-way"


class PaymentNotOffered(Conflict):
    """The premium of this order does not go through the platform: its guarantor takes it itself."""

    code = "payment-not-offered"


class PaymentProviderUnknown(NotFound):
    """No such payment provider is registered."""

    code = "payment-provider-unknown"


class PaymentUnderWay(Conflict):
    """The premium of this order is paid, or about to be."""

    code = "payment-under-way"


class PolicyFileRefused(Invalid):
    """The policy file does not pass: its signature, its signer or what it says is not right."""

    code = "policy-file-refused"


class RefundRefused(Conflict):
    """No premium goes back: `why` says whether it was, is about to, or was never to be refunded."""

    code = "refund-refused"


class SurrenderRefused(Conflict):
    """The guarantee cannot be surrendered: `why` says which of the published cases is missing."""

    code = "surrender-refused"


class MatterUnderWay(Conflict):
    """The same is already asked of the guarantor."""

    code = "matter-under-way"
