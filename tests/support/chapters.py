"""One whole tender in chapters: which exchanges of a played demonstration are shown, and as what.

A scene names the parties among whom it is found: of all that fit, the one whose text comes first,
so that it does not matter who was drawn or who was quicker.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clients.demo.party import TRANSCRIPT
from clients.transcript import SOCKET, Exchange, read_transcript
from tests.support.examples import example, fixed_path

_REFUSED: Final = 400
# Patterns of logins, and what whoever fits is called.
_SOMEBODY: Final = {"expert.": "an expert", "holder[12]": "a key holder"}


@dataclass(frozen=True, slots=True)
class Scene:
    """An exchange to be found: `door` is method and fixed path below /api/v1, without query.

    `says` must stand in its text. `who` is a pattern of logins. `status` 0: whatever succeeded.
    What follows from the draw is shown by its name: all of the answer with `form_only`, else the
    members that `varies` names.
    """

    title: str
    who: str
    door: str
    says: str = ""
    status: int = 0
    logged_in: bool = True
    form_only: bool = False
    varies: frozenset[str] = frozenset()


# Points follow from the numbers that the draw gives to bids, so each run has another winner.
WINNER: Final = frozenset({"bid", "bidder_name", "price_fen", "total"})
AGREED: Final = WINNER | {"amount_fen", "duration_days", "project_manager"}
TENDER: Final = "/tenders/<tender>"
ROOM: Final = "/rooms/<room>"
ISSUED: Final = f"{TENDER}/issued/opening_record"

CHAPTERS: Final[Mapping[str, Sequence[Scene]]] = {
    "accounts": (
        Scene("A bidder registers itself", "bidder01", "POST /organizations", logged_in=False),
        Scene("Somebody logs in", "bidder01", "POST /sessions", logged_in=False),
        Scene("A key made at home is certified by the platform", "bidder01", "POST /certificates"),
        Scene("The keys that receipts are checked against", "bidder01", "GET /log/keys"),
    ),
    "tenders": (
        Scene("The procuring entity drafts a tender", "entity", "POST /tenders"),
        Scene(
            "A document of the tender, uploaded before",
            "agency",
            f"PUT {TENDER}/documents/招标文件.pdf",
        ),
        Scene(
            "A key holder announces a key for this tender alone",
            "holder1",
            f"POST {TENDER}/key-announcements",
        ),
        Scene("What the publication signs", "agency", f"GET {TENDER}/facts"),
        Scene("The agency publishes", "agency", f"POST {TENDER}/publication"),
        Scene("The board", "bidder01", "GET /tenders", says="<number>"),
        Scene(
            "The public journal", "agency", f"GET {TENDER}/journal/public", says="tender.published"
        ),
        Scene("A bidder asks", "bidder02", f"POST {TENDER}/questions"),
        Scene("The agency clarifies for all", "agency", f"POST {TENDER}/clarifications"),
    ),
    "uploads": (
        Scene("Sealed bytes are announced", "bidder01", "POST /uploads"),
        Scene("A part, with the root of its blocks", "bidder01", "PUT /uploads/<upload>/parts/0"),
    ),
    "bid-securities": (
        Scene("What would a guarantee cost", "bidder01", "POST /insurance/quotes"),
        Scene("A guarantee is ordered", "bidder01", "POST /insurance/orders"),
        Scene(
            "It is in force",
            "bidder01",
            "GET /insurance/orders/<order>",
            says='"state": "verified"',
        ),
    ),
    "bids": (
        Scene("A sealed bid is handed in", "bidder01", f"POST {TENDER}/bids"),
        Scene(
            "Its receipt, complete with checkpoint and time stamps",
            "bidder01",
            "GET /receipts/<receipt>",
            says='"checkpoint": "',
        ),
        Scene("A bid is withdrawn in time", "bidder08", f"POST {TENDER}/bids/withdrawal"),
        Scene("After the deadline none is taken", "bidder11", f"POST {TENDER}/bids", status=409),
    ),
    "opening": (
        Scene("A bidder signs in", "bidder01", f"POST {TENDER}/opening/sign-in"),
        Scene("The host speaks to the hall", "agency", f"POST {TENDER}/hall/announcements"),
        Scene("A bidder unlocks its bid", "bidder01", f"POST {TENDER}/opening/unlocks"),
        Scene("Another has lost its key", "bidder05", f"POST {TENDER}/opening/lost-key"),
        Scene(
            "The key holders are asked to stand in",
            "holder1",
            f"GET {TENDER}/opening/remedies",
            says='"header"',
        ),
        Scene(
            "With the shares of two of them the bid opens",
            "holder[12]",
            f"POST {TENDER}/opening/shares",
            says='"unlocked": true',
        ),
        Scene("All prices appear at once", "agency", f"POST {TENDER}/opening/reveal"),
        Scene("A bidder confirms its row", "bidder01", f"POST {TENDER}/opening/confirmations"),
        Scene("The record is made", "agency", f"POST {TENDER}/opening/record"),
        Scene(
            "A signatory asks for what it will sign",
            "agency",
            f"POST {ISSUED}/signature-preparations",
        ),
        Scene("And signs", "agency", f"POST {ISSUED}/signatures"),
    ),
    "draw": (
        Scene("The pool is frozen", "agency", f"POST {TENDER}/draw/pool"),
        Scene(
            "A party seals a number",
            "agency",
            f"POST {TENDER}/draw/contributions",
            says='"seal"',
        ),
        Scene(
            "A key holder looks at its record in it",
            "holder1",
            f"POST {TENDER}/draw/records",
            says='"check"',
        ),
        Scene("All of them are closed", "agency", f"POST {TENDER}/draw/closing"),
        Scene(
            "A party opens what it sealed",
            "agency",
            f"POST {TENDER}/draw/contributions",
            says='"reveal"',
        ),
        Scene(
            "What another did not open two key holders open",
            "holder[12]",
            f"POST {TENDER}/draw/records",
            says='"share"',
        ),
        Scene(
            "The committee is drawn",
            "agency",
            f"POST {TENDER}/draw",
            varies=frozenset({"shares_from"}),
        ),
    ),
    "room": (
        Scene("The host opens the room", "agency", f"POST {TENDER}/evaluation"),
        Scene(
            "An expert finds it", "expert.", f"GET {TENDER}/rooms", says='"phase": "preparation"'
        ),
        Scene("A ticket for its socket", "expert.", f"POST {ROOM}/tickets"),
        Scene("A member sits down", "expert.", f"POST {ROOM}/check-in"),
        Scene("A vote for the chair", "expert.", f"{SOCKET} {ROOM}/socket", says='"chair.vote"'),
        Scene(
            "The host leads on",
            "agency",
            f"{SOCKET} {ROOM}/socket",
            says='"to": "preliminary"',
        ),
        Scene("An item of the review", "expert.", f"{SOCKET} {ROOM}/socket", says='"review.vote"'),
        Scene("Points", "expert.", f"{SOCKET} {ROOM}/socket", says='"score.submit"'),
        Scene("A sheet is locked", "expert.", f"{SOCKET} {ROOM}/socket", says='"scores.lock"'),
    ),
    "report": (
        Scene(
            "What the members confirm by its digest",
            "expert.",
            f"GET {ROOM}/outcome",
            form_only=True,
        ),
        Scene("A member confirms", "expert.", f"{SOCKET} {ROOM}/socket", says='"report.confirm"'),
        Scene("The report is made", "agency", f"POST {TENDER}/evaluation/report"),
        Scene("The room is closed", "agency", f"POST {TENDER}/evaluation/close"),
    ),
    "award": (
        Scene(
            "The candidates are on display", "entity", f"POST {TENDER}/candidates", varies=WINNER
        ),
        Scene("The notice of award", "entity", f"POST {TENDER}/award", varies=WINNER),
        Scene(
            "Its signature",
            "entity",
            f"POST {TENDER}/issued/award_notice/signatures",
        ),
    ),
    "contract": (
        Scene("The supervisor is reported to", "entity", f"POST {TENDER}/supervisor-reports"),
        Scene("The contract is drawn up", "entity", f"POST {TENDER}/contracts", varies=AGREED),
        Scene("It is secured", "entity", f"POST {TENDER}/contracts/steps"),
    ),
    "archive": (
        Scene(
            "The supervisor takes everything",
            "supervisor",
            f"GET {TENDER}/archive",
            says="edition=full",
        ),
        Scene(
            "Everybody may take what the law publishes",
            "agency",
            f"GET {TENDER}/archive",
            says="edition=public",
        ),
    ),
}


def chapters(parties: Path) -> dict[str, str]:
    """The text of each chapter, from the transcripts that the parties kept in their folders."""
    heard = {
        file.parent.name: read_transcript(file) for file in sorted(parties.glob(f"*/{TRANSCRIPT}"))
    }
    return {
        name: "\n".join(_played(scene, heard) for scene in scenes)
        for name, scenes in CHAPTERS.items()
    }


def _played(scene: Scene, heard: Mapping[str, Sequence[Exchange]]) -> str:
    texts = [
        example(
            scene.title,
            _SOMEBODY.get(scene.who, login) if scene.logged_in else "",
            exchange,
            form_only=scene.form_only,
            varies=scene.varies,
        )
        for login, exchanges in heard.items()
        if re.fullmatch(scene.who, login)
        for exchange in exchanges
        if _fits(scene, exchange)
    ]
    fitting = sorted(text for text in texts if scene.says in text)
    assert fitting, f"nobody played: {scene.title}"
    return fitting[0]


def _fits(scene: Scene, exchange: Exchange) -> bool:
    path = fixed_path(exchange.path).partition("?")[0]
    if f"{exchange.method} {path}" != scene.door:
        return False
    return exchange.status == scene.status if scene.status else exchange.status < _REFUSED
