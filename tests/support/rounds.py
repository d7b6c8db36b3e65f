"""A procedure played by its deeds on a real database, round by round, as its data say.

The platform's doors before the sealed intake are tested elsewhere: here a bid is what custody takes
in, and unlocking enters what a bidder's keys would have shown.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from clients.tender_facts import announcement_statement
from crypto.keys import generate_opening_key
from crypto.signing import sign_statement
from evaluation_rooms.actions.evaluations import close_evaluation, issue_report
from tendering.actions import openings as opening_deeds
from tendering.actions.awards import Choice, award_lot, publish_candidates, results
from tendering.actions.bids import ReceiptTerms
from tendering.actions.issued_documents import Address
from tendering.actions.participants import answer_invitation, invite
from tendering.actions.qualifications import check_qualification
from tendering.actions.rounds import NextRound, begin_next_round
from tendering.actions.tenders import (
    ANNOUNCEMENT_LABEL,
    PUBLICATION_LABEL,
    Law,
    announce_key,
    create_tender,
    facts_to_sign,
    publish_tender,
)
from tendering.domain.bid import SealedBid, SealedEnvelope
from tendering.domain.issuing import DocumentKind
from tendering.domain.journal import Entry, Stream
from tendering.domain.kept_groups import keeps_group
from tendering.domain.opening import OpenedEnvelope, UnlockedBy
from tendering.domain.participants import Answer
from tendering.domain.procedure import Judging, Participants, Qualification, Round
from tendering.domain.qualification import Verdict
from tendering.domain.roles import Role
from tendering.domain.tender import Document, KeyHolder, Lot, Tender, TenderStatus, Terms
from tendering.domain.timetable import earliest_deadline
from tendering.domain.uploads import Upload
from tendering.keys import PlatformKeys
from tendering.procedures import round_of
from tendering.rulebooks import holiday_calendar, method_text, rulebook_for, rulebook_of
from tendering.storage import drafts, draws, experts, journal, tender_documents, tenders, uploads
from tendering.storage.connection import Connection, Pool, reading, transaction
from tendering.unlocking import OpenedBid
from tests.support.evaluating import at_signing, draw_among, seat_committee
from tests.support.evaluation import METHOD
from tests.support.make import a_check
from tests.support.opened import PUBLISHED, OpenedLot, Party, forms, party
from tests.support.signing import sign
from tests.support.taking_in import submit_bid
from tests.support.two_envelopes import open_prices, read_out

BEGIN: Final = PUBLISHED + timedelta(hours=1)
HOUR: Final = timedelta(hours=1)
LOWEST: Final[dict[str, Any]] = json.loads(method_text("lowest-price"))


@dataclass(slots=True)
class RoundsPlay:
    """The parties of a procedure and the hour it is; each round is one call after the other."""

    pool: Pool
    keys: PlatformKeys
    host: Party
    supervisor: Party
    holders: tuple[Party, ...]
    bidders: tuple[Party, ...]
    members: tuple[Party, ...] = ()
    spare: int = 0
    experts: tuple[Party, ...] = ()
    now: datetime = BEGIN
    seated: set[UUID] = field(default_factory=set)

    async def draft(self, procedure: str, regime: str) -> UUID:
        """The first round, drafted."""
        round_ = round_of(procedure, 1, rulebook_of(regime))
        draft = Tender(
            id=uuid4(),
            number="KB-2026-0001",
            title="示范项目",
            description="示范",
            regime=regime,
            region="510100",
            status=TenderStatus.DRAFT,
            procuring_entity_id=self.host.actor.organization_id,
            agency_id=None,
            supervisor_id=self.supervisor.actor.organization_id,
            lots=(Lot("1", "一标段", 180_000_000, 200_000_000, 0),),
            threshold=2,
            key_holders=tuple(
                KeyHolder(number, one.actor.organization_id, "")
                for number, one in enumerate(self.holders, start=1)
            ),
            documents=(),
            method=method_for(round_),
            committee={},
            terms=Terms(90, 30, 10),
            deadline=self.now,
            published_at=None,
            timetable={},
            demonstration=True,
            round=round_,
        )
        async with transaction(self.pool) as connection:
            await create_tender(connection, draft, at=self.now)
        return draft.id

    async def invite(self, tender_id: UUID, bidders: Sequence[Party]) -> None:
        """Invite bidders to the only lot."""
        ids = [one.actor.organization_id for one in bidders]
        async with transaction(self.pool) as connection:
            await invite(connection, tender_id, "1", ids, by=self.host.actor, at=self.now)

    async def answer(self, tender_id: UUID, bidder: Party, answer: Answer) -> None:
        """A bidder answers its invitation."""
        async with transaction(self.pool) as connection:
            await answer_invitation(
                connection, tender_id, "1", answer, by=bidder.actor, at=self.now
            )

    async def publish(self, tender_id: UUID) -> None:
        """Keys, documents, the earliest lawful deadline, and the host's signature under it all."""
        async with transaction(self.pool) as connection:
            tender = await tenders.lock(connection, tender_id)
            law = self.law(tender)
            periods = tender.round.periods
            earliest = earliest_deadline(law.rulebook, law.calendar, self.now, periods=periods)
            deadline = max(earliest + 9 * HOUR, self.now + HOUR)
            await drafts.replace(
                connection, replace(tender, deadline=deadline), version=tender.version
            )
            document = Document("招标文件.pdf", bytes(32), 1000, "application/pdf")
            check = a_check(tender.regime)
            await tender_documents.put_document(connection, tender_id, document, uuid4(), check)
            for number, holder in enumerate(self.holders, start=1):
                await self._announce(connection, tender_id, number, holder)
            facts = facts_to_sign(await tenders.get(connection, tender_id))
            said = {"tender_id": str(tender_id), "facts_digest": facts[1].hex()}
            await publish_tender(
                connection,
                self.keys,
                tender_id,
                law,
                statement=self._signed(self.host, PUBLICATION_LABEL, said),
                by=self.host.actor,
                at=self.now,
            )

    async def hand_in(self, tender_id: UUID, bidder: Party) -> None:
        """One bid, with the envelopes that the round asks for. Raises what it is refused for."""
        async with transaction(self.pool) as connection:
            tender = await tenders.get(connection, tender_id)
            envelopes = tuple(
                SealedEnvelope(kind, uuid4(), bytes(32), secrets.token_bytes(32), 1, "age1")
                for kind in tender.round.envelopes
            )
            who = bidder.actor.organization_id
            statement = {"bidder_id": str(who), "tender_id": str(tender_id)}
            bid = SealedBid(tender_id, "1", who, 1, envelopes, statement)
            keys = [secrets.token_bytes(32) for _ in envelopes]
            at = tender.deadline - HOUR / 2
            for envelope in envelopes:
                upload = Upload(envelope.upload_id, who, 10, 8 << 20, {})
                await uploads.insert(connection, upload)
            await submit_bid(connection, bid, keys, self._receipts(), received_at=at)

    async def close(self, tender_id: UUID) -> Tender:
        """Deadline and drain pass: the opening begins, or there are too few bids."""
        async with transaction(self.pool) as connection:
            tender = await tenders.get(connection, tender_id)
            self.now = tender.closing_at + timedelta(minutes=1)
            return await opening_deeds.close_submission(
                connection, tender_id, checkpoint=None, at=self.now
            )

    async def open(self, tender_id: UUID, bidders: Sequence[Party]) -> TenderStatus:
        """From the deadline to the recorded opening, or to the end for want of bids."""
        closed = await self.close(tender_id)
        if closed.status is not TenderStatus.OPENING:
            return closed.status
        for bidder in bidders:
            await self.unlock(closed, bidder)
        await read_out(self, tender_id)
        return await self.status(tender_id)

    async def check(
        self, tender_id: UUID, bidders: Sequence[Party], *, failing: int = 0
    ) -> TenderStatus:
        """The host checks qualification; the last so many fail."""
        passing = len(bidders) - failing
        verdicts = [
            Verdict(one.actor.organization_id, number < passing, "" if number < passing else "示范")
            for number, one in enumerate(bidders)
        ]
        async with transaction(self.pool) as connection:
            tender = await check_qualification(
                connection, tender_id, "1", verdicts, by=self.host.actor, at=self.now
            )
        return tender.status

    async def evaluate(
        self, tender_id: UUID, bidders: Sequence[Party], *, rejected: frozenset[int] = frozenset()
    ) -> TenderStatus:
        """The committee's room, its signed report, and the hand-over."""
        await self._seat(tender_id)
        lot = OpenedLot(tender_id, self.host, self.supervisor, tuple(bidders), self.holders)
        round_ = (await self.tender(tender_id)).round
        judging = round_.judging
        await at_signing(
            self.pool,
            lot,
            self.members,
            rejected=rejected,
            at=self.now,
            scored=judging is not Judging.REVIEW,
            prices=partial(open_prices, self, tender_id, bidders=bidders) if round_.later else None,
        )
        self.now += HOUR
        host = self.host.actor
        await issue_report(self.pool, tender_id, "1", by=host, at=self.now)
        report = Address(tender_id, DocumentKind.EVALUATION_REPORT, "1")
        for member in self.members:
            await sign(self.pool, self.keys, report, member, at=self.now)
        async with transaction(self.pool) as connection:
            await close_evaluation(connection, tender_id, "1", by=host, at=self.now)
        return await self.status(tender_id)

    async def next_round(self, tender_id: UUID) -> UUID:
        """Draft the next round for those who were admitted."""
        before = await self.tender(tender_id)
        round_ = round_of(before.procedure, before.round.number + 1, self.law(before).rulebook)
        method = method_for(round_)
        salt, host = secrets.token_bytes(32), self.host.actor
        wanted = NextRound(uuid4(), salt, "示范项目第二轮", "示范", self.now, method, {})
        async with transaction(self.pool) as connection:
            draft = await begin_next_round(connection, tender_id, wanted, by=host, at=self.now)
        return draft.id

    async def show_candidates(self, tender_id: UUID) -> Law:
        """Candidates on display; the law by which they are."""
        law, host = self.law(await self.tender(tender_id)), self.host
        await publish_candidates(self.pool, tender_id, "1", law, by=host.actor, at=self.now)
        shown_as = Address(tender_id, DocumentKind.CANDIDATES, "1")
        await sign(self.pool, self.keys, shown_as, host, at=self.now)
        return law

    async def award(self, tender_id: UUID) -> UUID:
        """Candidates on display, then the winner."""
        law, host = await self.show_candidates(tender_id), self.host
        async with reading(self.pool) as connection:
            [shown] = await results(connection, tender_id)
        self.now = shown.published.publicity_until
        await award_lot(self.pool, tender_id, "1", law, Choice("", {}), by=host.actor, at=self.now)
        async with reading(self.pool) as connection:
            [result] = await results(connection, tender_id)
        assert result.award is not None
        return result.award.bidder_id

    async def to_award(self, procedure: str, regime: str) -> tuple[list[UUID], UUID]:
        """A whole procedure with everybody in it; the tenders of its rounds, and the winner."""
        tender_id = await self.draft(procedure, regime)
        played = [tender_id]
        while True:
            tender = await self.tender(tender_id)
            bidders = self.bidders[: max(tender.round.bidders_min.count, 1)]
            if tender.round.participants is Participants.INVITED:
                await self.invite(tender_id, bidders)
            await self.publish(tender_id)
            for bidder in bidders:
                await self.hand_in(tender_id, bidder)
            await self.open(tender_id, bidders)
            if tender.round.qualification is Qualification.PROCURING_ENTITY:
                await self.check(tender_id, bidders)
            if tender.round.judging is not Judging.NONE:
                await self.evaluate(tender_id, bidders)
            if tender.round.is_last:
                return played, await self.award(tender_id)
            tender_id = await self.next_round(tender_id)
            played.append(tender_id)

    async def tender(self, tender_id: UUID) -> Tender:
        """The tender as it stands."""
        async with reading(self.pool) as connection:
            return await tenders.get(connection, tender_id)

    async def status(self, tender_id: UUID) -> TenderStatus:
        """How far it has come."""
        return (await self.tender(tender_id)).status

    async def entries(self, tender_id: UUID, stream: Stream) -> list[Entry]:
        """A whole stream."""
        async with reading(self.pool) as connection:
            return await journal.after(connection, tender_id, stream, 0)

    def law(self, tender: Tender) -> Law:
        """The rules that hold for a tender now."""
        return Law(rulebook_for(tender, self.now), holiday_calendar())

    async def _announce(
        self, connection: Connection, tender_id: UUID, number: int, holder: Party
    ) -> None:
        public = generate_opening_key().public
        said = announcement_statement(tender_id, number, holder.actor.organization_id, public)
        await announce_key(
            connection,
            self.keys,
            tender_id,
            public_key=public,
            announcement=self._signed(holder, ANNOUNCEMENT_LABEL, said),
            by=holder.actor,
            at=self.now,
            now=lambda: self.now,
        )

    async def unlock(self, tender: Tender, bidder: Party, *, session: int = 1) -> None:
        """Enter what the keys of a session show of one bid."""
        who, kinds = bidder.actor.organization_id, tender.round.kinds_in(session)
        said = forms(self.bidders.index(bidder))
        opened = OpenedBid(
            "1",
            who,
            tuple(
                OpenedEnvelope(kind, bytes(32), hashlib.sha256(kind.encode()).digest(), True)
                for kind in kinds
            ),
            {kind: said[kind] for kind in kinds},
            {kind: bytes(16) for kind in kinds},
        )
        async with transaction(self.pool) as connection:
            await opening_deeds.record_unlock(
                connection,
                tender.id,
                opened,
                by=UnlockedBy.BIDDER,
                received_at=self.now,
                at=self.now,
            )

    async def _seat(self, tender_id: UUID) -> None:
        """A committee is drawn for each round that has one, unless a group goes on; who sits."""
        if not self.experts:
            drawn = await seat_committee(self.pool, self.keys, tender_id, spare=self.spare)
            self.experts = drawn
        elif tender_id not in self.seated and not keeps_group((await self.tender(tender_id)).round):
            async with transaction(self.pool) as connection:
                await draw_among(connection, tender_id, await experts.list_serving(connection))
        self.seated.add(tender_id)
        by_person = {one.actor.person_id: one for one in self.experts}
        async with reading(self.pool) as connection:
            seats = await draws.seats(connection, tender_id)
        self.members = tuple(by_person[one.person_id] for one in seats if one.status == "seated")

    def _receipts(self) -> ReceiptTerms:
        return ReceiptTerms(
            key=self.keys.receipt,
            origin=self.keys.log.name,
            within_seconds=60,
            nonce=lambda: secrets.token_bytes(32),
        )

    @staticmethod
    def _signed(who: Party, label: str, said: Mapping[str, Any]) -> dict[str, Any]:
        signed = sign_statement(who.key, who.certificate, label=label, statement=dict(said))
        value = signed.to_value()
        assert isinstance(value, dict)
        return value


def method_for(round_: Round) -> dict[str, Any]:
    """Criteria where a committee scores; none where it does not."""
    return METHOD if round_.judging in {Judging.METHOD, Judging.NONE} else LOWEST


async def a_play(pool: Pool, keys: PlatformKeys, *, bidders: int = 4) -> RoundsPlay:
    """A host, a supervisor, three key holders and some bidders, all certified."""
    async with transaction(pool) as connection:
        return RoundsPlay(
            pool,
            keys,
            await party(connection, keys, 1, Role.PROCURING_ENTITY),
            await party(connection, keys, 2, Role.SUPERVISOR),
            tuple([await party(connection, keys, 10 + one, Role.KEY_HOLDER) for one in range(3)]),
            tuple([await party(connection, keys, 20 + one, Role.BIDDER) for one in range(bidders)]),
        )
