"""An opening hall with everybody in it: a tender, three sealed bids, three key holders, a host."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from clients import sdk
from clients.document_signing import Document, sign_in_turn
from clients.key_files import SIGNING_KEY
from crypto.certificates import facts
from crypto.keys import OpeningKey, generate_opening_key
from crypto.sealed_file import unwrap_share
from evaluation_rooms.actions.evaluations import Chance, open_evaluation
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.commands import AdvancePhase
from evaluation_rooms.phases import Phase
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.domain.parties import Actor
from tendering.domain.roles import Role
from tendering.domain.tender import ENVELOPES, Tender
from tendering.storage.connection import transaction
from tests.support.bidding import PASSPHRASE, move_deadline, tender_to_bid_for
from tests.support.evaluation import check_ins, elects, scores, votes
from tests.support.platform import PASSWORD, Platform, enter

LOT: Final = "1"
# The second asks for a hundredth of what it meant: somebody wrote 万元 for 元.
PRICES_FEN: Final = (128_500_000, 1_310_000, 205_000_000)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with an account (and PASSWORD), a line, and a certified key in a folder."""

    login: str
    line: sdk.Platform = field(repr=False)
    signer: sdk.Signer
    folder: Path

    @property
    def name(self) -> str:
        """Its organization's."""
        return facts(self.signer.certificate).organization

    @property
    def signing_key(self) -> Path:
        """The file of its signing key."""
        return self.folder / SIGNING_KEY

    @property
    def key_file(self) -> Path:
        """The opening keys of a bidder's bid: the first's are under PASSPHRASE."""
        (found,) = (self.folder / "bid").glob("opening-keys.txt*")
        return found


@dataclass(frozen=True, slots=True)
class HallPlay:
    """Everybody, before the deadline. Each bid is in custody."""

    platform: Platform
    tender: Tender
    host: Party
    bidders: tuple[Party, ...]
    holders: tuple[Party, ...]
    supervisor: Party
    agency: Party
    holder_keys: tuple[OpeningKey, ...] = field(repr=False)

    async def deadline_in(self, left: timedelta) -> None:
        """The deadline moves to so long after now."""
        await move_deadline(self.platform, self.tender, self.platform.running.context.now() + left)
        self.platform.running.context.touched(self.tender.id)

    async def unlock(self) -> None:
        """Every bidder unlocks its bid by the command's own means."""
        for number, bidder in enumerate(self.bidders):
            keys = await sdk.fetch_published_keys(bidder.line, bidder.folder / "keys.json")
            book = sdk.ReceiptBook(bidder.line, keys, bidder.folder / "receipts")
            prepared = sdk.load_prepared(bidder.folder / "bid")
            opening_keys = prepared.opening_keys(PASSPHRASE if number == 0 else None)
            await sdk.Bidder(bidder.line, bidder.signer, book).unlock(prepared, opening_keys)

    async def give_shares(self) -> None:
        """Two of the key holders open what waits for them."""
        path = f"/tenders/{self.tender.id}/opening"
        for number, (holder, key) in enumerate(
            zip(self.holders[:2], self.holder_keys, strict=False), start=1
        ):
            for remedy in (await holder.line.get(f"{path}/remedies"))["items"]:
                shares = {one["kind"]: _share(one, number, key) for one in remedy["envelopes"]}
                body = {"lot": LOT, "bidder_id": remedy["bidder_id"], "shares": shares}
                await holder.line.post(f"{path}/shares", body)

    async def sign_record(self, kind: str = "opening_record") -> None:
        """Everybody signs the opening record in turn."""
        document = Document(self.tender.id, kind, LOT)
        for party in (self.host, *self.bidders, *self.holders[:2], self.supervisor):
            await sign_in_turn(party.line, party.signer, document)

    async def lock_marks(self) -> None:
        """The drawn committee reviews and scores; all technical marks are locked."""
        context, room_id = self.platform.running.context, uuid4()
        account = self.platform.accounts[Role.PROCURING_ENTITY]
        who = account.organization
        host = Actor(account.person.id, who.id, Role.PROCURING_ENTITY, who.name, who.uscc)
        steps: list[tuple[Any, Phase | None]] = [
            (check_ins, Phase.CHAIR),
            (elects, Phase.PRELIMINARY),
            (votes, Phase.TECHNICAL),
            (scores, None),
        ]
        async with transaction(context.pool) as connection:
            chance = Chance(room_id, bytes(32))
            at = context.now()
            await open_evaluation(connection, self.tender.id, LOT, chance, by=host, at=at)
            for commands, phase in steps:
                room = await rooms.load(connection, self.tender.id, room_id)
                leads = [] if phase is None else [AdvancePhase(None, phase)]
                for command in (*commands(room), *leads):
                    await act(connection, room_id, command, Standing(Viewer.HOST), at=at)
        context.touched(self.tender.id)


