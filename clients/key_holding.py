"""The key holder's side: a key for one tender alone, announced; shares handed over at the opening.

The tool believes nobody. What a container is for it computes itself from the published record; a
share is given only when others than the platform have seen the deadline pass, only for a bid on the
published list, and only with the key that was announced for this very tender. Every act is in the
holder's own log before it is done.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clients.canaries import open_canary, waiting_canaries
from clients.journal_following import JournalFollower
from clients.key_files import KeyFolder, Signer
from clients.key_holder_log import KeyHolderLog
from clients.key_replacements import tender_now
from clients.platform import Json, Platform, PlatformRefused
from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from crypto.canonical import JsonValue
from crypto.errors import BadShare
from crypto.keys import AnyOpeningKey
from crypto.sealed_file import header_digest, parse_sealed_header, unwrap_share
from tendering.domain.bid import envelope_context
from tendering.domain.canary import ANSWER_LABEL, answer_statement
from tendering.domain.closing_proof import NotProved, NotYetProved, require_past
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.key_policy import under
from tendering.domain.opening import RECORD_UNUSABLE, REFUSAL_LABEL, Refusal
from tendering.domain.published_keys import PublishedKeys
from tendering.domain.resumption import session_of
from tendering.domain.tender import Tender

LOG_FILE: Final = "key-holder-log.jsonl"
DESTRUCTION_LABEL: Final = "kaibiao/key-destruction/v1"


class UnwrapRefused(Exception):
    """The tool does not unwrap: what it was asked for does not follow from the public record."""


class NotYetPast(UnwrapRefused):
    """Nobody but the platform has seen the deadline pass yet: look again in a moment."""


class KeyMissing(Exception):
    """There is no key for this tender in the folder: it was never made, or it is destroyed."""


class RemedyEnvelope(Struct, frozen=True):
    """A container that a key holder is asked about: its kind and its first bytes."""

    kind: str
    header: bytes


class Remedy(Struct, frozen=True):
    """A bid that waits for a key holder's shares, as the platform tells of it."""

    lot: str
    bidder_id: UUID
    counter: int
    policy_version: int
    envelopes: tuple[RemedyEnvelope, ...]
    session: int = 1

    @property
    def headers(self) -> dict[str, bytes]:
        """What the containers begin with, by kind of envelope."""
        return {envelope.kind: envelope.header for envelope in self.envelopes}


class Evidence(Struct, frozen=True):
    """The newest checkpoint, and the time stamps over its root by authority."""

    checkpoint: str
    time_stamps: dict[str, bytes]


