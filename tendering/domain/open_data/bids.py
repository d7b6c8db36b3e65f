"""Bids in open data, by the standard's bids extension: none of it before the closing is public.

https://extensions.open-contracting.org/en/extensions/bids/
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tendering.domain.journal import Entry, instant
from tendering.domain.open_data.process import Process, Section, bid_id
from tendering.domain.open_data.publication import Json, filled, money, party, reference
from tendering.domain.parties import Organization


def closed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The list of bids as it is published after the deadline, with the lots that had too few."""
    bids = [(lot["lot"], bid) for lot in body["lots"] for bid in lot["bids"]]
    for _, bid in bids:
        number = bid["bidder_id"]
        process.bidders[number] = Organization(
            UUID(number), bid["uscc"], bid["bidder_name"], frozenset()
        )
    failed = list(body.get("failed_lots", ()))
    process.over |= set(failed)
    tender = filled(
        {
            "numberOfTenderers": len(process.bidders),
            "tenderers": [reference(one) for one in process.bidders.values()],
            "lots": process.lots("unsuccessful", failed),
        }
    )
    details = [
        {
            "id": bid_id(lot, bid["bidder_id"]),
            "date": bid["received_at"],
            "status": "pending",
            "tenderers": [reference(process.bidders[bid["bidder_id"]])],
            "relatedLots": [lot],
        }
        for lot, bid in bids
    ]
    counts = [_count(lot["lot"], "bids", len(lot["bids"]), entry) for lot in body["lots"]]
    return Section(
        ("tenderUpdate",),
        {
            "parties": [party(one, ["tenderer"]) for one in process.bidders.values()],
            "tender": {"id": process.notice["number"], **tender},
            "bids": {"statistics": counts, "details": details},
        },
    )


def compared(process: Process, body: Mapping[str, Any], entry: Entry) -> Section | None:
    """The members of consortia stand beside their leader."""
    del entry
    parties: dict[str, Json] = {}
    details = []
    for consortium in body["consortia"]:
        leader = process.named(consortium["bidder_id"])
        members = [
            Organization(UUID(int=0), member["uscc"], member["name"], frozenset())
            for member in consortium["members"]
            if member["uscc"] not in {"", leader.uscc}
        ]
        for member in members:
            told = party(member, ["tenderer"])
            parties[told["id"]] = told
        details.append(
            {
                "id": bid_id(body["lot"], consortium["bidder_id"]),
                "tenderers": [reference(one) for one in (leader, *members)],
            }
        )
    if not details:
        return None
    members_told = {"parties": list(parties.values()), "bids": {"details": details}}
    return Section(("tenderUpdate",), filled(members_told))


def revealed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The prices of a lot; a bid that nobody could open counts as withdrawn."""
    del process, entry
    prices = [
        {"id": bid_id(body["lot"], row["bidder_id"]), "value": money(row["form"]["price_fen"])}
        for row in body["rows"]
        if type(row["form"].get("price_fen")) is int
    ]
    return _told([*prices, *_in_status("withdrawn", body["lot"], _not_opened(body))], [])


def evaluated(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """Which bids the committee found valid, and which it rejected."""
    del process
    lot = body["lot"]
    rejected = [one["bidder_id"] for one in body["rejected"]]
    valid = [one["bidder_id"] for one in body["ranking"]] or list(body.get("admitted") or ())
    counts = [
        _count(lot, "validBids", len(valid), entry),
        _count(lot, "disqualifiedBids", len(rejected), entry),
    ]
    details = [*_in_status("valid", lot, valid), *_in_status("disqualified", lot, rejected)]
    return _told(details, counts)


def _not_opened(body: Mapping[str, Any]) -> list[str]:
    return [*body["deemed_revoked"], *body["deemed_withdrawn"]]


def _told(details: Sequence[Json], counts: Sequence[Json]) -> Section:
    bids = filled({"statistics": list(counts), "details": list(details)})
    return Section(("tenderUpdate",), {"bids": bids} if bids else {})


def _in_status(status: str, lot: str, bidders: Sequence[str]) -> list[Json]:
    return [{"id": bid_id(lot, bidder), "status": status} for bidder in bidders]


def _count(lot: str, measure: str, value: int, entry: Entry) -> Json:
    return {
        "id": f"{measure}-{lot}",
        "measure": measure,
        "value": value,
        "date": instant(entry.at),
        "relatedLot": lot,
    }
