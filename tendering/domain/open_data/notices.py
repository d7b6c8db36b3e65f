"""The notice, and what changes it: clarifications, pauses, the next round."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from tendering.domain.journal import Entry, instant
from tendering.domain.open_data.process import Process, Section
from tendering.domain.open_data.publication import Json, filled, money, party, reference

CATEGORIES: Final[Mapping[str, str]] = MappingProxyType(
    {"works": "works", "goods": "goods", "services": "services", "design": "services"}
)
# The standard's code list `method`; a procedure that is not here is named in words only.
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "open-tendering": "open",
        "procurement-open-tendering": "open",
        "two-stage-tendering": "open",
        "prequalified-tendering": "selective",
        "invitation-tendering": "limited",
        "procurement-invitation-tendering": "limited",
        "competitive-negotiation": "limited",
        "competitive-consultation": "limited",
        "inquiry": "limited",
        "single-source": "direct",
    }
)
BUYER_ROLES: Final = ("buyer", "procuringEntity")
# The standard's list of roles is open and has none for who runs a procurement for another.
AGENCY_ROLES: Final = ("procurementAgency",)
SUPERVISOR_ROLES: Final = ("reviewBody",)


def published(process: Process, notice: Mapping[str, Any], entry: Entry) -> Section:
    """The notice: parties, budget, the tender with lots, items, documents and dates."""
    buyer = process.named(notice["procuring_entity_id"])
    roles = ((notice["agency_id"], AGENCY_ROLES), (notice["supervisor_id"], SUPERVISOR_ROLES))
    parties = [party(buyer, BUYER_ROLES)]
    parties += [party(process.named(number), names) for number, names in roles if number]
    whole = money(sum(lot["estimate_fen"] for lot in notice["lots"]))
    members = {
        "parties": parties,
        "buyer": reference(buyer),
        "planning": {"budget": {"amount": whole}},
        "tender": _tender(process, notice, entry) | {"value": whole},
        "relatedProcesses": _before(process, notice),
    }
    return Section(("planning", "tender"), filled(members))


def clarified(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """A clarification: a document, and an amendment if it may affect bids or moves the deadline."""
    number = body["number"]
    document = {
        "id": f"clarification-{number}",
        "documentType": "clarifications",
        "title": f"澄清 {number}",
        "description": body["text"],
        "url": process.publisher.tender_address(process.tender_id, "clarifications"),
        "datePublished": instant(entry.at),
        "format": "application/json",
        "language": "zh",
    }
    changes: Json = {"documents": [document]}
    if not body["affects_bids"] and body["deadline"] == process.deadline:
        return process.changed("tenderUpdate", **changes)
    return _amended(process, body["deadline"], entry, f"澄清 {number}", changes)


def suspended(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The tender stands still over an objection or a complaint."""
    del entry
    pause = {"since": body["since"], "reason": body["reason"]}
    return process.changed("tenderUpdate", x_suspension=pause)


