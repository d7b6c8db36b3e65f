"""Every reason the platform says no: one file, four families.

A refusal is an expected answer, not an error. Its `code` is stable and never reused, its parameters
let the front end choose the sentence, its message is for developers.
"""

from typing import ClassVar

from crypto.canonical import JsonValue


class Refused(Exception):
    """The platform says no. `parameters` are figures for the user's sentence, never secrets."""

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str = "", **parameters: JsonValue) -> None:
        """`detail` is an English sentence for developers; `parameters` are JSON values."""
        super().__init__(detail or (type(self).__doc__ or "").split("\n", maxsplit=1)[0])
        self.parameters = parameters

    @property
    def detail(self) -> str:
        """The developer's sentence."""
        return str(self.args[0])


class NotFound(Refused):
    """There is no such thing, or it is not for you to know."""

    code = "not-found"
    status = 404


class Forbidden(Refused):
    """Your role may not do this."""

    code = "forbidden"
    status = 403


class Invalid(Refused):
    """What arrived does not have the shape or the values asked for."""

    code = "invalid"
    status = 422


class Conflict(Refused):
    """The state of things does not allow this now."""

    code = "conflict"
    status = 409


# --- tenders and their documents -----------------------------------------------------------------


class WrongPhase(Conflict):
    """The tender is not in a phase that allows this."""

    code = "wrong-phase"


class TenderIncomplete(Invalid):
    """The tender lacks something that must be there before publication."""

    code = "tender-incomplete"


class TenderChanged(Conflict):
    """Somebody changed the tender since you read it: read it again."""

    code = "tender-changed"


class KeyPolicyIncomplete(Conflict):
    """The key holders' announcements do not yet make up the tender's key policy."""

    code = "key-policy-incomplete"


class NotKeyHolder(Forbidden):
    """Your organization is not a key holder of this tender."""

    code = "not-key-holder"


class CanaryNotOpened(Invalid):
    """The answer is not the one that opening the canary with the announced key gives."""

    code = "canary-not-opened"


class TenderSuspended(Conflict):
    """The tender stands still until what paused it is answered."""

    code = "tender-suspended"


class KeyPolicyReplaced(Conflict):
    """A key holder was replaced after this bid was sealed: seal it again and hand that in."""

    code = "key-policy-replaced"


class ReplacementTooLate(Conflict):
    """Too near the deadline for bidders to seal again: extend the deadline first."""

    code = "replacement-too-late"


# --- bids ----------------------------------------------------------------------------------------


class NotAcceptingBids(Conflict):
    """The tender is not accepting bids."""

    code = "not-accepting-bids"


class NotParticipant(Forbidden):
    """Only whoever was invited, or admitted by the round before, may take part."""

    code = "not-participant"


class DeadlinePassed(Conflict):
    """The submission deadline has passed."""

    code = "deadline-passed"


class ContractStepRefused(Conflict):
    """This cannot be entered of the contract now: `why` says why."""

    code = "contract-step-refused"


class PerformanceSecurityRefused(Conflict):
    """The performance security is more than the law allows, or of another form: see `why`."""

    code = "performance-security-refused"


class CashNotTaken(Conflict):
    """This deposit cannot stand as bid security: `why` says what the law asks for."""

    code = "cash-not-taken"


class SecurityNotKept(Conflict):
    """The bid security cannot be kept: `why` says what is missing."""

    code = "security-not-kept"


class SecurityNotReturnable(Conflict):
    """The bid security is not to be returned by hand now: `why` says why."""

    code = "security-not-returnable"


class BidSecurityMissing(Conflict):
    """No bid security that covers this lot is on record for the bidder."""

    code = "bid-security-missing"


class CounterNotFresh(Conflict):
    """The submission counter must be larger than every earlier one of the bidder for the lot."""

    code = "counter-not-fresh"


class NoBid(Conflict):
    """There is no bid of yours to withdraw or replace."""

    code = "no-bid"


class ManifestMismatch(Invalid):
    """The signed manifest does not say what the tender or the upload says."""

    code = "manifest-mismatch"


class ContainerRefused(Invalid):
    """A sealed container does not have the form the tender's key policy asks for."""

    code = "container-refused"