@dataclass(slots=True)
class KeyHolder:
    """One key holder at one platform. `published` are the platform's keys, kept beforehand."""

    platform: Platform
    signer: Signer
    keys: KeyFolder
    published: PublishedKeys

    @property
    def log(self) -> KeyHolderLog:
        """The holder's own record."""
        return KeyHolderLog(self.log_file, self.signer)

    @property
    def log_file(self) -> Path:
        """Where it is."""
        return self.keys.folder / LOG_FILE

    def key_file(self, tender_id: UUID) -> Path:
        """Where one's key for a tender lies."""
        return self.keys.opening_key_file(_key_name(tender_id))

    async def tenders(self) -> list[Json]:
        """The drafts and tenders of which one is a key holder."""
        answer = await self.platform.get("/key-holder/tenders")
        items: list[Json] = answer["items"]
        return items

    async def announce(self, tender_id: UUID, number: int) -> bytes:
        """Make and announce one's key for a tender, as its holder `number`; its public half.

        Announced again it is the same key. Raises PlatformRefused.
        """
        draft = await self.platform.get(f"/tenders/{tender_id}")
        suite = draft["key_policy"]["suite"]
        public_key = self.keys.opening_key(_key_name(tender_id), suite).public
        statement = announcement_statement(
            tender_id, number, self.platform.me.organization_id, public_key
        )
        await self.note("announce key", tender_id, {"public_key": public_key.hex()})
        await self.platform.post(
            f"/tenders/{tender_id}/key-announcements",
            {
                "public_key": public_key.hex(),
                "announcement": self.signer.sign(ANNOUNCEMENT_LABEL, statement),
            },
        )
        return public_key

    async def open_canaries(self, tender_id: UUID) -> list[int]:
        """Open every canary of a tender that waits for this holder; their numbers.

        What is opened comes from the public record, and its context is computed here: nobody can
        have another thing opened under this name. Raises UnwrapRefused, KeyMissing, BadHeader,
        BadShare (the key in the folder does not open it), PlatformRefused.
        """
        journal = JournalFollower(self.platform, tender_id)
        await journal.look()
        published = journal.find("tender.published")
        if published is None:
            raise UnwrapRefused("the tender is not published")
        tender = tender_now(published, journal.entries)
        me = self.platform.me.organization_id
        holder, key = tender.key_holder_of(me), self.key_of(tender)
        done = []
        for canary in waiting_canaries(journal, holder.number):
            await self.note("open canary", tender_id, {"canary": canary.number})
            answer = open_canary(tender, canary, me, key).hex()
            statement = answer_statement(tender, canary.number, holder, answer)
            await self.platform.post(
                f"/tenders/{tender_id}/canary-answers",
                {
                    "canary": canary.number,
                    "answer": answer,
                    "statement": self.signer.sign(ANSWER_LABEL, statement),
                },
            )
            done.append(canary.number)
        return done

    async def remedies(self, tender_id: UUID) -> list[Remedy]:
        """The bids that wait for this holder's share. Raises UnwrapRefused, PlatformRefused."""
        answer = await self.platform.get(f"/tenders/{tender_id}/opening/remedies")
        try:
            return msgspec.convert(answer["items"], list[Remedy])
        except msgspec.ValidationError as error:
            raise UnwrapRefused(f"the platform asks for something malformed: {error}") from error

    async def give_shares(self, tender: Tender, remedy: Remedy) -> bool:
        """Unwrap and hand over one's shares of a bid; whether the bid is open with them.

        `tender` is that of the public record (`tender_now`). Where a record holds no share that
        fits, a signed refusal goes out in its place; it names the headers that were looked at.
        Raises NotYetPast, UnwrapRefused, KeyMissing, BadHeader, PlatformRefused.
        """
        await self._require_due(tender, remedy)
        if not 1 <= remedy.policy_version <= tender.policy_version:
            raise UnwrapRefused("the key policy of this bid was never published")
        tender = under(tender, remedy.policy_version)
        key = self.key_of(tender)
        headers = remedy.headers
        if not 1 <= remedy.session <= len(tender.round.sessions):
            raise UnwrapRefused("no session of this opening")
        kinds = tender.round.kinds_in(remedy.session)
        if len(headers) != len(remedy.envelopes) or set(headers) != set(kinds):
            raise UnwrapRefused("not one container for each envelope")
        for kind, header in headers.items():
            _require_sealed(tender, remedy, kind, header)
        about: dict[str, JsonValue] = {
            "lot": remedy.lot,
            "bidder_id": str(remedy.bidder_id),
            "counter": remedy.counter,
            "header_digests": {kind: header_digest(data).hex() for kind, data in headers.items()},
        }
        await self.note("unwrap", tender.id, about)
        holder = tender.key_holder_of(self.platform.me.organization_id)
        try:
            shares = _unwrapped(tender, remedy, holder.number, key)
        except BadShare as error:
            await self.note("record unusable", tender.id, about | {"why": str(error)})
            await self.refuse_share(tender, remedy)
            return False
        body = {"lot": remedy.lot, "bidder_id": str(remedy.bidder_id), "shares": shares}
        try:
            answer = await self.platform.post(f"/tenders/{tender.id}/opening/shares", body)
        except PlatformRefused as refusal:
            # Others were faster, or the answer to an earlier attempt was lost.
            if refusal.code != "already-unlocked":
                raise
            return True
        return bool(answer["unlocked"])

    async def destroy(self, tender_id: UUID, number: int) -> None:
        """Destroy one's key for a tender and state it, signed. Raises KeyMissing, PlatformRefused.

        The platform is asked first and refuses while the key may still be needed; that a key is
        left after it said yes is mended by calling again.
        """
        key = self._key(tender_id)
        statement: dict[str, JsonValue] = {
            **announcement_statement(
                tender_id, number, self.platform.me.organization_id, key.public
            )
        }
        await self.note("destroy key", tender_id, {"public_key": key.public.hex()})
        await self.platform.post(
            f"/tenders/{tender_id}/key-destructions",
            {"statement": self.signer.sign(DESTRUCTION_LABEL, statement)},
        )
        self.keys.lose_opening_key(_key_name(tender_id))

    async def _require_due(self, tender: Tender, remedy: Remedy) -> None:
        """The deadline is past by the word of others, and this bid is on the published list."""
        journal = JournalFollower(self.platform, tender.id)
        await journal.look()
        published = journal.find("tender.published")
        closed = journal.find("submission.closed")
        if (
            published is None
            or tender_now(published, journal.entries).key_policy != tender.key_policy
        ):
            raise UnwrapRefused("the tender is not the published one")
        if closed is None:
            raise UnwrapRefused("submission is not closed")
        listed = [
            (lot["lot"], bid["bidder_id"], bid["counter"])
            for lot in _objects(closed.body.get("lots"))
            for bid in _objects(lot.get("bids"))
        ]
        if (remedy.lot, str(remedy.bidder_id), remedy.counter) not in listed:
            raise UnwrapRefused("this bid is not on the published list")
        if session_of(journal.entries, remedy.lot, remedy.bidder_id) != remedy.session:
            raise UnwrapRefused("the opening is not in that session for this bid")
        due = latest_deadline(tender, journal.entries[: closed.seq])
        if parse_instant(str(closed.body["deadline"])) < due:
            raise UnwrapRefused("submission was closed before the deadline that was published")
        await self.require_past(due)

    async def require_past(self, due: datetime) -> None:
        """An instant is past by the word of others than the platform.

        Raises NotYetPast in the seconds in which they have not spoken yet, else UnwrapRefused.
        """
        answer = await self.platform.get("/log/evidence")
        try:
            shown = msgspec.convert(answer, Evidence)
            require_past(
                due, checkpoint=shown.checkpoint, tokens=shown.time_stamps, keys=self.published
            )
        except NotYetProved as error:
            raise NotYetPast(str(error)) from error
        except (NotProved, msgspec.ValidationError) as error:
            raise UnwrapRefused(f"the deadline is not proved to be past: {error}") from error

    async def refuse_share(self, tender: Tender, remedy: Remedy) -> None:
        """Say, signed, that one's record in the headers of a bid is unusable. PlatformRefused."""
        number = tender.key_holder_of(self.platform.me.organization_id).number
        refusal = Refusal(
            tender.id,
            remedy.lot,
            remedy.bidder_id,
            remedy.counter,
            number,
            RECORD_UNUSABLE,
            {kind: header_digest(data).hex() for kind, data in remedy.headers.items()},
        )
        await self.platform.post(
            f"/tenders/{tender.id}/opening/share-refusals",
            {
                "lot": remedy.lot,
                "bidder_id": str(remedy.bidder_id),
                "reason": RECORD_UNUSABLE,
                "statement": self.signer.sign(REFUSAL_LABEL, refusal.statement()),
            },
        )

    def key_of(self, tender: Tender) -> AnyOpeningKey:
        """One's key for a published tender. Raises KeyMissing, UnwrapRefused."""
        key = self._key(tender.id)
        if tender.key_holder_of(self.platform.me.organization_id).public_key != key.public:
            raise UnwrapRefused("the key in the folder is not the one announced for this tender")
        return key

    def _key(self, tender_id: UUID) -> AnyOpeningKey:
        key = self.keys.kept_opening_key(_key_name(tender_id))
        if key is None:
            raise KeyMissing(f"there is no key for the tender {tender_id} in the folder")
        return key

    async def note(self, act: str, tender_id: UUID, about: dict[str, JsonValue]) -> None:
        """Enter an act into the holder's own log, before it is done."""
        at = await self.platform.clock()
        self.log.write(act, {"tender_id": str(tender_id)} | about, at=at)


