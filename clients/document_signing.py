"""Signing a PDF that the platform has prepared: look first, then let one's own key sign.

The platform writes the document and the place for the signature; the key stays here. Before it
signs, this program checks that the attributes speak of exactly the file that it was shown, and that
this file continues the one that was issued. ISO 32000-1 §12.8, PAdES.
"""

import asyncio
import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clients.key_files import Signer
from clients.platform import Platform, PlatformRefused, Query
from crypto.errors import BadSignature
from crypto.pdf_signatures import check_attributes

POLL_SECONDS: Final = 0.4
TURN_SECONDS_MAX: Final = 600.0
# What the platform answers while somebody else signs: look again.
_LATER: Final = frozenset({"document-changed", "not-found"})


class DocumentSuspicious(Exception):
    """The prepared file is not what this party is asked to sign."""


class TurnMissed(Exception):
    """The party's turn to sign did not come in time."""


@dataclass(frozen=True, slots=True)
class Document:
    """Where an issued document is; `lot` is empty where there is one for the whole tender."""

    tender_id: UUID
    kind: str
    lot: str = ""

    @property
    def path(self) -> str:
        """Its path below /api/v1."""
        return f"/tenders/{self.tender_id}/issued/{self.kind}"

    @property
    def query(self) -> Query:
        """What tells it from those of other lots."""
        return {"lot": self.lot} if self.lot else {}


async def announce(platform: Platform, signer: Signer, document: Document) -> None:
    """Issue the PDF of what this party has published, and sign it. Again, it is signed once.

    A notice, a clarification (`lot`: its number), a result or a termination. Raises
    PlatformRefused, DocumentSuspicious.
    """
    body = {"kind": document.kind, **document.query}
    issued = await platform.post(f"/tenders/{document.tender_id}/issued", body)
    if issued["completed_at"] is None:
        await sign_document(platform, signer, document)


async def sign_document(platform: Platform, signer: Signer, document: Document) -> None:
    """Sign now. Raises PlatformRefused, DocumentSuspicious."""
    path, query = document.path, document.query
    preparation = await platform.post(
        f"{path}/signature-preparations",
        {"certificate": signer.certificate_text, "chain": signer.chain_texts},
        query,
    )
    attributes = base64.b64decode(preparation["attributes"], validate=True)
    issued = await platform.get_bytes(f"{path}.pdf", query)
    prepared = await platform.get_bytes(
        f"{path}/signature-preparations/{preparation['id']}.pdf", query
    )
    if not prepared.startswith(issued):
        raise DocumentSuspicious("the prepared file does not continue the issued one")
    try:
        await asyncio.to_thread(check_attributes, prepared, attributes)
    except BadSignature as error:
        raise DocumentSuspicious(str(error)) from error
    signature = signer.key.sign_raw(attributes)
    body = {
        "preparation": preparation["id"],
        "signature": base64.b64encode(signature).decode("ascii"),
    }
    await platform.post(f"{path}/signatures", body, query)


async def sign_in_turn(platform: Platform, signer: Signer, document: Document) -> bool:
    """Sign when it is this party's turn; False when it is not asked to, or all have signed.

    Raises TurnMissed, PlatformRefused, DocumentSuspicious.
    """
    try:
        async with asyncio.timeout(TURN_SECONDS_MAX):
            while True:
                signed = await _signed(platform, signer, document)
                if signed is not None:
                    return signed
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise TurnMissed(document.kind) from error


async def issued_document(platform: Platform, document: Document) -> dict[str, Any] | None:
    """An issued document with its signatories, or None while this party can see none."""
    answer = await platform.get(f"/tenders/{document.tender_id}/issued")
    items: list[dict[str, Any]] = answer["items"]
    found = [one for one in items if one["kind"] == document.kind]
    return next((one for one in found if document.lot in {"", one["lot"]}), None)


async def download_document(platform: Platform, document: Document, target: Path) -> None:
    """Keep the document as it stands in the file `target`."""
    await platform.download(f"{document.path}.pdf", target, document.query)


async def _signed(platform: Platform, signer: Signer, document: Document) -> bool | None:
    """Has this party signed? False when it is not asked to, None when its turn has not come."""
    found = await issued_document(platform, document)
    if found is None:
        return None
    mine = str(platform.me.organization_id)
    own = [one for one in found["signatories"] if one["organization_id"] == mine]
    waiting = [one for one in found["signatories"] if not _settled(one)]
    if not own or all(map(_settled, own)):
        return bool(own)
    if waiting[0]["organization_id"] != mine:
        return None
    return await _tried(platform, signer, document)


async def _tried(platform: Platform, signer: Signer, document: Document) -> bool | None:
    """Among several of one organization the platform tells whose turn it is."""
    try:
        await sign_document(platform, signer, document)
    except PlatformRefused as refusal:
        if refusal.code in _LATER:
            return None
        if refusal.code != "not-a-signatory":
            raise
        why = refusal.parameters.get("why")
        return None if why == "not-your-turn" else why == "signed"
    return True


def _settled(signatory: dict[str, Any]) -> bool:
    return signatory["signed_at"] is not None or signatory["waived_because"] is not None
