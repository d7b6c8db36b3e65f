"""Documents the platform makes and others sign in turn: who signs, whose turn it is, when done.

A PDF is signed by one after the other, because whoever prepares on an older state would lose the
signatures that came between; so the order is fixed when the document is issued.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.parties import Actor
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.signatures import DocumentChanged, NotASignatory, SignaturesMissing

# How long a signatory is waited for before the host may go on without the signature.
TURN: Final = timedelta(minutes=30)


class DocumentKind(StrEnum):
    """What is issued: once a lot, or once a tender; a clarification once each, by its number."""

    NOTICE = "notice"
    CLARIFICATION = "clarification"
    OPENING_RECORD = "opening_record"
    PRICE_RECORD = "price_record"
    EVALUATION_REPORT = "evaluation_report"
    CANDIDATES = "candidates"
    AWARD_NOTICE = "award_notice"
    RESULT = "result"
    TERMINATION = "termination"
    CONTRACT = "contract"
    ARCHIVE_CERTIFICATE = "archive_certificate"


K = DocumentKind
# Documents of the whole tender: their `lot` is empty, of a clarification it is its number.
OF_THE_TENDER: Final = frozenset({K.NOTICE, K.CLARIFICATION, K.TERMINATION, K.ARCHIVE_CERTIFICATE})
# What a document's number is made of: 招标公告, 澄清, 开标记录, 报价开标记录, 评标报告, 候选公示,
# 中标通知, 结果公告, 终止公告, 合同封面, 档案证明.
_MARKS: Final = {
    K.NOTICE: "ZBGG",
    K.CLARIFICATION: "CQWJ",
    K.OPENING_RECORD: "KBJL",
    K.PRICE_RECORD: "BJKB",
    K.EVALUATION_REPORT: "PBBG",
    K.CANDIDATES: "HXGS",
    K.AWARD_NOTICE: "ZBTZ",
    K.RESULT: "JGGG",
    K.TERMINATION: "ZZGG",
    K.CONTRACT: "HTFM",
    K.ARCHIVE_CERTIFICATE: "DAZM",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature is seen: page from 0, corners in points from the page's lower left."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, for whom. `place` is the number in the order, from 1.

    With `person_id` only that person signs, and with `certificate` (SHA-256, hex) with that
    certificate alone: so an expert signs with the key of the check-in. `preparation` is the one
    that became the signature. A `waivable` signature that does not come in time is not waited for
    any longer; `waived_because` says why.
    """

    place: int
    organization_id: UUID
    name: str
    title: str
    person_id: UUID | None = None
    certificate: str | None = None
    box: Place | None = None
    waivable: bool = False
    signed_at: datetime | None = None
    preparation: UUID | None = None
    waived_at: datetime | None = None
    waived_because: str | None = None

    @property
    def field(self) -> str:
        """The name of the signature field in the PDF."""
        return f"signature-{self.place:02d}"

    @property
    def settled(self) -> bool:
        """Is this one no longer waited for?"""
        return self.signed_at is not None or self.waived_at is not None

    def is_of(self, actor: Actor) -> bool:
        """Is it this actor who signs here?"""
        if self.person_id is not None:
            return self.person_id == actor.person_id
        return self.organization_id == actor.organization_id


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document and its signatures. `digest` is the SHA-256 of the newest PDF, 32 bytes.

    A `secret` one is for those who sign it, who run the tender and who supervise it. What belonged
    to a revoked award is void since `void_at`; what takes its place is of the next `edition`.
    """

    tender_id: UUID
    lot: str
    kind: DocumentKind
    number: str
    digest: bytes
    signatories: tuple[Signatory, ...]
    secret: bool
    issued_at: datetime
    completed_at: datetime | None = None
    edition: int = 1
    void_at: datetime | None = None

    @property
    def stream(self) -> Stream:
        """Where the journal tells of it."""
        return Stream.COMMITTEE if self.secret else Stream.PUBLIC

    @property
    def next(self) -> Signatory | None:
        """Whose turn it is; None when nobody is waited for."""
        if self.void_at is not None:
            return None
        return next((one for one in self.signatories if not one.settled), None)

    @property
    def waiting_since(self) -> datetime:
        """Since when it is the next one's turn."""
        times = [one.signed_at or one.waived_at for one in self.signatories]
        return max([self.issued_at, *(at for at in times if at is not None)])


def document_number(tender_number: str, kind: DocumentKind, lot: str, edition: int = 1) -> str:
    """The number that stands on the document; from the second edition on it says which."""
    number = "-".join(part for part in (tender_number, _MARKS[kind], lot) if part)
    return number if edition == 1 else f"{number}.{edition}"


