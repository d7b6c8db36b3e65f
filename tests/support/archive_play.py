"""A small tender from notice to award, played by the rules themselves, and its archive."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from crypto.canonical import JsonValue, canonical, digest
from crypto.container_digest import container_digest
from crypto.draw import vrf_output, vrf_prove, vrf_public
from crypto.keys import OpeningKey
from crypto.seal_opening import file_key_from_shares, unwrap_share, verify_file_key
from evaluation_rooms import commands as c
from evaluation_rooms.arranging import Expert as SeatedExpert
from evaluation_rooms.arranging import OpenedBid, arranged
from evaluation_rooms.events import to_event
from evaluation_rooms.leading import REPORT_LABEL
from evaluation_rooms.phases import Phase
from evaluation_rooms.results import bid_key
from evaluation_rooms.room import Room
from evaluation_rooms.scoring import SHEET_LABEL, sheet_statement
from evaluation_rooms.seating import STATEMENT_KINDS, STATEMENT_LABEL
from evaluation_rooms.terms import ReviewItem, Terms as RoomTerms
from tendering.documents.signing import complete, prepare
from tendering.documents.typesetting import Signer, paragraph, typeset
from tendering.domain import draw_steps
from tendering.domain.archive import Edition, evaluation_path, issued_path
from tendering.domain.bid import CustodyState, decide_submission, decide_withdrawal
from tendering.domain.draw import (
    Contribution,
    contribution_commitment,
    draw_committee,
    seed_of,
    vrf_input,
)
from tendering.domain.draw_steps import TimedContribution
from tendering.domain.experts import Expert, Need
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.opening import (
    LockedBid,
    OpenedEnvelope,
    Opening,
    OpeningPhase,
    UnlockedBy,
    decide_closing,
    decide_lost_key,
    decide_reveal,
    decide_unlock,
)
from tendering.domain.published_keys import to_base64
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
from tendering.rulebooks import rulebook_of
from tests.support.archive import Archive, Evidence, Journals, archived
from tests.support.archive_parties import (
    DEADLINE,
    PUBLISHED,
    BidMade,
    Party,
    Platform,
    chance,
    make_bid,
)
from tests.support.evaluation import METHOD, Play, elects, nothing, points_of, votes

TENDER_ID = UUID(int=0x7E)
ROOM_ID = UUID(int=0x400)
CEILING_FEN = 200_000_000
DOCUMENT = b"%PDF-1.7 tender documents " * 40
Done = TypeVar("Done")


@dataclass
class TenderPlay:
    """One play. `sabotage` of the third bidder: wrong-record, false-shares, lost-key or none."""

    sabotage: str = ""
    platform: Platform = field(default_factory=Platform)
    others: dict[str, bytes] = field(default_factory=dict)
    made: list[BidMade] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everybody gets a certificate."""
        party = self.platform.party
        self.entity = party(0x60, "示范市教育局")
        self.supervisor = party(0x50, "示范市发展和改革委员会")
        names = ("示范市公证处", "示范市公共资源交易中心", "示范市行政审批局")
        self.holders = [
            party(0x70 + number, name, outside=True) for number, name in enumerate(names)
        ]
        self.holder_keys = [OpeningKey(chance("holder", number)) for number in range(3)]
        self.bidders = [
            party(0x300 + number, f"示范建设{number:02d}有限公司") for number in range(1, 5)
        ]
        self.experts = [
            party(0x200 + number, f"示范专家{number}", expert=True) for number in range(1, 8)
        ]
        self.journals = Journals(TENDER_ID)
        self.evidence = Evidence(self.platform)
        self.tender = self._draft()

    def played(self) -> "TenderPlay":
        """From the notice to the award."""
        self._publish()
        self._submit()
        at = self._close()
        at = self._open(at)
        self._draw(at + timedelta(days=1))
        room = self._evaluate(at + timedelta(days=2))
        self._award(room, at + timedelta(days=3))
        return self

    def archive(self, edition: Edition = Edition.FULL, *, witnesses: int = 2) -> Archive:
        """What the platform would hand out."""
        others = self.others
        if edition is Edition.PUBLIC:
            others = {path: data for path, data in others.items() if "evaluation" not in path}
        parties = [(self.entity, "procuring_entity"), (self.supervisor, "supervisor")]
        parties += [(holder, "key_holder") for holder in self.holders]
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
            documents=[DOCUMENT],
            others=others,
            witnesses=witnesses,
        )

    @property
    def standing(self) -> set[UUID]:
        """Whose bids stood at the deadline: the fourth was withdrawn."""
        return {bidder.id for bidder in self.bidders[:3]}

    def _public(self, event: Event, at: datetime) -> None:
        self.journals.append(Stream.PUBLIC, event, at)

    def _custody(self, kind: str, body: dict[str, JsonValue], at: datetime) -> None:
        self.journals.append(Stream.CUSTODY, Event(kind, body), at)

    def _draft(self) -> Tender:
        holders = []
        for number, (party, key) in enumerate(
            zip(self.holders, self.holder_keys, strict=True), start=1
        ):
            statement: JsonValue = {
                "tender_id": str(TENDER_ID),
                "number": number,
                "organization_id": str(party.id),
                "public_key": key.public.hex(),
            }
            announcement = party.sign("kaibiao/key-announcement/v1", statement)
            assert isinstance(announcement, dict)
            holders.append(KeyHolder(number, party.id, party.name, key.public, announcement))
            body = dict(statement) | {"announcement": announcement}  # type: ignore[call-overload]
            self._custody("key_holder.announced", body, PUBLISHED - timedelta(hours=1))
        return Tender(
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
            method=METHOD,
            committee={},
            terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=60),
            deadline=DEADLINE,
            published_at=None,
            timetable={},
        )

    def _publish(self) -> None:
        facts = digest("kaibiao/tender-facts/v1", public_facts(self.tender)).hex()
        signed = self.entity.sign(
            "kaibiao/publication/v1", {"tender_id": str(TENDER_ID), "facts_digest": facts}
        )
        published = _with(self.tender, timetable={"published_at": instant(PUBLISHED)})
        event = decide_publication(published)
        event.body["publication"] = signed
        self._public(event, PUBLISHED)
        self.tender = _with(published, status=TenderStatus.PUBLISHED, published_at=PUBLISHED)
        said: dict[str, JsonValue] = {
            "tender_id": str(TENDER_ID),
            "number": 1,
            "text": "答复：以图纸为准。",
            "affects_bids": False,
        }
        body: dict[str, JsonValue] = {
            key: value for key, value in said.items() if key != "tender_id"
        }
        body["signed"] = self.entity.sign("kaibiao/clarification/v1", said)
        body["deadline"] = instant(DEADLINE)
        self._public(Event("clarification.published", body), PUBLISHED + timedelta(days=3))

    def _submit(self) -> None:
        at = DEADLINE - timedelta(hours=2)
        plan = [(3, 1, 98), (0, 1, 100), (0, 2, 99), (1, 1, 102), (2, 1, 104)]
        custody = {bidder.id: CustodyState(0, stands=False) for bidder in self.bidders}
        for number, counter, price in plan:
            at += timedelta(minutes=1)
            bidder = self.bidders[number]
            sabotage = self.sabotage if number == 2 and self.sabotage != "lost-key" else ""
            made = make_bid(
                self.tender,
                bidder,
                counter=counter,
                price_fen=price * 1_000_000,
                sabotage=sabotage,
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
            self.evidence.receipt(made, self.journals.append(Stream.CUSTODY, event, at))
        event = decide_withdrawal(
            self.tender,
            lot="1",
            bidder_id=self.bidders[3].id,
            counter=1,
            received_at=at,
            custody=custody[self.bidders[3].id],
        )
        entry = self.journals.append(Stream.CUSTODY, event, at)
        self.evidence.receipt(self.made[0], entry, act="bid.withdrawn")

    def _bids(self) -> list[tuple[Party, BidMade]]:
        return list(zip(self.bidders[:3], self.made[2:], strict=True))

    def _close(self) -> datetime:
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
            for bidder, made in self._bids()
        ]
        _, event = decide_closing(
            self.tender, locked, at=at, custody=self.journals.head(Stream.CUSTODY)
        )
        event.body["checkpoint"] = None
        self._public(event, at)
        return at

    def _open(self, at: datetime) -> datetime:
        opening = Opening(
            "1",
            OpeningPhase.UNLOCK,
            at,
            at + timedelta(minutes=30),
            tuple(bidder.id for bidder, _ in self._bids()),
            frozenset(),
            frozenset(),
        )
        forms = {}
        for number, (bidder, made) in enumerate(self._bids()):
            at += timedelta(minutes=1)
            by_holders = number == 2 and self.sabotage in {"lost-key", "false-shares"}
            keys: dict[str, bytes] | None = made.file_keys
            if by_holders:
                self._public(decide_lost_key(opening, bidder_id=bidder.id, at=at), at)
                keys = self._remedied(bidder, made, at)
            if keys is None:
                continue
            event = decide_unlock(
                opening,
                bidder_id=bidder.id,
                by=UnlockedBy.KEY_HOLDERS if by_holders else UnlockedBy.BIDDER,
                envelopes=self._verdicts(made, keys),
                at=at,
            )
            file_keys = {kind: to_base64(key) for kind, key in keys.items()}
            said = {"lot": "1", "bidder_id": str(bidder.id), "by": event.body["by"]}
            self._custody("file_key.received", said | {"file_keys": file_keys}, at)
            self._public(event, at)
            opening = _with(opening, unlocked=opening.unlocked | {bidder.id})
            forms[bidder.id] = made.forms["price"]
        at = opening.unlock_until
        self._public(decide_reveal(opening, self.tender.lots[0], forms, at=at), at)
        return at

    def _remedied(self, bidder: Party, made: BidMade, at: datetime) -> dict[str, bytes] | None:
        shares: dict[int, dict[str, bytes]] = {
            number: {
                one.kind: unwrap_share(made.containers[one.kind], number, key, one.context)
                for one in made.bid.envelopes
            }
            for number, key in enumerate(self.holder_keys, start=1)
        }
        for number, of_holder in shares.items():
            body: dict[str, JsonValue] = {
                "lot": "1",
                "bidder_id": str(bidder.id),
                "number": number,
                "shares": {kind: to_base64(share) for kind, share in of_holder.items()},
            }
            self._custody("share.received", body, at)
        found = {
            one.kind: file_key_from_shares(
                made.containers[one.kind],
                {number: of_holder[one.kind] for number, of_holder in shares.items()},
                one.context,
            )[0]
            for one in made.bid.envelopes
        }
        keys = {kind: key for kind, key in found.items() if key is not None}
        return keys if len(keys) == len(found) else None

    def _verdicts(self, made: BidMade, keys: dict[str, bytes]) -> list[OpenedEnvelope]:
        return [
            OpenedEnvelope(
                one.kind,
                one.digest,
                container_digest([made.plaintexts[one.kind]]),
                rederives=not (self.sabotage == "wrong-record" and one.kind == "price"
                               and made is self.made[4]),
            )
            for one in made.bid.envelopes
        ]

    def _draw(self, at: datetime) -> None:
        pool = [
            Expert(
                id=one.id,
                person_id=UUID(int=one.id.int + 0x1000),
                name=one.name,
                region="510100",
                employer="示范大学",
                employer_uscc="91510100MA9999999X",
                specialities=frozenset({"A08"}),
                experience_years=12,
                expires_on=date(2030, 1, 1),
            )
            for one in self.experts
        ]
        frozen = draw_steps.decide_freeze(
            pool,
            [Need("示范市", "510100", "A08", 3, 1), Need("示范二市", "", "A08", 2, 0)],
            rulebook_of("construction"),
            interested=frozenset({self.entity.uscc}),
            representatives=0,
            budget_fen=CEILING_FEN,
            salts=[chance("salt", number) for number in range(len(pool))],
            vrf_public=vrf_public(self.platform.vrf_seed),
            at=at,
        )
        self._public(frozen.public, at)
        self.journals.append(Stream.COMMITTEE, frozen.sealed, at)
        timed: list[TimedContribution] = []
        for party in (self.entity, self.supervisor):
            nonce = chance("contribution", party.id)
            commitment = contribution_commitment(TENDER_ID, party.id, nonce)
            self._public(draw_steps.decide_commitment(timed, party.id, commitment), at)
            timed.append(TimedContribution(Contribution(party.id, commitment), None))
        for number, party in enumerate((self.entity, self.supervisor)):
            nonce = chance("contribution", party.id)
            self._public(draw_steps.decide_reveal(TENDER_ID, timed, party.id, nonce), at)
            revealed = _with(timed[number].contribution, nonce=nonce)
            timed[number] = TimedContribution(revealed, at)
        root = frozen.pool.root()
        contributions = draw_steps.revealed_only(timed)
        proof = vrf_prove(self.platform.vrf_seed, vrf_input(TENDER_ID, root, contributions))
        seed = seed_of(TENDER_ID, root, contributions, vrf_output(proof))
        drawn = draw_committee(frozen.pool.entries, frozen.pool.needs, seed=seed)
        self._public(
            draw_steps.drawn_public(frozen.pool, drawn, timed, seed=seed, vrf_proof=proof), at
        )
        names = {expert.id: expert for expert in pool}
        seated = draw_steps.seated(frozen.pool, drawn, names)
        self.journals.append(Stream.COMMITTEE, seated, at)
        self.seats = {
            number: (names[frozen.pool.sealed[seat.index].expert_id], seat.venue)
            for number, seat in enumerate(drawn.seats, start=1)
        }

    def _evaluate(self, at: datetime) -> Room:
        revealed = self.journals.entries[Stream.PUBLIC]
        rows: Any = next(one for one in revealed if one.kind == "prices.revealed").body["rows"]
        forms = {UUID(row["bidder_id"]): row["form"] for row in rows}
        opening = arranged(
            room_id=ROOM_ID,
            tender_id=TENDER_ID,
            lot="1",
            terms=RoomTerms(
                blind=True,
                opens_at=at - timedelta(hours=1),
                closes_at=at + timedelta(hours=9),
                committee_min=5,
                outlier_percent=0,
                ceiling_price_fen=CEILING_FEN,
                items=(ReviewItem("seal", "form", "签字盖章", "实施条例 第五十一条"),),
                method=METHOD,
            ),
            experts=[
                SeatedExpert(number, venue, expert.name, expert.id, expert.person_id)
                for number, (expert, venue) in self.seats.items()
            ],
            operators=(),
            bids=[
                OpenedBid(
                    bidder.id,
                    bidder.name,
                    forms[bidder.id]["price_fen"],
                    forms[bidder.id],
                    {"credit": (Decimal("8.00"), "信用等级 A")},
                )
                for bidder in self.bidders[:3]
                if bidder.id in forms
            ],
            seed=chance("numbering"),
        )
        play = Play(opening, at=at)
        for to, commands in self._plot():
            for command in commands(play.room):
                play.do(command)
            play.lead(to)
        for event in play.events:
            self.journals.append(Stream.COMMITTEE, to_event(event), at)
        report = play.room.results.report
        totals = play.room.results.totals
        assert report is not None
        assert totals is not None
        seq, head = self.journals.head(Stream.COMMITTEE)
        self._public(
            Event(
                "evaluation.reported",
                {
                    "lot": "1",
                    "committee": {"seq": seq, "head": head.hex()},
                    "report_digest": report.digest,
                    "ranking": totals["ranking"],
                },
            ),
            at,
        )
        self.others[evaluation_path("1")] = canonical(report.outcome)
        return play.room

    def _plot(self) -> Iterator[tuple[Phase, Callable[[Room], Iterator[c.Command]]]]:
        yield Phase.CHAIR, self._check_ins
        yield Phase.PRELIMINARY, elects
        yield Phase.TECHNICAL, votes
        yield Phase.PRICE, self._scores
        yield Phase.TOTALS, nothing
        yield Phase.CHECKS, nothing
        yield Phase.REPORT, nothing
        yield Phase.SIGNING, self._confirmations
        yield Phase.CLOSED, nothing

    def _expert(self, seat: int) -> Party:
        expert, _ = self.seats[seat]
        return next(one for one in self.experts if one.id == expert.id)

    def _check_ins(self, room: Room) -> Iterator[c.Command]:
        for member in room.members:
            statements = []
            for kind in sorted(STATEMENT_KINDS):
                said: dict[str, JsonValue] = {
                    "kind": kind,
                    "room_id": str(room.id),
                    "tender_id": str(room.tender_id),
                    "seat": member.number,
                    "person_id": str(member.person_id),
                    "conflict": False,
                }
                statements.append(self._expert(member.number).sign(STATEMENT_LABEL, said))
            yield c.CheckIn(member.number, member.person_id, tuple(statements))  # type: ignore[arg-type]

    def _scores(self, room: Room) -> Iterator[c.Command]:
        # One after another: each sheet is signed as it stands when it is locked.
        marks = dict(room.marks)
        for member in room.members:
            for bid in room.bids_left:
                for criterion in room.subjective:
                    points = points_of(member.number, bid, criterion.id).quantize(Decimal("0.1"))
                    marks[(member.number, bid, criterion.id)] = points
                    yield c.SubmitScore(member.number, bid, criterion.id, points)
            yield c.ConfirmObjective(member.number, True, "")
            said = sheet_statement(_with(room, marks=marks), member.number)
            signed = self._expert(member.number).sign(SHEET_LABEL, said)
            yield c.LockScores(member.number, signed)  # type: ignore[arg-type]

    def _confirmations(self, room: Room) -> Iterator[c.Command]:
        assert room.results.report is not None
        for member in room.members:
            said: dict[str, JsonValue] = {
                "room_id": str(room.id),
                "seat": member.number,
                "digest": room.results.report.digest,
                "agree": True,
                "reason": "",
            }
            signed = self._expert(member.number).sign(REPORT_LABEL, said)
            yield c.ConfirmReport(member.number, room.results.report.digest, True, "", signed)  # type: ignore[arg-type]

    def _award(self, room: Room, at: datetime) -> None:
        assert room.results.totals is not None
        bids = {bid_key(bid.number): bid for bid in room.bids}
        candidates: list[JsonValue] = [
            {
                "rank": row["rank"],
                "bid": row["bid"],
                "bidder_id": str(bids[row["bid"]].bidder_id),
                "bidder_name": bids[row["bid"]].name,
                "price_fen": bids[row["bid"]].price_fen,
                "total": row["total"],
                "tie": row["tie"],
            }
            for row in room.results.totals["ranking"]
        ]
        until = at + timedelta(days=4)
        body: dict[str, JsonValue] = {
            "lot": "1",
            "candidates": candidates,
            "publicity_from": instant(at),
            "publicity_until": instant(until),
        }
        self._public(Event("candidates.published", body), at)
        award: dict[str, JsonValue] = {"lot": "1", "winner": candidates[0], "passed_over": []}
        self._public(Event("award.notified", award), until)
        self._issue(until)
        self.tender = _with(self.tender, status=TenderStatus.AWARDED)

    def _issue(self, at: datetime) -> None:
        """The award notice, signed by the procuring entity."""
        rendered = typeset(
            title="中标通知书",
            number="KB-2026-0001-ZBTZ-1",
            footer="示范",
            blocks=[paragraph("示范")],
            signers=[Signer("招标人", self.entity.name)],
            made_at=at,
        )
        prepared = prepare(
            rendered.pdf,
            field="signature-01",
            certificate=self.entity.certificate,
            chain=[],
            signed_at=at,
            reason="award",
            place=None,
            seal_text=None,
        )

        async def stamp(hashed: bytes) -> bytes:
            return self.platform.stamper.stamp(hashed, at=at, chance=chance("pdf")[:16])

        signature = self.entity.key.sign_raw(prepared.attributes)
        pdf = _result(complete(prepared, signature, timestamper=stamp))
        kind: dict[str, JsonValue] = {"kind": "award_notice", "lot": "1"}
        before, after = (hashlib.sha256(data).hexdigest() for data in (rendered.pdf, pdf))
        signed = {"place": 1, "organization_id": str(self.entity.id), "digest": after}
        self._public(Event("document.issued", kind | {"number": "1", "digest": before}), at)
        self._public(Event("document.signed", kind | signed), at)
        self._public(Event("document.completed", kind | {"digest": after}), at)
        self.others[issued_path("award_notice", "1")] = pdf


def _with(value: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(value, **changes)


def _result(coroutine: Coroutine[Any, Any, Done]) -> Done:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        result: Done = ended.value
        return result
    raise AssertionError("it waited")
