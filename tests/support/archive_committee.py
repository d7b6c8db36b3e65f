"""The second half of the small tender for archives: draw, evaluation, award, signed notice."""

import hashlib
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from clients.draw_journal import followed
from crypto.canonical import JsonValue, canonical
from crypto.draw import vrf_output, vrf_prove, vrf_public
from crypto.keys import AnyOpeningKey
from evaluation_rooms import commands as c
from evaluation_rooms.arranging import Expert as SeatedExpert
from evaluation_rooms.arranging import OpenedBid, arranged
from evaluation_rooms.events import RoomOpened, to_event
from evaluation_rooms.leading import REPORT_LABEL
from evaluation_rooms.phases import Phase
from evaluation_rooms.results import evaluation_of
from evaluation_rooms.room import Room
from evaluation_rooms.scoring import SHEET_LABEL, sheet_statement
from evaluation_rooms.seating import STATEMENT_KINDS, STATEMENT_LABEL
from evaluation_rooms.terms import ReviewItem, Terms
from tendering.documents.signing import complete, prepare
from tendering.documents.typesetting import Signer, paragraph, typeset
from tendering.domain import contribution_steps as steps
from tendering.domain import draw_steps
from tendering.domain.archive import evaluation_path, issued_path
from tendering.domain.candidates import candidate_json
from tendering.domain.contribution_steps import (
    CONTRIBUTION_WINDOW,
    Gathering,
    require_opened,
)
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    EXPERTS,
    RECORD_LABEL,
    DrawSubject,
    contribution_statement,
    record_statement,
    seed_of,
    vrf_input,
)
from tendering.domain.draw import Draw, Pool, draw_committee
from tendering.domain.evaluation_report import assemble
from tendering.domain.experts import Expert, Need
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.methods.opened import lot_seed
from tendering.domain.tender import Tender
from tendering.rulebooks import rulebook_of
from tests.support.archive import Journals
from tests.support.archive_parties import Party, Platform, chance
from tests.support.archive_venues import book_and_arrive
from tests.support.contributing import made, share_of
from tests.support.evaluation import Play, elects, nothing, points_of, votes

TENDER_ID: Final = UUID(int=0x7E)
ROOM_ID: Final = UUID(int=0x400)
CEILING_FEN: Final = 200_000_000
Done = TypeVar("Done")