def resumed(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The tender goes on; a deadline that fell into the pause has moved."""
    if body["deadline"] == process.deadline:
        section = process.changed("tenderUpdate")
    else:
        section = _amended(process, body["deadline"], entry, "暂停后恢复", {})
    # Null takes a member away when releases are merged.
    return Section(section.tag, {"tender": {**section.members["tender"], "x_suspension": None}})


def outage(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """The platform was away; a deadline that fell into it has moved."""
    if body["deadline"] == process.deadline:
        return process.changed("tenderUpdate")
    return _amended(process, body["deadline"], entry, "平台中断后顺延", {})


def continued(process: Process, body: Mapping[str, Any], entry: Entry) -> Section:
    """This round is over and the next one has begun, a process of its own."""
    del body, entry
    return process.changed("tenderUpdate", status="complete")


def _amended(
    process: Process, deadline: str, entry: Entry, rationale: str, changes: Json
) -> Section:
    process.amendments += 1
    process.deadline = deadline
    ocid = process.publisher.ocid(entry.tender_id)
    amendment = {
        "id": f"amendment-{process.amendments}",
        "date": instant(entry.at),
        "rationale": rationale,
        "releaseID": f"{ocid}-{entry.seq}",
    }
    return process.changed(
        "tenderAmendment",
        tenderPeriod={"endDate": deadline},
        amendments=[amendment],
        **changes,
    )


def _tender(process: Process, notice: Mapping[str, Any], entry: Entry) -> Json:
    round_ = notice["round"]
    return filled(
        {
            "id": notice["number"],
            "title": notice["title"],
            "description": notice["description"],
            "status": "active",
            "procuringEntity": reference(process.named(notice["procuring_entity_id"])),
            "procurementMethod": METHODS.get(round_["procedure"]),
            "procurementMethodDetails": " ".join((round_["procedure"], round_["title"])),
            "mainProcurementCategory": CATEGORIES.get(notice["circumstances"]["category"]),
            "awardCriteria": _criteria(notice["method"]),
            "submissionMethod": ["electronicSubmission"],
            "submissionMethodDetails": process.publisher.address,
            "tenderPeriod": {"startDate": instant(entry.at), "endDate": notice["deadline"]},
            "lots": [_lot(lot) for lot in notice["lots"]],
            "items": [
                _item(lot["lot"], number, item)
                for lot in notice["lots"]
                for number, item in enumerate(lot["items"], start=1)
            ],
            "documents": [
                _document(process, number, document, entry)
                for number, document in enumerate(notice["documents"], start=1)
            ],
            "x_regime": notice["regime"],
            "x_region": notice["region"],
            "x_demonstration": True if notice["demonstration"] else None,
        }
    )


def _criteria(method: Mapping[str, Any]) -> str | None:
    """The standard's code list `awardCriteria`; None for a method that it has no word for."""
    criteria = method.get("criteria")
    if not isinstance(criteria, list) or not criteria:
        return None
    judged = any(criterion.get("kind") == "subjective" for criterion in criteria)
    return "ratedCriteria" if judged else None


def _lot(lot: Mapping[str, Any]) -> Json:
    return {
        "id": lot["lot"],
        "title": lot["title"],
        "status": "active",
        "value": money(lot["estimate_fen"]),
        "x_ceilingPrice": money(lot["ceiling_price_fen"]),
        "x_bidSecurity": money(lot["bid_security_fen"]),
    }


def _item(lot: str, number: int, item: Mapping[str, Any]) -> Json:
    """An item as it stands in the tender documents, which leave its form to their author."""
    quantity = _quantity(item.get("quantity"))
    unit = str(item.get("unit") or "")
    return filled(
        {
            "id": f"{lot}-{number}",
            "description": str(item.get("name") or item.get("description") or ""),
            "quantity": quantity,
            "unit": {"name": unit} if unit else None,
            "relatedLot": lot,
            "x_code": str(item.get("code") or ""),
        }
    )


def _quantity(value: object) -> Decimal | None:
    """A number that is written as one; what is written otherwise stays in the documents."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _document(process: Process, number: int, document: Mapping[str, Any], entry: Entry) -> Json:
    return {
        "id": f"document-{number}",
        "documentType": "biddingDocuments",
        "title": document["name"],
        "url": process.publisher.tender_address(process.tender_id, "documents", document["name"]),
        "datePublished": instant(entry.at),
        "format": document["media_type"],
        "language": "zh",
        "x_digest": document["digest"],
    }


def _before(process: Process, notice: Mapping[str, Any]) -> list[Json]:
    """The round before, or the tender that failed and is repeated."""
    previous, repeated = notice["previous"], notice["source"].get("retender_of")
    found = [("prior", previous["tender_id"])] if previous else []
    if isinstance(repeated, str):
        found.append(("unsuccessfulProcess", repeated))
    return [
        {
            "id": f"related-{number}",
            "relationship": [relation],
            "scheme": "ocid",
            "identifier": process.publisher.ocid(tender_id),
        }
        for number, (relation, tender_id) in enumerate(found, start=1)
    ]
