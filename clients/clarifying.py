"""Publishing a clarification or an amendment: the deadline it moves is confirmed and signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from clients.key_files import Signer
from clients.platform import Platform, PlatformRefused
from tendering.domain.clarifications import amended, clarification_statement, version_from_json
from tendering.domain.journal import parse_instant
from tendering.domain.tender import Document

CLARIFICATION_LABEL: Final = "kaibiao/clarification/v1"
_TOO_LATE: Final = "deadline-must-move"


@dataclass(frozen=True, slots=True)
class Clarification:
    """What is to be said: `brings` are files that were put and wait, `removes` names."""

    text: str
    affects_bids: bool
    brings: Sequence[Document] = ()
    removes: Sequence[str] = ()


async def clarify(
    platform: Platform,
    signer: Signer,
    tender_id: UUID,
    said: Clarification,
    *,
    deadline: datetime | None = None,
) -> int:
    """Publish a clarification; its number.

    Where it comes too late, the deadline that the platform proposes is confirmed. Raises
    PlatformRefused, PlatformUnreachable, DocumentsUnchanged.
    """
    body = await _body(platform, signer, tender_id, said, deadline)
    path = f"/tenders/{tender_id}/clarifications"
    try:
        answer = await platform.post(path, body)
    except PlatformRefused as refused:
        if refused.code != _TOO_LATE:
            raise
        proposed = parse_instant(str(refused.parameters["proposed"]))
        body = await _body(platform, signer, tender_id, said, proposed)
        answer = await platform.post(path, body)
    return int(answer["number"])


async def confirm_clarification(platform: Platform, tender_id: UUID, number: int) -> None:
    """Say that a clarification has reached one's organization; nobody else learns who does."""
    await platform.post(f"/tenders/{tender_id}/clarifications/{number}/receipts")


async def _body(
    platform: Platform,
    signer: Signer,
    tender_id: UUID,
    said: Clarification,
    deadline: datetime | None,
) -> dict[str, Any]:
    told = await platform.get(f"/tenders/{tender_id}/clarifications")
    version = None
    if said.brings or said.removes:
        versions = await platform.get(f"/tenders/{tender_id}/document-versions")
        last = {name: versions["items"][-1][name] for name in ("version", "files")}
        version = amended(version_from_json(last), said.brings, said.removes)
    statement = clarification_statement(
        tender_id,
        len(told["items"]) + 1,
        said.text,
        affects_bids=said.affects_bids,
        deadline=deadline,
        documents=version,
    )
    return {
        "text": said.text,
        "affects_bids": said.affects_bids,
        "statement": signer.sign(CLARIFICATION_LABEL, statement),
        "deadline": statement.get("deadline"),
        "brings": [one.name for one in said.brings],
        "removes": list(said.removes),
    }
