"""Objections, complaints and the ways out of a tender, from outside: each is signed at home.

Objecting and complaining is for bidders; replying, terminating and tendering anew for who runs the
tender; taking a complaint up and ruling for its supervisor. What may be said when is the platform's
word: every method raises PlatformRefused, and PlatformUnreachable.

条例 第二十二条、第五十四条、第六十条、第六十一条; 政府采购法 第五十二条至第五十七条.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from clients.key_files import Signer
from clients.platform import Json, Platform
from crypto.canonical import JsonValue
from tendering.domain.award_revocation import Revocation
from tendering.domain.complaints import (
    ACCEPTANCE_LABEL,
    COMPLAINT_LABEL,
    RULING_LABEL,
    Remedy,
    acceptance_statement,
    complaint_statement,
    ruling_statement,
)
from tendering.domain.exits import TERMINATION_LABEL, Cause, termination_statement
from tendering.domain.journal import instant
from tendering.domain.objections import (
    OBJECTION_LABEL,
    REPLY_LABEL,
    ObjectionKind,
    Outcome,
    Subject,
    objection_statement,
    reply_statement,
)
from tendering.domain.re_evaluation import Error


@dataclass(frozen=True, slots=True)
class Disputes:
    """The disputes about one tender, as one of its parties has a part in them."""

    platform: Platform
    signer: Signer
    tender_id: UUID

    async def raise_objection(
        self,
        subject: Subject,
        text: str,
        *,
        lot: str = "",
        kind: ObjectionKind = ObjectionKind.OBJECTION,
    ) -> Json:
        """Object (异议, 质疑) or only ask (询问); the objection as it was registered.

        `lot` is empty where it is about the whole tender. In time, it may stop the tender until
        the reply: `pauses` says so. The same again is the one that is there.
        """
        said = objection_statement(self.tender_id, kind, subject, lot, text)
        return await self._say(
            "objections",
            {"kind": kind, "subject": subject, "lot": lot, "text": text},
            self.signer.sign(OBJECTION_LABEL, said),
        )

    async def open_objections(self, subject: Subject) -> list[Json]:
        """Those about `subject` that nobody has answered, as far as one may know of them."""
        answer = await self.platform.get(f"/tenders/{self.tender_id}/objections")
        return [
            one for one in answer["items"] if one["subject"] == subject and one["reply"] is None
        ]

    async def answer_objection(self, objection_id: UUID, outcome: Outcome, text: str) -> None:
        """Reply; with the last open objection the tender goes on by itself."""
        said = reply_statement(self.tender_id, objection_id, outcome, text)
        await self._say(
            f"objections/{objection_id}/reply",
            {"outcome": outcome, "text": text},
            self.signer.sign(REPLY_LABEL, said),
        )

    async def raise_complaint(self, objection_id: UUID, text: str) -> Json:
        """Complain about the reply, or the silence, to one's own objection."""
        said = complaint_statement(self.tender_id, objection_id, text)
        return await self._say(
            "complaints",
            {"objection_id": str(objection_id), "text": text},
            self.signer.sign(COMPLAINT_LABEL, said),
        )

    async def take_up_complaint(
        self, complaint_id: UUID, text: str, *, accepted: bool, suspends: bool
    ) -> None:
        """Take a complaint up or not; `suspends`: the tender stands still until the ruling."""
        said = acceptance_statement(
            self.tender_id, complaint_id, accepted=accepted, suspends=suspends, text=text
        )
        await self._say(
            f"complaints/{complaint_id}/acceptance",
            {"accepted": accepted, "suspends": suspends, "text": text},
            self.signer.sign(ACCEPTANCE_LABEL, said),
        )

    async def rule_on_complaint(self, complaint_id: UUID, remedy: Remedy, text: str) -> None:
        """Rule; what the ruling orders takes effect by itself."""
        said = ruling_statement(self.tender_id, complaint_id, remedy, text)
        await self._say(
            f"complaints/{complaint_id}/ruling",
            {"remedy": remedy, "text": text},
            self.signer.sign(RULING_LABEL, said),
        )

    async def terminate(self, cause: Cause, text: str) -> None:
        """End the tender for a cause that is published (终止招标, 废标)."""
        said = termination_statement(self.tender_id, cause, text)
        await self._say(
            "termination", {"cause": cause, "text": text}, self.signer.sign(TERMINATION_LABEL, said)
        )

    async def correct_evaluation(self, lot: str, error: Error, text: str) -> Json:
        """Have the committee do a lot over for an error in its report (87号令 第六十四条)."""
        path = f"/tenders/{self.tender_id}/evaluation/correction"
        answer: Json = await self.platform.post(path, {"lot": lot, "error": error, "text": text})
        return answer

    async def revoke_award(self, lot: str, said: Revocation) -> Json:
        """Take an award back before the contract (条例 第五十五条); the results as they are now."""
        path = f"/tenders/{self.tender_id}/award/revocation"
        answer: Json = await self.platform.post(path, {"lot": lot, **asdict(said)})
        return answer

    async def tender_again(self, deadline: datetime) -> UUID:
        """Draft the next attempt of what has failed (重新招标); its id."""
        answer = await self.platform.post(
            f"/tenders/{self.tender_id}/retender", {"deadline": instant(deadline)}
        )
        return UUID(answer["id"])

    async def _say(self, door: str, body: Mapping[str, object], statement: JsonValue) -> Json:
        path = f"/tenders/{self.tender_id}/{door}"
        answer: Json = await self.platform.post(path, {**body, "statement": statement})
        return answer
