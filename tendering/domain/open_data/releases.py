"""The releases of a tender, made of its public journal alone: one for each event that tells more.

What is not in the public stream cannot get into a release, so nothing is told before its time: the
bidders are there from the entry that publishes them. The same entries give the same releases, with
the same identifiers, for ever.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from tendering.domain.journal import Entry, instant
from tendering.domain.open_data import awards, bids, notices
from tendering.domain.open_data.process import Process, Section
from tendering.domain.open_data.publication import Json, Publisher
from tendering.domain.parties import Organization

_Tell: TypeAlias = Callable[[Process, Mapping[str, Any], Entry], Section | None]

# What the public is told by which kind of entry; other kinds are evidence, not news.
TOLD: Final[Mapping[str, _Tell]] = MappingProxyType(
    {
        "tender.published": notices.published,
        "clarification.published": notices.clarified,
        "tender.suspended": notices.suspended,
        "tender.resumed": notices.resumed,
        "platform.outage": notices.outage,
        "submission.closed": bids.closed,
        "bidders.compared": bids.compared,
        "prices.revealed": bids.revealed,
        "evaluation.reported": bids.evaluated,
        "candidates.published": awards.candidates_published,
        "award.notified": awards.notified,
        "award.revoked": awards.revoked,
        "contract.drafted": awards.contract_drafted,
        "contract.signed": awards.contract_signed,
        "document.completed": awards.document_completed,
        "round.continued": notices.continued,
        "evaluation.voided": awards.evaluated_anew,
        "lot.failed": awards.lot_failed,
        "tender.failed": awards.failed,
        "tender.terminated": awards.terminated,
    }
)


def named_in(notice: Mapping[str, Any]) -> list[UUID]:
    """The organizations that a notice (the body of `tender.published`) names by number."""
    wanted = ("procuring_entity_id", "agency_id", "supervisor_id")
    return [UUID(notice[name]) for name in wanted if notice.get(name)]


def releases_of(
    entries: Iterable[Entry], organizations: Mapping[UUID, Organization], publisher: Publisher
) -> list[Json]:
    """The releases of one tender, oldest first; `entries` are its public stream from number 1.

    `organizations` holds those that `named_in` its notice. None before the notice.
    """
    process: Process | None = None
    releases: list[Json] = []
    for entry in entries:
        if entry.kind == "tender.published":
            process = Process(publisher, organizations, entry.tender_id, entry.body)
        tell = TOLD.get(entry.kind)
        if process is None or tell is None:
            continue
        section = tell(process, entry.body, entry)
        if section is not None:
            releases.append(_release(process, section, entry))
    return releases


def _release(process: Process, section: Section, entry: Entry) -> Json:
    ocid = process.publisher.ocid(entry.tender_id)
    return {
        "ocid": ocid,
        "id": f"{ocid}-{entry.seq}",
        "date": instant(entry.at),
        "tag": list(section.tag),
        "initiationType": "tender",
        "language": "zh",
        **section.members,
    }