@dataclass
class CommitteePlay:
    """What happens once the bids are open; `others` collects the files it leaves behind."""

    platform: Platform
    journals: Journals
    tender: Tender
    entity: Party
    supervisor: Party
    holders: list[Party]
    holder_keys: list[AnyOpeningKey]
    bidders: list[Party]
    experts: list[Party]
    others: dict[str, bytes] = field(default_factory=dict)
    seats: dict[int, tuple[Expert, str]] = field(default_factory=dict)
    seed: bytes = b""
    drawn: tuple[Pool, Draw, dict[UUID, Expert]] | None = None
    bill_fen: Mapping[UUID, Mapping[str, int]] = field(default_factory=dict)

    def _public(self, event: Event, at: datetime) -> None:
        self.journals.append(Stream.PUBLIC, event, at)

    def draw(self, at: datetime) -> None:
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
            bidders=self._contributing(),
            at=at,
        )
        self._public(frozen.public, at)
        self.journals.append(Stream.COMMITTEE, frozen.sealed, at)
        gathering = self._contribute(frozen.pool.root(), at)
        at = at + CONTRIBUTION_WINDOW
        subject, outcome = gathering.subject, require_opened(gathering)
        proof = vrf_prove(self.platform.vrf_seed, vrf_input(subject, outcome.values))
        seed = seed_of(subject, outcome.values, vrf_output(proof))
        self.seed = seed
        drawn = draw_committee(frozen.pool.entries, frozen.pool.needs, seed=seed)
        public = draw_steps.drawn_public(
            frozen.pool, drawn, gathering, outcome, seed=seed, vrf_proof=proof
        )
        self._public(public, at)
        names = {expert.id: expert for expert in pool}
        self.drawn = frozen.pool, drawn, names
        seated = draw_steps.seated(frozen.pool, drawn, names)
        self.journals.append(Stream.COMMITTEE, seated, at)
        self.seats = {
            number: (names[frozen.pool.sealed[seat.index].expert_id], seat.venue)
            for number, seat in enumerate(drawn.seats, start=1)
        }

    def arrive(self, at: datetime) -> None:
        """Seats are booked at a venue, and their members arrive there."""
        book_and_arrive(self.journals, self.seats, self.tender.id, at)

    def _contributing(self) -> frozenset[UUID]:
        """The bidders who contribute as well, where a coefficient is drawn."""
        bidders = self.bidders if draw_steps.leaves_to_draw(self.tender) else []
        return frozenset(bidder.id for bidder in bidders)

    def _contribute(self, root: bytes, at: datetime) -> Gathering:
        """Everybody seals; all but the procuring entity reveal; two key holders open that one."""
        subject = DrawSubject(self.tender, EXPERTS, root, self._contributing())
        gathering = Gathering(subject, (), at)

        def enter(event: Event, when: datetime = at) -> None:
            nonlocal gathering
            gathering = followed(gathering, self.journals.append(Stream.PUBLIC, event, when))

        parties = [self.entity, self.supervisor, *self.holders]
        parties += [bidder for bidder in self.bidders if bidder.id in subject.bidders]
        all_made = {one.id: made(subject, one.id) for one in parties}
        for party in parties:
            contribution = all_made[party.id].contribution
            said = contribution_statement(subject, contribution)
            signed: Any = party.sign(CONTRIBUTION_LABEL, said)
            enter(steps.decide_commitment(gathering, contribution, signed))
        for number, holder in enumerate(self.holders, start=1):
            for contribution in gathering.contributions:
                said = record_statement(subject, contribution, number=number, usable=True)
                signed = holder.sign(RECORD_LABEL, said)
                enter(
                    steps.decide_record(
                        gathering,
                        contribution.organization_id,
                        number=number,
                        usable=True,
                        statement=signed,
                    )
                )
        enter(steps.decide_closing(gathering, at=at))
        for party in parties[1:]:
            enter(steps.decide_reveal(gathering, party.id, all_made[party.id].file_key))
        silent, late = all_made[self.entity.id].contribution, at + CONTRIBUTION_WINDOW
        for number, key in enumerate(self.holder_keys[:2], start=1):
            share = share_of(subject, silent, number, key)
            event = steps.decide_share(
                gathering, self.entity.id, number=number, share=share, at=late
            )
            enter(event, late)
        return gathering

    def evaluate(self, at: datetime, *, time: int = 1, void: tuple[Event, ...] = ()) -> Room:
        """Play a whole evaluation, and report it; with `void` said of it, it is done anew."""
        play = Play(self._room(at, UUID(int=ROOM_ID.int + time - 1)), at=at)
        for to, commands in self._plot():
            for command in commands(play.room):
                play.do(command)
            play.lead(to)
        for event in play.events[:-2]:
            self.journals.append(Stream.COMMITTEE, to_event(event), at)
        chair = self._expert(1)
        report_digest = self._issue("evaluation_report", Stream.COMMITTEE, chair, at, time)
        for event in play.events[-2:]:
            self.journals.append(Stream.COMMITTEE, to_event(event), at)
        report = play.room.results.report
        assert report is not None
        seq, head = self.journals.head(Stream.COMMITTEE)
        result = assemble(evaluation_of(play.room), rulebook_of("construction"))
        reported: dict[str, JsonValue] = {
            "lot": "1",
            "committee": {"seq": seq, "head": head.hex()},
            "report_digest": report_digest,
            "outcome_digest": report.digest,
            "method_digest": play.room.method.digest().hex(),
            "ranking": [
                {
                    "rank": one.rank,
                    "bidder_id": str(one.bidder_id),
                    "bidder_name": one.bidder_name,
                    "total": f"{one.total:f}",
                }
                for one in result.candidates  # three bids, three candidates
            ],
            "rejected": [],
        }
        self._public(Event("evaluation.reported", reported), at)
        self.others[evaluation_path("1")] = canonical(report.outcome)
        for said in void:
            self._public(said, at + timedelta(hours=1))
        return self.evaluate(at + timedelta(hours=2), time=2) if void else play.room

    def _room(self, at: datetime, room_id: UUID) -> RoomOpened:
        revealed = self.journals.entries[Stream.PUBLIC]
        rows: Any = next(one for one in revealed if one.kind == "prices.revealed").body["rows"]
        forms = {UUID(row["bidder_id"]): row["form"] for row in rows}
        return arranged(
            room_id=room_id,
            tender_id=TENDER_ID,
            lot="1",
            terms=Terms(
                blind=True,
                opens_at=at - timedelta(hours=1),
                closes_at=at + timedelta(hours=9),
                committee_min=5,
                outlier_percent=0,
                ceiling_price_fen=CEILING_FEN,
                items=(ReviewItem("seal", "form", "签字盖章", "实施条例 第五十一条"),),
                method=dict(self.tender.method),
                seed=lot_seed(self.seed, TENDER_ID, "1").hex(),
                parts_fen=dict(self.tender.lots[0].parts_fen),
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
                    self.bill_fen.get(bidder.id, {}),
                )
                for bidder in self.bidders[:3]
                if bidder.id in forms
            ],
            seed=chance("numbering"),
        )

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
            said = sheet_statement(replace(room, marks=marks), member.number)
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

    def award(self, room: Room, at: datetime) -> None:
        result = assemble(evaluation_of(room), rulebook_of("construction"))
        candidates: list[JsonValue] = [candidate_json(one) for one in result.candidates]
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
        self._issue("award_notice", Stream.PUBLIC, self.entity, until)

    def _issue(
        self, kind: str, stream: Stream, signer: Party, at: datetime, edition: int = 1
    ) -> str:
        """A document signed by one; the digest of the PDF."""
        rendered = typeset(
            title=kind,
            number=f"KB-2026-0001-{kind}",
            footer="示范",
            blocks=[paragraph("示范")],
            signers=[Signer("签署人", signer.name)],
            made_at=at,
        )
        prepared = prepare(
            rendered.pdf,
            field="signature-01",
            certificate=signer.certificate,
            chain=[],
            signed_at=at,
            reason=kind,
            place=None,
            seal_text=None,
        )

        async def stamp(hashed: bytes) -> bytes:
            return self.platform.stamper.stamp(hashed, at=at, chance=chance("pdf", kind)[:16])

        signature = signer.key.sign_raw(prepared.attributes)
        pdf = _result(complete(prepared, signature, timestamper=stamp))
        about: dict[str, JsonValue] = {"kind": kind, "lot": "1", "edition": edition}
        before, after = (hashlib.sha256(data).hexdigest() for data in (rendered.pdf, pdf))
        signed: dict[str, JsonValue] = {
            "place": 1,
            "organization_id": str(signer.id),
            "digest": after,
        }
        who: JsonValue = [{"place": 1, "organization_id": str(signer.id), "name": signer.name}]
        told: dict[str, JsonValue] = {"number": "1", "digest": before, "signatories": who}
        for event in (
            Event("document.issued", about | told),
            Event("document.signed", about | signed),
            Event("document.completed", about | {"digest": after}),
        ):
            self.journals.append(stream, event, at)
        self.others[issued_path(kind, "1", edition)] = pdf
        return after


def _result(coroutine: Coroutine[Any, Any, Done]) -> Done:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        result: Done = ended.value
        return result
    raise AssertionError("it waited")
