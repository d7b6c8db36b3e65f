"""What the log refuses, and what is no receipt."""

from tendering.domain.refusals import Invalid, NotFound


class LogEmpty(NotFound):
    """The log has no checkpoint yet: it makes its first within an interval."""

    code = "log-empty"


class PublishedKeysInvalid(Invalid):
    """The file of a platform's published keys is not well formed."""

    code = "published-keys-invalid"


class ReceiptInvalid(Invalid):
    """This is not a receipt, or not one of this version."""

    code = "receipt-invalid"


class TileUnknown(NotFound):
    """The log has no such tile, or not yet."""

    code = "tile-unknown"
