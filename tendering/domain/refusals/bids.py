"""What the platform refuses around a bid: uploads, submission, securities."""

from tendering.domain.refusals import Conflict, Invalid


class BidSecurityMissing(Conflict):
    """No bid security that covers this lot is on record for the bidder."""

    code = "bid-security-missing"


class ContainerRefused(Invalid):
    """A sealed container does not have the form the tender's key policy asks for."""

    code = "container-refused"


class CounterNotFresh(Conflict):
    """The submission counter must be larger than every earlier one of the bidder for the lot."""

    code = "counter-not-fresh"


class DeadlinePassed(Conflict):
    """The submission deadline has passed."""

    code = "deadline-passed"


class EphemeralKeyReused(Conflict):
    """A sealed container repeats an ephemeral key or digest that was seen before."""

    code = "ephemeral-key-reused"


class ManifestMismatch(Invalid):
    """The signed manifest does not say what the tender or the upload says."""

    code = "manifest-mismatch"


class NoBid(Conflict):
    """There is no bid of yours to withdraw or replace."""

    code = "no-bid"


class NotAcceptingBids(Conflict):
    """The tender is not accepting bids."""

    code = "not-accepting-bids"


class PartMismatch(Conflict):
    """The part has another size or content than the upload announced or already holds."""

    code = "part-mismatch"


class StorageFull(Conflict):
    """The platform's storage is full; nothing that was accepted is affected."""

    code = "storage-full"
    status = 507


class UploadIncomplete(Conflict):
    """Parts of the upload are still missing."""

    code = "upload-incomplete"


class UploadTooLarge(Invalid):
    """The upload is larger than the platform takes."""

    code = "upload-too-large"
