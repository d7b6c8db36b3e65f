"""An expert of the pool (评标专家): if drawn, reviews, scores alone, confirms and signs."""

import hashlib
from decimal import Decimal
from typing import Any
from uuid import UUID

from clients.certifying import certify_outside
from clients.demo.parties.following import Noticed, each_round, sign_issued
from clients.demo.party import Party
from clients.document_signing import Document
from clients.key_files import Signer
from clients.platform import Json, PlatformRefused
from clients.room_client import Room, open_room
from crypto.canonical import JsonValue, digest
from tendering.domain.procedure import Judging
from tendering.domain.tender import Tender

STATEMENT_LABEL = "kaibiao/expert-statement/v1"
SHEET_LABEL = "kaibiao/score-sheet/v1"
CONFIRMATION_LABEL = "kaibiao/evaluation-report-confirmation/v1"
OUTCOME_LABEL = "kaibiao/evaluation-outcome/v1"
STATEMENTS = ("discipline", "confidentiality", "recusal", "ai_use")
# This seat fails one item of one bid: the majority decides otherwise, and both stand on record.
DISSENTING_SEAT = 5
_BEFORE = frozenset({"published", "opening", "opened"})
LEAST_SHARE = Decimal("0.70")


class OutcomeDiffers(Exception):
    """The report is not what its digest says, or holds other marks than were given."""


async def play(party: Party) -> str:
    """Wait to be drawn; then one room after another."""
    facts = party.facts
    # Certified by somebody else than the platform, which could otherwise sign score sheets itself.
    signer = await certify_outside(
        party.keys, party.platform, authority=facts["authority"], secret=facts["secret"]
    )
    served: set[str] = set()
    async for noticed in each_round(party):
        while noticed.is_judged and (room_id := await _next_room(party, noticed, served)):
            served.add(room_id)
            async with open_room(party.platform, UUID(room_id)) as room:
                await _serve(party, signer, noticed.tender, room)
    return "评标完成" if served else "未被抽中"


async def _next_room(party: Party, noticed: Noticed, served: set[str]) -> str | None:
    tender = noticed.tender

    async def look() -> str | None:
        # Of a first round the journal waits: its status tells as much as an expert needs.
        status = (await party.platform.get(f"/tenders/{tender.id}"))["status"]
        if status in _BEFORE:
            return None
        rooms = await party.platform.get(f"/tenders/{tender.id}/rooms")
        mine = [
            room["id"]
            for room in rooms["items"]
            if room["kind"] == "evaluation" and room["id"] not in served
        ]
        return mine[0] if mine else None if status == "evaluating" else ""

    return await party.wait("等候抽取通知", look)


async def _serve(party: Party, signer: Signer, tender: Tender, room: Room) -> None:
    party.doing("签到并签署承诺书")
    await _check_in(party, signer, tender, room)
    await _reach(room, "chair")
    party.doing("推选组长")
    candidates = (await room.look())["election"]["candidates"]
    await room.ask(
        "chair.vote", candidate=min(candidates), done_when=frozenset({"chair-not-wanted"})
    )
    await _reach(room, "preliminary")
    party.doing("初步评审")
    if tender.round.judging is Judging.REVIEW:
        await _review(room, rejects=party.facts["rejects"])
        given: list[Json] = []
    else:
        await _review(room)
        await _reach(room, "technical")
        party.doing("独立评分")
        given = await _score(signer, room)
        await _reach(room, "checks")
        await _answer_findings(room)
    await _reach(room, "report")
    party.doing("核对评标报告")
    await _confirm(signer, room, given)
    await _reach(room, "signing")
    await sign_issued(
        party, signer, Document(tender.id, "evaluation_report", str(room.snapshot["lot"]))
    )
    party.doing("等候评标结束")
    await _reach(room, "closed")


async def _reach(room: Room, phase: str) -> None:
    order = (
        *("preparation", "chair", "preliminary", "clarification", "technical", "price"),
        *("totals", "checks", "report", "signing", "closed"),
    )
    await room.until(lambda seen: order.index(seen.phase) >= order.index(phase))


async def _check_in(party: Party, signer: Signer, tender: Tender, room: Room) -> None:
    seats = (await room.look())["seats"]
    if next(seat for seat in seats if seat["number"] == room.seat)["checked_in"]:
        return
    person_id = str(party.platform.me.person_id)
    statements = []
    for kind in STATEMENTS:
        said: dict[str, JsonValue] = {
            "kind": kind,
            "room_id": str(room.room_id),
            "tender_id": str(tender.id),
            "seat": room.seat,
            "person_id": person_id,
        }
        if kind == "recusal":
            said["conflict"] = False
        statements.append(signer.sign(STATEMENT_LABEL, said))
    try:
        await party.platform.post(f"/rooms/{room.room_id}/check-in", {"statements": statements})
    except PlatformRefused as refusal:
        # The answer to an earlier attempt was lost.
        if refusal.code != "already-checked-in":
            raise