def latest_deadline(tender: Tender, entries: Iterable[Entry]) -> datetime:
    """The latest deadline that was ever published: no word of the platform brings it forward."""
    moved = (entry.body.get("deadline") for entry in entries)
    return max([tender.deadline, *(parse_instant(one) for one in moved if isinstance(one, str))])


def _context(tender: Tender, remedy: Remedy, kind: str) -> bytes:
    """What a container must be sealed for: computed here, and never taken from the platform."""
    return envelope_context(
        tender,
        lot=remedy.lot,
        kind=kind,
        bidder_id=remedy.bidder_id,
        counter=remedy.counter,
    )


def _require_sealed(tender: Tender, remedy: Remedy, kind: str, header: bytes) -> None:
    """What the platform checked at its door is checked here once more. Raises BadHeader."""
    parse_sealed_header(
        header,
        expected_context=_context(tender, remedy, kind),
        threshold=tender.threshold,
        n=len(tender.key_holders),
        suite_name=tender.suite,
    )


def _unwrapped(tender: Tender, remedy: Remedy, number: int, key: AnyOpeningKey) -> dict[str, str]:
    """One's share of each envelope, base64. Raises BadShare."""
    shares = {}
    for kind, header in remedy.headers.items():
        share = unwrap_share(header, number, key, _context(tender, remedy, kind))
        shares[kind] = base64.b64encode(share).decode("ascii")
    return shares


def _key_name(tender_id: UUID) -> str:
    return f"tender-{tender_id}"


def _objects(value: JsonValue) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