def proof_address(platform: str, tender_id: UUID, kind: DocumentKind, lot: str) -> str:
    """Where everybody sees what the platform publishes of a document: printed on it."""
    return "/".join(part for part in (platform, "proof", str(tender_id), kind, lot) if part)


def in_order(signatories: Sequence[Signatory]) -> tuple[Signatory, ...]:
    """The same, with their places from 1: they sign in the order given."""
    assert signatories, "a document is signed by somebody"
    return tuple(replace(one, place=number) for number, one in enumerate(signatories, start=1))


def issued(document: IssuedDocument) -> Event:
    """The event of a new document."""
    body = _about(document)
    body["number"] = document.number
    body["digest"] = document.digest.hex()
    body["signatories"] = [
        {"place": one.place, "organization_id": str(one.organization_id), "name": one.name}
        for one in document.signatories
    ]
    return Event("document.issued", body)


def require_turn(document: IssuedDocument, actor: Actor) -> Signatory:
    """The signatory that the actor is, if it is that one's turn. Raises NotASignatory."""
    if document.void_at is not None:
        raise NotASignatory("the award is revoked, and this document void", why="void")
    turn = document.next
    if turn is None:
        raise NotASignatory("nobody's signature is missing", why="completed")
    if turn.is_of(actor):
        return turn
    own = [one for one in document.signatories if one.is_of(actor)]
    if not own:
        raise NotASignatory(why="no-signatory")
    why = "signed" if all(one.settled for one in own) else "not-your-turn"
    raise NotASignatory(why=why, turn=turn.place)


def signed_by(document: IssuedDocument, actor: Actor, preparation: UUID) -> bool:
    """Has this preparation become the actor's signature already? Then a retry is no new deed."""
    return any(one.is_of(actor) and one.preparation == preparation for one in document.signatories)


def decide_signature(
    document: IssuedDocument,
    signatory: Signatory,
    *,
    preparation: UUID,
    digest: bytes,
    at: datetime,
) -> tuple[IssuedDocument, tuple[Event, ...]]:
    """Take a verified signature. `digest`: of the PDF that has it. Raises DocumentChanged."""
    turn = document.next
    if turn is None or turn.place != signatory.place:
        raise DocumentChanged("somebody signed meanwhile")
    after = _settled(document, replace(turn, signed_at=at, preparation=preparation), digest, at)
    body = _about(document)
    body["place"] = turn.place
    body["organization_id"] = str(turn.organization_id)
    body["digest"] = digest.hex()
    return after, (Event("document.signed", body), *_completed(after))


def decide_waiver(
    document: IssuedDocument, *, place: int, reason: str, at: datetime
) -> tuple[IssuedDocument, tuple[Event, ...]]:
    """Go on without a signature that did not come in time, and say why.

    87号令 第四十二条: a bidder who does not take part in the opening accepts its result; 条例
    第五十三条: a member who refuses to sign without saying why agrees. Raises DocumentChanged,
    ReasonMissing, SignaturesMissing.
    """
    turn = document.next
    if turn is None or turn.place != place:
        raise DocumentChanged("it is not this place's turn")
    if not reason.strip():
        raise ReasonMissing
    until = document.waiting_since + TURN
    if not turn.waivable or at < until:
        raise SignaturesMissing(place=place, until=instant(until) if turn.waivable else None)
    after = _settled(
        document, replace(turn, waived_at=at, waived_because=reason), document.digest, at
    )
    # What a committee reports is signed by its majority, everything else by somebody.
    given = sum(one.waived_at is None for one in after.signatories)
    least = len(after.signatories) // 2 + 1 if document.kind is K.EVALUATION_REPORT else 1
    if given < least:
        raise SignaturesMissing("too few would have signed", place=place, least=least)
    body = _about(document)
    body["place"] = turn.place
    body["organization_id"] = str(turn.organization_id)
    body["reason"] = reason
    return after, (Event("document.signature_waived", body), *_completed(after))


def _settled(
    document: IssuedDocument, signatory: Signatory, digest: bytes, at: datetime
) -> IssuedDocument:
    signatories = tuple(
        signatory if one.place == signatory.place else one for one in document.signatories
    )
    complete = all(one.settled for one in signatories)
    return replace(
        document,
        signatories=signatories,
        digest=digest,
        completed_at=at if complete else None,
    )


def _completed(document: IssuedDocument) -> tuple[Event, ...]:
    if document.completed_at is None:
        return ()
    body = _about(document)
    body["digest"] = document.digest.hex()
    return (Event("document.completed", body),)


def _about(document: IssuedDocument) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {"kind": document.kind, "lot": document.lot}
    return body if document.edition == 1 else body | {"edition": document.edition}