async def _review(room: Room, *, rejects: int = 0) -> None:
    """Pass what is passed; the bids of the first numbers fail the last item where some have to."""
    seen = await room.look()
    last = seen["items"][-1]["id"] if seen["items"] else ""
    for bid in seen["bids"]:
        for item in seen["items"]:
            doubted = room.seat == DISSENTING_SEAT and bid["number"] == 1
            fails = item["id"] == last and (doubted or bid["number"] <= rejects)
            await room.ask(
                "review.vote",
                bid=bid["number"],
                item=item["id"],
                passed=not fails,
                reason="业绩证明材料的日期不清晰" if fails else "",
                evidence="资格与商务文件第3页" if fails else "",
            )


async def _score(signer: Signer, room: Room) -> list[Json]:
    """Judge alone, then lock a signed sheet; the marks as given."""
    seen = await room.look()
    bids = [bid["number"] for bid in seen["bids"] if not bid["rejected"]]
    criteria = [one for one in seen["method"]["criteria"] if one["kind"] == "subjective"]
    marks: list[Json] = []
    for bid in bids:
        for criterion in criteria:
            points = _judged(room, bid, criterion)
            await room.ask("score.submit", bid=bid, criterion=criterion["id"], points=points)
            marks.append({"bid": bid, "criterion": criterion["id"], "points": points})
    await room.ask("objective.confirm", agree=True)
    sheet: dict[str, Any] = {"room_id": str(room.room_id), "seat": room.seat, "marks": marks}
    await room.ask(
        "scores.lock",
        statement=signer.sign(SHEET_LABEL, sheet),
        done_when=frozenset({"scores-already-locked", "wrong-phase"}),
    )
    return marks


def _judged(room: Room, bid: int, criterion: Json) -> str:
    """This expert's opinion: the same at every run, near the others', within the range.

    The bid counts for most of it and the expert for some.
    """
    shared = hashlib.sha256(f"{bid}/{criterion['id']}".encode()).digest()[0]
    own = hashlib.sha256(f"{room.seat}/{bid}/{criterion['id']}".encode()).digest()[0]
    share = LEAST_SHARE + Decimal(shared) / 1500 + Decimal(own) / 4000
    step = Decimal(1).scaleb(-int(criterion.get("decimals", 2)))
    return str((Decimal(criterion["max_points"]) * share).quantize(step))


async def _answer_findings(room: Room) -> None:
    seen = await room.look()
    answered = {one["finding"] for one in seen["finding_answers"]}
    for finding in seen["findings"]:
        decides = finding["severity"] == "decide" and seen["chair"] == room.seat
        if (decides or finding["seat"] == room.seat) and finding["number"] not in answered:
            reason = "该投标文件的针对性与其他投标文件有明显差别,维持评分"
            await room.ask(
                "finding.answer",
                finding=finding["number"],
                reason="经全体成员核对,事实清楚" if decides else reason,
                done_when=frozenset({"finding-not-yours"}),
            )


async def _confirm(signer: Signer, room: Room, given: list[Json]) -> None:
    """Confirm only what the digest covers, and only with one's own marks in it."""
    answer = await room.platform.get(f"/rooms/{room.room_id}/outcome")
    if digest(OUTCOME_LABEL, answer["outcome"]).hex() != answer["digest"]:
        raise OutcomeDiffers(answer["digest"])
    sheets = {sheet["seat"]: sheet["marks"] for sheet in (await room.look())["sheets"]}
    shown = sheets.get(room.seat, [])  # who applies has no score, and nobody a sheet
    if [_plain(mark) for mark in shown] != [_plain(mark) for mark in given]:
        raise OutcomeDiffers("other marks than were given")
    said = {
        "room_id": str(room.room_id),
        "seat": room.seat,
        "digest": answer["digest"],
        "agree": True,
        "reason": "",
    }
    await room.ask(
        "report.confirm",
        digest=answer["digest"],
        agree=True,
        statement=signer.sign(CONFIRMATION_LABEL, said),
        done_when=frozenset({"wrong-phase"}),
    )


def _plain(mark: Json) -> tuple[int, str, Decimal]:
    return mark["bid"], mark["criterion"], Decimal(mark["points"])
