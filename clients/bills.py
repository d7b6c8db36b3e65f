"""What whoever runs a tender does about bills of quantities: put one into a draft, clear the bids.

Bidders get spreadsheet and structured bill with the tender documents; the latter counts.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.bill_files import read_bill_file
from clients.bundling import media_type
from clients.clarifying import Clarification, clarify
from clients.key_files import Signer
from clients.platform import Json, Platform
from clients.serving import write_private
from clients.uploading import upload_file
from crypto.canonical import JsonValue
from crypto.container_digest import container_digest
from tendering.domain.quantities.bill import Bill
from tendering.domain.quantities.stored_bill import bill_content, parse_bill
from tendering.domain.tender import Document

SUFFIX: Final = ".json"
JSON_TYPE: Final = "application/json"


def make_bill(source: Path, target: Path) -> Bill:
    """Write the bill in a spreadsheet as `kaibiao/bill/v1`. Raises OSError, BillInvalid."""
    bill = read_bill_file(source).bill
    content = bill_content(bill)
    parse_bill(content)  # what nobody could read is not written
    write_private(target, content)
    return bill


async def attach_bill(
    platform: Platform,
    tender_id: UUID,
    lot: str,
    source: Path,
    terms: Mapping[str, JsonValue] | None = None,
) -> Json:
    """Put spreadsheet and structured bill into a draft and name the bill; as the notice names it.

    Raises OSError, BillInvalid, PlatformRefused.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"{source.stem}{SUFFIX}"
        await asyncio.to_thread(make_bill, source, made)
        for file, kind in ((source, media_type(source)), (made, JSON_TYPE)):
            await _put(platform, tender_id, file, kind)
    body = {"document": made.name, "terms": dict(terms or {})}
    answer: Json = await platform.put(f"/tenders/{tender_id}/lots/{lot}/bill", body)
    named: Json = answer["bill"]
    return named


async def amend_bill(
    platform: Platform, signer: Signer, tender_id: UUID, lot: str, source: Path, *, text: str
) -> int:
    """Put another bill in the place of a published lot's, by an amendment; its number.

    The spreadsheet comes along under its own name. Where that is too late for the deadline the one
    that the platform proposes is confirmed. Raises OSError, BillInvalid, PlatformRefused.
    """
    tender = await platform.get(f"/tenders/{tender_id}")
    bill = next(one["bill"] for one in tender["lots"] if one["lot"] == lot)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / str(bill["document"])
        await asyncio.to_thread(make_bill, source, made)
        brings = [
            await _put(platform, tender_id, file, kind)
            for file, kind in ((source, media_type(source)), (made, JSON_TYPE))
        ]
    said = Clarification(text, affects_bids=True, brings=brings)
    return await clarify(platform, signer, tender_id, said)


async def _put(platform: Platform, tender_id: UUID, file: Path, kind: str) -> Document:
    """Put a file among the tender documents of a draft, or of the amendment to come."""
    upload = await upload_file(platform, file)
    body = {"upload": str(upload), "media_type": kind}
    await platform.put(f"/tenders/{tender_id}/documents/{file.name}", body)
    digest = await asyncio.to_thread(container_digest, file)
    size_bytes = (await asyncio.to_thread(file.stat)).st_size
    return Document(file.name, digest, size_bytes, kind)


async def make_clearing(platform: Platform, tender_id: UUID, lot: str) -> Json:
    """Have the clearing report of a lot made, once its prices are shown; its digest and size.

    Raises PlatformRefused.
    """
    answer: Json = await platform.post(f"/tenders/{tender_id}/opening/clearing", {"lot": lot})
    return answer


async def read_clearing(platform: Platform, room_id: UUID) -> Json:
    """The clearing report of a room's lot, bids under their numbers. Raises PlatformRefused."""
    answer: Json = await platform.get(f"/rooms/{room_id}/clearing")
    return answer


async def save_clearing_document(platform: Platform, room_id: UUID, target: Path) -> None:
    """Save the clearing report of a room's lot as a PDF. Raises PlatformRefused, OSError."""
    await platform.download(f"/rooms/{room_id}/clearing/document", target)