class EphemeralKeyReused(Conflict):
    """A sealed container repeats an ephemeral key or digest that was seen before."""

    code = "ephemeral-key-reused"


# --- uploads -------------------------------------------------------------------------------------


class UploadIncomplete(Conflict):
    """Parts of the upload are still missing."""

    code = "upload-incomplete"


class PartMismatch(Conflict):
    """The part has another size or content than the upload announced or already holds."""

    code = "part-mismatch"


class UploadTooLarge(Invalid):
    """The upload is larger than the platform takes."""

    code = "upload-too-large"


class StorageFull(Conflict):
    """The platform's storage is full; nothing that was accepted is affected."""

    code = "storage-full"
    status = 507


# --- opening -------------------------------------------------------------------------------------


class OpeningNotStarted(Conflict):
    """The opening has not begun: bids stay sealed until the deadline and the drain have passed."""

    code = "opening-not-started"


class UnlockWindowClosed(Conflict):
    """The window in which bids are unlocked has closed."""

    code = "unlock-window-closed"


class WrongFileKey(Invalid):
    """The file key does not open this container."""

    code = "wrong-file-key"


class BidDoesNotOpen(Conflict):
    """The file keys are right and the bid does not open: they are kept as evidence."""

    code = "bid-does-not-open"


class WrongShare(Invalid):
    """The share does not fit the commitment in the container's header."""

    code = "wrong-share"


class AlreadyUnlocked(Conflict):
    """This bid has been unlocked already."""

    code = "already-unlocked"


class BidsStillLocked(Conflict):
    """Some bids have no verdict yet and the window is still open."""

    code = "bids-still-locked"


class TooFewBids(Conflict):
    """Fewer than three bids: the opening may not go on (招标投标法 第二十八条)."""

    code = "too-few-bids"


# --- objections and complaints --------------------------------------------------------------------


class AlreadyAnswered(Conflict):
    """This has been answered, and not with these words."""

    code = "already-answered"


class AlreadyRetendered(Conflict):
    """What failed is being tendered again already."""

    code = "already-retendered"


class ComplaintNotTakenUp(Conflict):
    """Only a complaint that was taken up is ruled on."""

    code = "complaint-not-taken-up"


class NotConcerned(Forbidden):
    """Only who takes part in this tender, or has its documents, may object to this."""

    code = "not-concerned"


class ObjectionFirst(Conflict):
    """A complaint follows an objection of one's own that was answered, or not answered in time."""

    code = "objection-first"


class ObjectionTooEarly(Conflict):
    """What the objection is about has not happened yet."""

    code = "objection-too-early"


class ObjectionsOpen(Conflict):
    """Objections to the opening are answered on the spot, before its record is made."""

    code = "objections-open"


class RemedyImpossible(Conflict):
    """In this phase there is nothing that this remedy could mend or stop."""

    code = "remedy-impossible"


class TerminationCauseUnlawful(Conflict):
    """For this cause the law does not let this procurement be ended."""

    code = "termination-cause-unlawful"


class TooManyObjections(Conflict):
    """You have raised as many objections to this tender as one organization may."""

    code = "too-many-objections"


# --- signatures and issued documents -------------------------------------------------------------


class SignatureRefused(Invalid):
    """The signature does not hold, or the certificate may not be used for this."""

    code = "signature-refused"


class DocumentChanged(Conflict):
    """The document or what it tells has changed meanwhile: read it again, prepare it anew."""

    code = "document-changed"


class NotASignatory(Forbidden):
    """You are not among those who sign this document, or it is not your turn."""

    code = "not-a-signatory"


class SignaturesMissing(Conflict):
    """The document lacks signatures it needs before this step."""

    code = "signatures-missing"


# --- the demonstration ---------------------------------------------------------------------------


class NothingDue(Conflict):
    """No instant of any timetable lies ahead of the clock."""

    code = "nothing-due"


class ClockNotJumpable(Conflict):
    """The clock does not jump on a platform that is not a demonstration."""

    code = "clock-not-jumpable"


# --- insurance gateway ---------------------------------------------------------------------------


class GuaranteeStepRefused(Conflict):
    """The order has not come to, or has passed, the point where this is possible."""

    code = "guarantee-step-refused"


class GuarantorEndpointInvalid(Invalid):
    """A guarantor answers at an https address without query."""

    code = "guarantor-endpoint-invalid"


