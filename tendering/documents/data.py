"""What documents say, as plain values: actions fill them in, the modules beside set them in type.

Instants are aware, money in fen, points as decimal texts, digests in lower hex.
"""

from dataclasses import dataclass
from datetime import datetime

from tendering.documents.typesetting import Signer


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the head of every document. `made_at` is also the date of the file.

    With an empty `lot` it is of the whole tender. `proof` is the address of the page that shows
    what the platform publishes of the document, printed as a QR code; empty, there is none.
    """

    number: str
    tender_number: str
    tender_title: str
    lot: str
    lot_title: str
    procuring_entity: str
    agency: str
    made_at: datetime
    demonstration: bool
    proof: str = ""


@dataclass(frozen=True, slots=True)
class JournalMark:
    """The last entry of a stream that a document rests on, and its head."""

    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A bid in the opening record. `price_fen` and what follows are None where it did not open.

    `opened_by`: bidder, key_holders, or empty; it is then `fate`, deemed_revoked or
    deemed_withdrawn, by whose fault it was (电子招标投标办法 第三十一条).
    """

    place: int
    bidder_name: str
    uscc: str
    received_at: datetime
    manifest_digest: str
    opened_by: str
    price_fen: int | None
    duration_days: int | None
    quality: str
    project_manager: str
    findings: tuple[str, ...]
    confirmed_at: datetime | None
    fate: str = ""


@dataclass(frozen=True, slots=True)
class KeyHolderRow:
    """A key holder that helped to open bids, and whose."""

    number: int
    name: str
    bidders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """Something that was drawn, K or a method: what came out, and the balls in their order."""

    name: str
    result: str
    balls: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A party's number in a draw: `value` in hex, or why it counted for nothing."""

    name: str
    value: str
    remark: str


@dataclass(frozen=True, slots=True)
class HallDraw:
    """A draw in the hall: when, its public seed, what was drawn, out of whose numbers."""

    at: datetime
    seed: str
    results: tuple[DrawnRow, ...]
    contributions: tuple[ContributionRow, ...]


@dataclass(frozen=True, slots=True)
class OpeningRecord:
    """The opening record (开标记录): 电子招标投标办法 第三十二条."""

    heading: Heading
    deadline: datetime
    opened_at: datetime
    unlock_until: datetime
    revealed_at: datetime
    ceiling_price_fen: int
    rows: tuple[OpeningRow, ...]
    key_holders: tuple[KeyHolderRow, ...]
    announcements: tuple[tuple[datetime, str], ...]
    public: JournalMark
    custody: JournalMark
    signers: tuple[Signer, ...]
    session: int = 1
    draw: HallDraw | None = None
    kept_law: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the evaluation committee."""

    seat: int
    name: str
    site: str
    chair: bool
    dissent: str


@dataclass(frozen=True, slots=True)
class EvaluatedBid:
    """A bid under its number in the room. `rank` and points are empty where it was rejected."""

    number: str
    bidder_name: str
    price_fen: int
    technical: str
    business: str
    price_points: str
    total: str
    rank: str


@dataclass(frozen=True, slots=True)
class RejectedBid:
    """A bid the majority voted down. `reasons` are the members' own, with their evidence."""

    number: str
    bidder_name: str
    item: str
    law: str
    votes: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A member's points for a bid on a criterion."""

    member: str
    number: str
    criterion: str
    points: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """An award candidate."""

    rank: int
    bidder_name: str
    price_fen: int
    total: str


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """The evaluation report (评标报告): 12号令 第四十二条 lists what it holds."""

    heading: Heading
    opened_at: datetime
    opening_record_digest: str
    method_title: str
    method_digest: str
    criteria: tuple[tuple[str, str, str], ...]
    members: tuple[Member, ...]
    bids: tuple[EvaluatedBid, ...]
    rejected: tuple[RejectedBid, ...]
    price_notes: tuple[str, ...]
    price_rows: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    findings: tuple[tuple[str, str], ...]
    enquiries: tuple[tuple[str, str, str], ...]
    candidates: tuple[CandidateRow, ...]
    competition_lacking: bool
    all_rejected_because: str
    outcome_digest: str
    committee: JournalMark
    signers: tuple[Signer, ...]
    by_lowest_price: bool = False


@dataclass(frozen=True, slots=True)
class CandidatesNotice:
    """The notice of award candidates (中标候选人公示): 招标投标法实施条例 第五十四条."""

    heading: Heading
    candidates: tuple[CandidateRow, ...]
    rejected: tuple[tuple[str, str], ...]
    publicity_from: datetime
    publicity_until: datetime
    supervisor: str
    report_digest: str
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class AwardNotice:
    """The notice of award (中标通知书): 招标投标法 第四十五条."""

    heading: Heading
    winner: str
    price_fen: int
    duration_days: int | None
    quality: str
    project_manager: str
    contract_until: datetime
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class ContractCover:
    """The cover of a contract (合同): 招标投标法 第四十六条.

    `deviations`: item, what was awarded, what is agreed.
    """

    heading: Heading
    winner: str
    price_fen: int
    duration_days: int | None
    quality: str
    project_manager: str
    performance_fen: int | None
    text_digest: str
    deviations: tuple[tuple[str, str, str], ...]
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot as the notice has it."""

    lot: str
    title: str
    ceiling_price_fen: int
    bid_security_fen: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of the tender documents. `digest`: the RFC 6962 root over its blocks, hex."""

    name: str
    size_bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice of a round (招标公告, 资格预审公告, 投标邀请书): 招标投标法 第十六条.

    `title` and `law` are those of the round; `timetable` has names and instants in their order.
    """

    heading: Heading
    title: str
    law: str
    description: str
    lots: tuple[LotRow, ...]
    timetable: tuple[tuple[str, datetime], ...]
    files: tuple[FileRow, ...]
    key_holders: tuple[str, ...]
    threshold: int
    platform: str
    supervisor: str
    published: JournalMark
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class ClarificationDocument:
    """A clarification or amendment (澄清与修改): 招标投标法 第二十三条. `deadline`: since then."""

    heading: Heading
    clarification: int
    text: str
    affects_bids: bool
    published_at: datetime
    deadline: datetime
    published: JournalMark
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class ResultNotice:
    """The announcement of a result (中标结果公告).

    Of a procurement also what is bought, and who was on the committee: 87号令 第六十九条.
    """

    heading: Heading
    winner: str
    price_fen: int
    awarded_at: datetime
    supervisor: str
    published: JournalMark
    signers: tuple[Signer, ...]
    items: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    shown_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TerminationNotice:
    """That a tender was terminated or has failed, and why: 条例 第三十一条."""

    heading: Heading
    failed: bool
    cause: str
    text: str
    ended_at: datetime
    published: JournalMark
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """An issued document as the certificate of the archive lists it; SHA-256 in hex."""

    number: str
    title: str
    signatures: int
    digest: str


@dataclass(frozen=True, slots=True)
class ArchiveCertificate:
    """That a tender was archived, what the archive holds and how long it is kept (档案证明).

    `metadata` has names and values after DA/T 103; `tests` the four tests: name, holds, what was
    looked at. `keep_until` is None where it is kept for ever.
    """

    heading: Heading
    metadata: tuple[tuple[str, str], ...]
    tests: tuple[tuple[str, bool, str], ...]
    papers: tuple[PaperRow, ...]
    retention: str
    ended_at: datetime
    keep_until: datetime | None
    law: str
    public: JournalMark
    custody: JournalMark
    committee: JournalMark
    signers: tuple[Signer, ...]