@asynccontextmanager
async def hall_play(platform: Platform, folder: Path, **terms: Any) -> AsyncIterator[HallPlay]:
    """A tender whose deadline is 25 days away, with three bids in custody.

    `terms`: as in `tender_to_bid_for`.
    """
    context = platform.running.context
    keys = tuple(generate_opening_key() for _ in range(3))
    password_hash = await context.passwords.hash(PASSWORD)
    tender = await tender_to_bid_for(platform, folder, opening_keys=keys, **terms)
    async with transaction(context.pool) as connection:
        others = [
            await enter(
                connection, 950 + one, Role.BIDDER, password_hash=password_hash, at=context.now()
            )
            for one in range(2)
        ]
    accounts = platform.accounts
    async with AsyncExitStack() as stack:

        async def party(login: str) -> Party:
            return await _party(stack, platform, login, folder / login)

        bidders = []
        for number, account in enumerate((accounts[Role.BIDDER], *others)):
            bidder = await party(account.person.login)
            await _hand_in(bidder, tender, number)
            bidders.append(bidder)
        yield HallPlay(
            platform,
            tender,
            host=await party(accounts[Role.PROCURING_ENTITY].person.login),
            bidders=tuple(bidders),
            holders=tuple([await party(f"{Role.KEY_HOLDER}{901 + one}") for one in range(3)]),
            supervisor=await party(accounts[Role.SUPERVISOR].person.login),
            agency=await party(accounts[Role.AGENCY].person.login),
            holder_keys=keys,
        )


async def _party(stack: AsyncExitStack, platform: Platform, login: str, folder: Path) -> Party:
    line = await stack.enter_async_context(sdk.open_platform(platform.running.address))
    await line.log_in(login, PASSWORD)
    signer = await sdk.certify_with_platform(sdk.KeyFolder(folder), line)
    return Party(login, line, signer, folder)


async def _hand_in(party: Party, tender: Tender, number: int) -> None:
    keys = await sdk.fetch_published_keys(party.line, party.folder / "platform-keys.json")
    book = sdk.ReceiptBook(party.line, keys, party.folder / "receipts")
    bidder = sdk.Bidder(party.line, party.signer, book)
    file = party.folder / "示范.txt"
    file.write_text("示范文件,内容虚构。")
    forms: dict[str, dict[str, Any]] = {
        "qualification": {"objective": {}},
        "technical": {},
        "price": {
            "price_fen": PRICES_FEN[number],
            "duration_days": 300 - number,
            "quality": "合格",
            "project_manager": f"示范经理{number + 1}",
        },
    }
    bid = await asyncio.to_thread(
        sdk.seal_bid,
        tender,
        [sdk.pack(sdk.EnvelopeContent(kind, forms[kind], (file,))) for kind in ENVELOPES],
        lot=LOT,
        bidder_id=bidder.id,
        counter=1,
        folder=party.folder / "bid",
        passphrase=PASSPHRASE if number == 0 else None,
    )
    await bidder.submit(tender, await bidder.upload(bid))


def _share(envelope: dict[str, Any], number: int, key: OpeningKey) -> str:
    header, context = base64.b64decode(envelope["header"]), bytes.fromhex(envelope["context"])
    return base64.b64encode(unwrap_share(header, number, key, context)).decode()