class GuarantorKeyInvalid(Invalid):
    """A guarantor's key is 32 bytes of Ed25519 in base64."""

    code = "guarantor-key-invalid"


class GuarantorUnknown(NotFound):
    """No such guarantor is registered."""

    code = "guarantor-unknown"


class MessageConflict(Conflict):
    """A message with this id and another content was received before."""

    code = "message-conflict"


class MessageReplayed(Conflict):
    """This very message was received before: sign every attempt anew."""

    code = "message-replayed"


class MessageSignatureRefused(Forbidden):
    """The message's signature does not hold, has expired or is by an unknown key."""

    code = "message-signature-refused"


class NoBidSecurityAsked(Conflict):
    """The lot asks for no bid security."""

    code = "no-bid-security-asked"


class OrderUnderWay(Conflict):
    """An order for this lot is already with this guarantor."""

    code = "order-under-way"


# --- rulebooks, timetables, methods, the draw, awards, imports -----------------------------------


class AlreadyContributed(Conflict):
    """Your organization has contributed to this draw already."""

    code = "already-contributed"


class AwardNotAllowed(Conflict):
    """This candidate may not be chosen now."""

    code = "award-not-allowed"


class CandidatesNotAllowed(Conflict):
    """The evaluation report does not carry these candidates."""

    code = "candidates-not-allowed"


class ContributionMismatch(Invalid):
    """What was revealed is not the key of the sealed contribution."""

    code = "contribution-mismatch"


class ContributionsMissing(Conflict):
    """Contributions to the draw are still missing, not yet looked at, or still sealed."""

    code = "contributions-missing"


class DrawNotPrepared(Conflict):
    """The pool of this draw has not been frozen yet."""

    code = "draw-not-prepared"


class DrawOver(Conflict):
    """The draw has gone past this step."""

    code = "draw-over"


class BillInvalid(Invalid):
    """The bill of quantities cannot be read: its file, its columns or a cell."""

    code = "bill-invalid"


class BidsInvalid(Invalid):
    """The file of bids to be scored is not well formed."""

    code = "bids-invalid"


class EvaluationIncomplete(Conflict):
    """Score sheets or votes are missing, or they contradict one another."""

    code = "evaluation-incomplete"


class ForeignCurrency(Invalid):
    """The amounts are in another currency than the yuan."""

    code = "foreign-currency"


class MethodInvalid(Invalid):
    """The evaluation method is not well formed."""

    code = "method-invalid"


class NotARelease(Invalid):
    """This is not an OCDS 1.1 release package or record package."""

    code = "not-a-release-package"


class PoolTooSmall(Conflict):
    """The pool has too few eligible experts for the seats asked for."""

    code = "pool-too-small"


class PriceAboveCeiling(Conflict):
    """A price lies above the ceiling price: the bid is to be rejected, not scored."""

    code = "price-above-ceiling"


class QualificationMissing(Conflict):
    """The procuring entity has not checked the bidders' qualification yet."""

    code = "qualification-missing"


class QualificationChecked(Conflict):
    """The bidders' qualification has been checked; the result stands."""

    code = "qualification-checked"


class RulebookInvalid(Invalid):
    """The rulebook is not well formed."""

    code = "rulebook-invalid"


class ProcedureInvalid(Invalid):
    """There is no such procedure in this regime, or it does not hold together."""

    code = "procedure-invalid"


class TimetableUnlawful(Conflict):
    """The timetable breaks a period set by law."""

    code = "timetable-unlawful"


class TermsUnlawful(Conflict):
    """The terms of the tender break a rule of its rulebook; `rule` and `law` say which."""

    code = "terms-unlawful"


class RuleNotOverridable(Conflict):
    """The rulebook does not let anybody override this rule."""

    code = "rule-not-overridable"


class OverrideStands(Conflict):
    """The rule has been overridden for this version of the draft already."""

    code = "override-stands"


# --- accounts and certificates -------------------------------------------------------------------


class AlreadyOver(Invalid):
    """The end of validity lies in the past."""

    code = "already-over"


class AlreadyRegistered(Conflict):
    """An organization with this unified social credit code is registered."""

    code = "already-registered"


