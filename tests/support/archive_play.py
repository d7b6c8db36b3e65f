"""A small tender from notice to award, played by the rules themselves, and its archive."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue, digest
from crypto.container_digest import container_digest
from crypto.seal_suites import CLASSIC
from tendering.domain.archive import Edition
from tendering.domain.bid import CustodyState, decide_submission, decide_withdrawal
from tendering.domain.consortia import ties_event
from tendering.domain.journal import Event, Stream, blinded, instant
from tendering.domain.opening import (
    LockedBid,
    Opening,
    OpeningPhase,
    UnlockedBy,
    decide_closing,
    decide_lost_key,
    decide_reveal,
    decide_unlock,
)
from tendering.domain.participants import decide_invitations
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.published_keys import to_base64
from tendering.domain.quantities.stored_bill import bill_content
from tendering.domain.rulebook import to_json
from tendering.domain.tender import (
    Document,
    KeyHolder,
    Lot,
    Tender,
    TenderStatus,
    Terms,
    decide_publication,
    public_facts,
)
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tests.support.archive import Archive, Evidence, Journals, archived
from tests.support.archive_amending import amend
from tests.support.archive_bills import ASKED, clear_bids, priced, with_bill
from tests.support.archive_canaries import (
    destroy_keys,
    first_canary,
    replace_third_holder,
    second_canary,
)
from tests.support.archive_committee import CEILING_FEN, TENDER_ID, CommitteePlay
from tests.support.archive_faults import HandedIn, opened_envelopes, verdict_on
from tests.support.archive_parties import (
    DEADLINE,
    PUBLISHED,
    SABOTAGED_SEALING,
    BidMade,
    Party,
    Platform,
    chance,
    make_bid,
    opening_key_of,
)
from tests.support.archive_remedies import (
    agree_to_go_on,
    clear,
    disclose,
    invalid,
    remedied,
    withdrawal,
)
from tests.support.archive_validity import extend_validity
from tests.support.evaluation import METHOD

BY_HOLDERS = frozenset({"lost-key", "false-shares", "bad-records", "lying-holders"})
DOCUMENT = b"%PDF-1.7 tender documents " * 40


WORKS = rulebook_of("construction")
INVITED = round_of("invitation-tendering", 1, WORKS)


@dataclass
class TenderPlay:
    """One play. `sabotage` of the third bid: one of SABOTAGED_SEALING; lost-key; lying-holders,
    of whom 2 and 3 call good records unusable; the same with `clears`, where the bidder publishes
    its file keys afterwards; damaged, at rest; or none. Of `invited` bidders, the first so many,
    the notice says nothing; 0 is an open tender. `replaces`: the third key holder, after that bid.
    `has_bill`: of quantities, which the amendment replaces.
    """

    sabotage: str = ""
    clears: bool = False
    invited: int = 0
    replaces: bool = False
    has_bill: bool = False
    suite: str = CLASSIC.name
    pool: int = 7
    evaluates: type[CommitteePlay] = CommitteePlay
    method: dict[str, Any] = field(default_factory=METHOD.copy)
    handed: HandedIn = field(default_factory=HandedIn)
    platform: Platform = field(default_factory=Platform)
    others: dict[str, bytes] = field(default_factory=dict)
    made: list[BidMade] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everybody gets a certificate."""
        party = self.platform.party
        self.entity = party(0x60, "示范市教育局")
        self.supervisor = party(0x50, "示范市发展和改革委员会")
        names = ("示范市公证处", "示范市公共资源交易中心", "示范市行政审批局")
        self.holders = [party(0x70 + at, name, outside=True) for at, name in enumerate(names)]
        self.holder_keys = [
            opening_key_of(self.suite, chance("holder", number)) for number in range(3)
        ]
        self.bidders = [
            party(0x300 + number, f"示范建设{number:02d}有限公司") for number in range(1, 5)
        ]
        self.experts = [
            party(0x201 + one, f"示范专家{one + 1}", expert=True) for one in range(self.pool)
        ]
        self.left: list[Party] = []
        self.journals = Journals(TENDER_ID)
        self.evidence = Evidence(self.platform)
        self.tender = self._draft()

    def played(self, *, void: tuple[Event, ...] = ()) -> "TenderPlay":
        """From the notice to the award; with `void` said of the evaluation, it is done anew."""
        self._publish()
        self._submit()
        second_canary(self)
        at = self._open(self._close())
        at = extend_validity(self.journals, self.tender, self.entity, self.bidders[:3], at)
        committee = self.evaluates(
            self.platform,
            self.journals,
            self.tender,
            self.entity,
            self.supervisor,
            self.holders,
            self.holder_keys,
            self.bidders[:3],
            self.experts,
            self.others,
        )
        committee.draw(at + timedelta(days=1))
        committee.arrive(at + timedelta(days=2))
        committee.bill_fen = clear_bids(self, at + timedelta(days=2))
        room = committee.evaluate(at + timedelta(days=2), void=void)
        committee.award(room, at + timedelta(days=3))
        self.tender = replace(self.tender, status=TenderStatus.AWARDED)
        return self

    def archive(self, edition: Edition = Edition.FULL, *, witnesses: int = 2) -> Archive:
        """What the platform would hand out."""
        others = self.others
        if edition is Edition.PUBLIC:
            sealed = ("/evaluation", "/clearing/")
            others = {
                path: data
                for path, data in others.items()
                if not any(part in path for part in sealed)
            }
        parties = [(self.entity, "procuring_entity"), (self.supervisor, "supervisor")]
        parties += [(holder, "key_holder") for holder in (*self.holders, *self.left)]
        parties += [
            (bidder, "bidder")
            for bidder in self.bidders
            if edition is Edition.FULL or bidder.id in self.standing
        ]
        return archived(
            self.platform,
            self.tender,
            self.journals,
            self.evidence,
            edition=edition,
            parties=parties,
            bids=self.made,
            standing=self.standing,
            documents=[DOCUMENT, bill_content(ASKED)][: len(self.tender.documents)],
            others=others,
            witnesses=witnesses,
        )

    @property
    def standing(self) -> set[UUID]:
        """Whose bids stood at the deadline: the fourth was withdrawn."""
        return {bidder.id for bidder in self.bidders[:3]}

    def public(self, event: Event, at: datetime) -> None:
        """Enter something in public."""
        self.journals.append(Stream.PUBLIC, event, at)

    def custody(self, kind: str, body: dict[str, JsonValue], at: datetime) -> None:
        """Enter something in custody."""
        self.journals.append(Stream.CUSTODY, Event(kind, body), at)

    def _draft(self) -> Tender:
        holders = []
        for number, (party, key) in enumerate(
            zip(self.holders, self.holder_keys, strict=True), start=1
        ):
            statement: dict[str, JsonValue] = {
                "tender_id": str(TENDER_ID),
                "number": number,
                "organization_id": str(party.id),
                "public_key": key.public.hex(),
            }
            announcement = party.sign("kaibiao/key-announcement/v1", statement)
            assert isinstance(announcement, dict)
            holders.append(KeyHolder(number, party.id, party.name, key.public, announcement))
            body = statement | {"announcement": announcement}
            self.custody("key_holder.announced", body, PUBLISHED - timedelta(hours=1))
        draft = Tender(
            id=TENDER_ID,
            number="KB-2026-0001",
            title="示范市第一小学教学楼工程",
            description="示范",
            regime="construction",
            region="510100",
            status=TenderStatus.DRAFT,
            procuring_entity_id=self.entity.id,
            agency_id=None,
            supervisor_id=self.supervisor.id,
            lots=(Lot("1", "一标段", CEILING_FEN, CEILING_FEN, 0),),
            threshold=2,
            key_holders=tuple(holders),
            documents=(
                Document("招标文件.pdf", container_digest([DOCUMENT]), len(DOCUMENT), "text/plain"),
            ),
            method=self.method,
            committee={},
            terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=60),
            deadline=DEADLINE,
            published_at=None,
            timetable={},
            suite=self.suite,
            round=INVITED if self.invited else OPEN_TENDERING,
        )
        return with_bill(draft) if self.has_bill else draft

    def _publish(self) -> None:
        if self.invited:
            draft = replace(self.tender, status=TenderStatus.DRAFT)
            ids = [bidder.id for bidder in self.bidders[: self.invited]]
            at = PUBLISHED - timedelta(minutes=30)
            _, event = decide_invitations(draft, "1", ids, at=at)
            self.journals.append(Stream.CUSTODY, event, at)
        facts = digest("kaibiao/tender-facts/v1", public_facts(self.tender)).hex()
        signed = self.entity.sign(
            "kaibiao/publication/v1", {"tender_id": str(TENDER_ID), "facts_digest": facts}
        )
        published = replace(self.tender, timetable={"published_at": instant(PUBLISHED)})
        event = decide_publication(published)
        event.body.update(publication=signed, rulebook=to_json(WORKS))
        self.public(event, PUBLISHED)
        self.tender = replace(published, status=TenderStatus.PUBLISHED, published_at=PUBLISHED)
        first_canary(self, PUBLISHED)
        amend(self, PUBLISHED + timedelta(days=3))

    def _submit(self) -> None:
        at = DEADLINE - timedelta(hours=2)
        plan = [(3, 1, 98), (0, 1, 100), (0, 2, 99), (1, 1, 102), (2, 1, 104)]
        custody = {bidder.id: CustodyState(0, stands=False) for bidder in self.bidders}
        if self.replaces:
            plan = [plan[-1], *plan[:-1]]
            at = DEADLINE - timedelta(days=4)
        for number, counter, price in plan:
            if self.replaces and len(self.made) == 1:
                replace_third_holder(self, DEADLINE - timedelta(days=3))
                at = DEADLINE - timedelta(hours=2)
            at += timedelta(minutes=1)
            bidder = self.bidders[number]
            sabotage = self.sabotage if number == 2 and self.sabotage in SABOTAGED_SEALING else ""
            made = make_bid(
                self.tender,
                bidder,
                counter=counter,
                price_fen=price * 1_000_000,
                sabotage=sabotage,
                priced=priced if self.has_bill else None,
            )
            self.made.append(made)
            event = decide_submission(
                self.tender,
                made.bid,
                received_at=at,
                has_bid_security=True,
                custody=custody[bidder.id],
            )
            custody[bidder.id] = CustodyState(counter, stands=True)
            event = blinded(event, chance("custody", len(self.made)))
            self.evidence.receipt(made, self.journals.append(Stream.CUSTODY, event, at))
        if self.replaces:
            self.made.append(self.made.pop(0))
        event = decide_withdrawal(
            self.tender,
            lot="1",
            bidder_id=self.bidders[3].id,
            counter=1,
            received_at=at,
            custody=custody[self.bidders[3].id],
            statement=withdrawal(self.bidders[3]),
        )
        event = blinded(event, chance("custody", 0))
        entry = self.journals.append(Stream.CUSTODY, event, at)
        self.evidence.receipt(self.made[0], entry, act="bid.withdrawn")

    def bids(self) -> list[tuple[Party, BidMade]]:
        """The bids that stood at the deadline."""
        return list(zip(self.bidders[:3], self.made[2:], strict=True))

    def arrived(self) -> list[tuple[Party, BidMade]]:
        """The same in the order of arrival."""
        first, second, third = self.bids()
        return [third, first, second] if self.replaces else [first, second, third]

    def _close(self) -> datetime:
        if self.sabotage == "damaged":
            stored = self.made[4].containers["price"]
            self.made[4].containers["price"] = stored[:-9] + bytes([stored[-9] ^ 1]) + stored[-8:]
        at = self.tender.closing_at + timedelta(seconds=2)
        received = {
            entry.body["manifest_digest"]: entry.at
            for entry in self.journals.entries[Stream.CUSTODY]
            if entry.kind == "bid.submitted"
        }
        locked = [
            LockedBid(
                "1",
                bidder.id,
                made.bid.counter,
                bidder.name,
                bidder.uscc,
                made.bid.manifest_digest,
                {one.kind: one.digest.hex() for one in made.bid.envelopes},
                received[made.bid.manifest_digest.hex()],
            )
            for bidder, made in self.arrived()
        ]
        _, event = decide_closing(
            self.tender, locked, at=at, custody=self.journals.head(Stream.CUSTODY)
        )
        event.body["checkpoint"] = None
        self.public(event, at)
        return at

    def _open(self, at: datetime) -> datetime:
        opening = Opening(
            "1",
            OpeningPhase.UNLOCK,
            at,
            at + timedelta(minutes=30),
            tuple(bidder.id for bidder, _ in self.arrived()),
            frozenset(),
            frozenset(),
        )
        forms = {}
        for number, (bidder, made) in enumerate(self.bids()):
            at += timedelta(minutes=1)
            by_holders = number == 2 and self.sabotage in BY_HOLDERS
            keys: dict[str, bytes] | None = made.file_keys
            if by_holders:
                self.public(decide_lost_key(opening, bidder_id=bidder.id, at=at), at)
                keys = remedied(self, opening, bidder, made, at)
            if number == 2 and self.sabotage in {"damaged", "cut-payload"}:
                disclose(self, opening, None, at=at)
                keys = None
            if keys is None:
                continue
            spoiled = number == 2 and self.sabotage in {"wrong-record", "not-a-bundle"}
            event = decide_unlock(
                opening,
                bidder_id=bidder.id,
                by=UnlockedBy.KEY_HOLDERS if by_holders else UnlockedBy.BIDDER,
                envelopes=opened_envelopes(
                    made, rederives=self.sabotage != "wrong-record" or made is not self.made[4]
                ),
                received_at=at,
                fault=invalid(self, made) if spoiled else None,
            )
            file_keys = {kind: to_base64(key) for kind, key in keys.items()}
            said = {"lot": "1", "bidder_id": str(bidder.id), "by": event.body["by"]}
            self.custody("file_key.received", said | {"file_keys": file_keys}, at)
            self.public(event, at)
            opening = replace(opening, unlocked=opening.unlocked | {bidder.id})
            forms[bidder.id] = made.forms["price"]
        at = opening.unlock_until
        faults = {
            bidder.id: verdict_on(self.tender, made, self.handed)
            for bidder, made in self.bids()
            if bidder.id not in opening.unlocked
        }
        agree_to_go_on(self, opening, at)
        self.public(decide_reveal(opening, self.tender.lots[0], forms, at=at, faults=faults), at)
        self.public(ties_event("1", []), at)
        destroy_keys(self, at)
        if self.clears:
            clear(self, replace(opening, phase=OpeningPhase.REVEALED), at + timedelta(minutes=1))
        return at
