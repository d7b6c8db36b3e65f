"""What the evaluation committee asks a bidder, and the bidder's signed answer."""

from uuid import UUID

from clients.key_files import Signer
from clients.platform import Json, Platform
from evaluation_rooms.enquiries import ANSWER_LABEL


async def own_enquiries(platform: Platform, tender_id: UUID) -> list[Json]:
    """The questions to this bidder, the oldest first. Raises PlatformRefused."""
    answer = await platform.get(f"/tenders/{tender_id}/enquiries")
    items: list[Json] = answer["items"]
    return items


async def answer_enquiry(
    platform: Platform, signer: Signer, tender_id: UUID, enquiry: Json, text: str
) -> None:
    """Answer one of them, as `own_enquiries` has it. Raises PlatformRefused."""
    said = {
        "tender_id": str(tender_id),
        "lot": enquiry["lot"],
        "enquiry": enquiry["enquiry"],
        "question": enquiry["question"],
        "text": text,
    }
    body = {"text": text, "statement": signer.sign(ANSWER_LABEL, said)}
    await platform.post(f"/tenders/{tender_id}/enquiries/{enquiry['enquiry']}/answer", body)