class AuthorizationStands(Conflict):
    """This person is authorized for this role already."""

    code = "authorization-stands"


class CertificateRequestRefused(Invalid):
    """The certificate request is malformed, not signed by its key, or not for a P-256 key."""

    code = "certificate-request-refused"


class CertificateRevoked(Conflict):
    """The certificate has been revoked already."""

    code = "certificate-revoked"


class KeyAlreadyCertified(Conflict):
    """This public key has a certificate: make a new key."""

    code = "key-already-certified"


class LastAdministrator(Conflict):
    """Without this person nobody could manage the organization: name another one first."""

    code = "last-administrator"


class LoginTaken(Conflict):
    """Somebody uses this login: choose another one."""

    code = "login-taken"


class NotAdministrator(Forbidden):
    """Only an administrator of the organization may do this."""

    code = "not-administrator"


class PasskeyRefused(Invalid):
    """The passkey's answer does not fit the challenge, or the challenge has expired."""

    code = "passkey-refused"


class PersonLeft(Conflict):
    """This person has left the organization."""

    code = "person-left"


class RoleNotHeld(Forbidden):
    """The organization or the person may not act in this role."""

    code = "role-not-held"


class RoleHeld(Conflict):
    """The organization may act in this role already."""

    code = "role-held"


class UsccInvalid(Invalid):
    """This is not a unified social credit code (GB 32100-2015)."""

    code = "uscc-invalid"


# --- rooms ---------------------------------------------------------------------------------------


class AlreadyCheckedIn(Conflict):
    """This seat has checked in already."""

    code = "already-checked-in"


class BidRejected(Conflict):
    """The committee rejected this bid: it is not scored."""

    code = "bid-rejected"


class ChairNotWanted(Conflict):
    """There is a chair, or the seat is not a candidate of the open round, or has voted in it."""

    code = "chair-not-wanted"


class CommitteeUnsound(Invalid):
    """The committee's seats are too few, even in number, or one person would have two."""

    code = "committee-unsound"


class CriterionNotSubjective(Conflict):
    """This criterion is not scored by members."""

    code = "criterion-not-subjective"


class DigestMismatch(Conflict):
    """What you confirm is not what stands in the room now: read it again."""

    code = "digest-mismatch"


class FindingNotYours(Conflict):
    """The finding asks another member, or nobody, for an answer."""

    code = "finding-not-yours"


class HelloExpected(Conflict):
    """The first message of a connection, and only the first, is `hello`."""

    code = "hello-expected"


class NotCheckedIn(Conflict):
    """Check in before you act in the room."""

    code = "not-checked-in"


class NotYourPart(Forbidden):
    """Your place in this room does not do that."""

    code = "not-your-part"


class PhaseNotReady(Conflict):
    """The room cannot go on yet; `needs` names what is missing."""

    code = "phase-not-ready"


class PointsOutOfRange(Invalid):
    """The points are above the criterion's maximum or have too many decimals."""

    code = "points-out-of-range"


class ReasonMissing(Invalid):
    """This needs a reason in writing."""

    code = "reason-missing"


class RoomExists(Conflict):
    """This lot has an evaluation room already."""

    code = "room-exists"


class RoomWindowClosed(Conflict):
    """The room may be entered only within its time window."""

    code = "room-window-closed"


class ScoresAlreadyLocked(Conflict):
    """The score sheet is locked."""

    code = "scores-already-locked"


class SeatNotVacant(Conflict):
    """The seat is not vacant: recuse its member first."""

    code = "seat-not-vacant"


class SheetIncomplete(Conflict):
    """Some bids have no points yet on some criteria."""

    code = "sheet-incomplete"


class SilentNow(Conflict):
    """Members score alone: nobody speaks in the room during this phase."""

    code = "silent-now"


class StatementsIncomplete(Invalid):
    """The signed statements are not those asked for at check-in."""

    code = "statements-incomplete"


class TicketRefused(Forbidden):
    """The ticket is unknown, used, expired or for another room."""

    code = "ticket-refused"


# --- the log, receipts, time stamps --------------------------------------------------------------


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


# --- the archive ---------------------------------------------------------------------------------


class ArchiveNotReady(Conflict):
    """A tender's archive is made when it is awarded, failed or terminated."""

    code = "archive-not-ready"
