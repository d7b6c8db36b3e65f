"""Candidates, awards and contracts in open data, and how a tender ends without them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tendering.domain.journal import Entry, instant
from tendering.domain.open_data.process import Process, Section, bid_id
from tendering.domain.open_data.publication import Json, filled, money, party, reference

# Documents that the platform issues, by the standard's open list `documentType`.
_DOCUMENT_TYPES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "notice": ("tenderNotice", "招标公告"),
        "clarification": ("clarifications", "澄清"),
        "opening_record": ("openingRecord", "开标记录"),
        "price_record": ("openingRecord", "报价开标记录"),
        "candidates": ("awardCandidates", "中标候选人公示"),
        "award_notice": ("awardNotice", "中标通知书"),
        "result": ("awardNotice", "中标结果公告"),
        "termination": ("cancellationDetails", "终止公告"),
        "contract": ("contractSigned", "合同封面"),
        "archive_certificate": ("archiveCertificate", "归档证明"),
    }
)


def candidates_published(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The candidates on display: proposed awards, in the report's order."""
    del entry
    lot = body["lot"]
    process.proposed[lot] = {one["bidder_id"]: "pending" for one in body["candidates"]}
    awards = [
        {
            "id": bid_id(lot, one["bidder_id"]),
            "title": f"第{one['rank']}中标候选人",
            "status": "pending",
            "value": money(one["price_fen"]),
            "suppliers": [reference(process.named(one["bidder_id"]))],
            "relatedLots": [lot],
            "x_rank": one["rank"],
        }
        for one in body["candidates"]
    ]
    return Section(("award",), {"awards": awards})


def notified(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The award: the winner's is active, the other candidates' came to nothing."""
    lot, winner = body["lot"], body["winner"]["bidder_id"]
    supplier = process.named(winner)
    proposed = process.proposed.setdefault(lot, {})
    proposed[winner] = "active"
    award = {
        "id": bid_id(lot, winner),
        "date": instant(entry.at),
        "status": "active",
        "value": money(body["winner"]["price_fen"]),
        "suppliers": [reference(supplier)],
        "relatedLots": [lot],
    }
    process.over.add(lot)
    members = {
        "parties": [party(supplier, ["tenderer", "supplier"])],
        "tender": _tender(process, process.lots("complete", [lot]), "complete"),
        "awards": [award, *_end(process, lot, "unsuccessful")],
    }
    return Section(("awardUpdate",), members)


def revoked(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """An award that was taken back: its lot is open again."""
    del entry
    lot = body["lot"]
    process.over.discard(lot)
    taken = [bidder for bidder, status in _of(process, lot).items() if status == "active"]
    process.proposed[lot] |= dict.fromkeys(taken, "cancelled")
    members = {
        "tender": _tender(process, process.lots("active", [lot]), "active"),
        "awards": [{"id": bid_id(lot, bidder), "status": "cancelled"} for bidder in taken],
    }
    return Section(("awardCancellation",), filled(members))


def contract_drafted(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The contract as it was drawn up, before both have signed."""
    del process, entry
    terms = body["terms"]
    days = terms["duration_days"]
    contract = {
        "id": body["lot"],
        "awardID": bid_id(body["lot"], body["bidder_id"]),
        "status": "pending",
        "value": money(terms["price_fen"]),
        "period": {"durationInDays": days} if days else None,
    }
    return Section(("contract",), {"contracts": [filled(contract)]})


def contract_signed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """Both have signed."""
    del process
    contract = {
        "id": body["lot"],
        "awardID": bid_id(body["lot"], body["bidder_id"]),
        "status": "active",
        "dateSigned": instant(entry.at),
        "value": money(body["price_fen"]),
    }
    return Section(("contractUpdate",), {"contracts": [contract]})


def document_completed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section | None:
    """A document that all have signed is there to be read."""
    kind, lot = body["kind"], body["lot"]
    if kind not in _DOCUMENT_TYPES:
        return None
    code, title = _DOCUMENT_TYPES[kind]
    address = process.publisher.tender_address(process.tender_id, "issued", f"{kind}.pdf")
    document = {
        "id": "-".join(part for part in (kind, lot) if part),
        "documentType": code,
        "title": title,
        "url": f"{address}?lot={lot}" if lot else address,
        "datePublished": instant(entry.at),
        "format": "application/pdf",
        "language": "zh",
        "x_digest": body["digest"],
    }
    return process.changed("tenderUpdate", documents=[document])


def failed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The tender has failed: too few bids, none that could win, or by a ruling."""
    del body, entry
    return _ended(process, "tenderUpdate", "unsuccessful")


def lot_failed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """A lot has failed by itself; the others go on."""
    del entry
    lot = body["lot"]
    process.over.add(lot)
    return process.changed("tenderUpdate", lots=process.lots("unsuccessful", [lot]))


def evaluated_anew(process: Process, body: Mapping[str, Any], entry: Entry) -> Section | None:
    """An evaluation is void: a lot that had failed by it is in play again."""
    del entry
    lot = body["lot"]
    if lot not in process.over:
        return None
    process.over.discard(lot)
    return process.changed("tenderUpdate", lots=process.lots("active", [lot]))


def terminated(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """Who runs the tender has ended it, for a cause that is published."""
    del entry
    ended = _ended(process, "tenderCancellation", "cancelled")
    told = {"x_cause": body["cause"], "x_causeDetails": body["text"]}
    tender = {**ended.members["tender"], **filled(told)}
    return Section(ended.tag, {**ended.members, "tender": tender})


def _ended(process: Process, tag: str, status: str) -> Section:
    left = [lot["lot"] for lot in process.notice["lots"] if lot["lot"] not in process.over]
    awards = [award for lot in process.proposed for award in _end(process, lot, "unsuccessful")]
    tender = {
        "id": process.notice["number"],
        "status": status,
        "lots": process.lots(status, left),
        "x_suspension": None,
    }
    members = filled({"awards": awards})
    return Section((tag,), {"tender": tender if left else _without_lots(tender), **members})


def _without_lots(tender: Json) -> Json:
    return {name: value for name, value in tender.items() if name != "lots"}


def _end(process: Process, lot: str, status: str) -> list[Json]:
    """The awards of a lot that were only proposed end in a status."""
    proposed = _of(process, lot)
    waiting = [bidder for bidder, now in proposed.items() if now == "pending"]
    proposed |= dict.fromkeys(waiting, status)
    return [{"id": bid_id(lot, bidder), "status": status} for bidder in waiting]


def _of(process: Process, lot: str) -> dict[str, str]:
    return process.proposed.setdefault(lot, {})


def _tender(process: Process, lots: list[Json], status: str) -> Json:
    """The lots in their new status; the tender is over when all its lots are."""
    changed: Json = {"id": process.notice["number"], "lots": lots}
    whole = {lot["lot"] for lot in process.notice["lots"]}
    if status != "complete" or whole <= process.over:
        changed["status"] = status
    return changed
