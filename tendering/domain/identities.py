"""Who arrives is who was drawn: document, photo, and when a photo says too little, people.

A device at the venue's desk compares a face with the document's photo and gives a score; two
thresholds divide it: enough, doubtful, too little. Doubt, and a third failure, are settled by the
desk looking at the document and the host approving, both by name. Nobody is let in by a score
alone whose document does not match.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.identities import IdentityStepRefused

SCORE_MAX: Final = 1000
TRIES_MAX: Final = 3
CODE_MINUTES: Final = 15
RETENTION_DAYS_MAX: Final = 180


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores of 0 to 1000: from `enough` on a photo proves, below `doubtful` it disproves."""

    enough: int = 800
    doubtful: int = 600


class Standing(StrEnum):
    """How far a check has come; `approval`: the host decides, after the desk looked."""

    UNCHECKED = "unchecked"
    RETRY = "retry"
    APPROVAL = "approval"
    PROVED = "proved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DeskCheck:
    """What the desk saw: does the document match, and the device's score (None: no device)."""

    document_matches: bool
    score: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """What the host decided about somebody whose photo says too little, and why."""

    approved: bool
    reason: str
    at: datetime


Step = DeskCheck | Approval


def standing_of(steps: Sequence[Step], thresholds: Thresholds) -> Standing:
    """Where the steps so far lead, in their order."""
    standing = Standing.UNCHECKED
    failed = 0
    for step in steps:
        if isinstance(step, Approval):
            standing = Standing.PROVED if step.approved else Standing.REFUSED
            continue
        if not step.document_matches:
            failed += 1
            standing = Standing.REFUSED if failed >= TRIES_MAX else Standing.RETRY
        elif step.score is None:
            # Without a device a person looks, and another one approves.
            standing = Standing.APPROVAL
        elif step.score >= thresholds.enough:
            standing = Standing.PROVED
        elif step.score >= thresholds.doubtful:
            standing = Standing.APPROVAL
        else:
            failed += 1
            standing = Standing.APPROVAL if failed >= TRIES_MAX else Standing.RETRY
    return standing


def require_step(steps: Sequence[Step], step: Step, thresholds: Thresholds) -> None:
    """May this step follow? Raises IdentityStepRefused, Invalid for a score that is none."""
    standing = standing_of(steps, thresholds)
    if isinstance(step, Approval):
        wanted = standing is Standing.APPROVAL
    else:
        if step.score is not None and not 0 <= step.score <= SCORE_MAX:
            raise Invalid("a score is between 0 and 1000", most=SCORE_MAX)
        wanted = standing in {Standing.UNCHECKED, Standing.RETRY}
    if not wanted:
        raise IdentityStepRefused(standing=standing)


def checked(seat: int, expert_id: UUID, step: Step, standing: Standing) -> Event:
    """A step was taken."""
    body: dict[str, JsonValue] = {
        "seat": seat,
        "expert_id": str(expert_id),
        "standing": standing,
    }
    if isinstance(step, Approval):
        said: dict[str, JsonValue] = {"approved": step.approved, "reason": step.reason}
        return Event("identity.decided", body | said)
    seen: dict[str, JsonValue] = {
        "document_matches": step.document_matches,
        "score": step.score,
    }
    return Event("identity.checked", body | seen)


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's own consent to one image for one purpose (个人信息保护法 第二十八、二十九条)."""

    purpose: str
    days: int
    given_at: datetime

    def keep_until(self) -> datetime:
        """When the image is deleted at the latest."""
        return self.given_at + timedelta(days=self.days)


def image_owner(tender_id: UUID, expert_id: UUID) -> bytes:
    """What an image is bound to: whose it is, and in which tender. 32 bytes."""
    return tender_id.bytes + expert_id.bytes


def consented(seat: int, expert_id: UUID, consent: Consent) -> Event:
    """Somebody consents to an image."""
    return Event(
        "image.consented",
        {
            "seat": seat,
            "expert_id": str(expert_id),
            "purpose": consent.purpose,
            "keep_until": instant(consent.keep_until()),
        },
    )
