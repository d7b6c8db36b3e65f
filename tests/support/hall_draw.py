"""The draw in an opening hall: experts in the pool, everybody's contribution, its records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from clients.draw_contributing import Contributor
from clients.draw_journal import gathering_of
from clients.journal_following import JournalFollower
from crypto.sealed_file import unwrap_share
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import RECORD_LABEL, contribution_policy, record_statement
from tendering.domain.parties import Person
from tendering.domain.roles import Role
from tendering.storage import experts, people
from tendering.storage.connection import transaction
from tests.support.hall import HallPlay, Party
from tests.support.platform import enter
from tests.support.seated import an_expert

EXPERTS = 6


@dataclass(slots=True)
class HallDraw:
    """A draw that the method leaves something to; all bids that count are open."""

    play: HallPlay
    folder: Path
    journal: JournalFollower = field(init=False)

    def __post_init__(self) -> None:
        """Follow the public journal, as everybody can."""
        self.journal = JournalFollower(self.play.host.line, self.play.tender.id)

    @property
    def path(self) -> str:
        """Where the doors of the draw are."""
        return f"/tenders/{self.play.tender.id}/draw"

    async def freeze(self) -> None:
        """Experts enter the pool, and the host freezes it for five seats."""
        context = self.play.platform.running.context
        async with transaction(context.pool) as connection:
            employer = await enter(
                connection, 960, Role.EXPERT, password_hash="-", at=context.now()
            )
            for number in range(EXPERTS):
                person = Person(
                    uuid4(),
                    employer.organization.id,
                    f"示范专家{number}",
                    f"expert-{number}",
                    False,
                )
                await people.insert(connection, person, password_hash="-", at=context.now())
                await experts.insert(connection, an_expert(number, person.id), at=context.now())
        need = {"venue": "示范市", "region": "", "speciality": "A08", "seats": 5, "reserves": 1}
        await self.play.host.line.post(f"{self.path}/pool", {"needs": [need]})

    async def seal(self, parties: Sequence[Party]) -> None:
        """So many seal by the command's own means."""
        await self.journal.look()
        for party in parties:
            await self._contributor(party).seal(self.play.tender, self.journal)

    async def check(self) -> None:
        """Every key holder looks at its record in everything that is sealed."""
        gathering = await self._gathering()
        for number, (holder, key) in enumerate(
            zip(self.play.holders, self.play.holder_keys, strict=True), start=1
        ):
            for one in gathering.contributions:
                policy = contribution_policy(gathering.subject, one.organization_id, one.recipient)
                unwrap_share(one.container, number, key, policy.context)
                said = record_statement(gathering.subject, one, number=number, usable=True)
                body = {
                    "step": "check",
                    "organization_id": str(one.organization_id),
                    "usable": True,
                    "statement": holder.signer.sign(RECORD_LABEL, said),
                }
                await holder.line.post(f"{self.path}/records", body)

    async def reveal(self, parties: Sequence[Party]) -> None:
        """So many open what they sealed."""
        await self.journal.look()
        for party in parties:
            await self._contributor(party).reveal(self.play.tender, self.journal)

    async def _gathering(self) -> Gathering:
        await self.journal.look()
        gathering = gathering_of(self.play.tender, self.journal.entries)
        assert gathering is not None
        return gathering

    def _contributor(self, party: Party) -> Contributor:
        return Contributor(party.line, party.signer, party.folder)
