"""Questions of the committee to a bidder: asked by a decision, within a term, without leading.

招标投标法 第三十九条: an answer may not change what the bid is in substance. 实施条例 第五十二条:
the committee neither hints nor leads, nor takes what it did not ask for. So the words come from
templates, and what members add is the place in the bid and what it says there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from crypto.canonical import JsonValue
from evaluation_rooms.commands import AnswerEnquiry, LapseEnquiry, MakeMotion
from evaluation_rooms.enquiry_events import (
    Enquiry,
    EnquiryAnswered,
    EnquiryAsked,
    EnquiryLapsed,
    Template,
)
from evaluation_rooms.events import PriceExplained, RoomEvent
from evaluation_rooms.motion_events import About, Motion
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import (
    BidderNamed,
    EnquiryClosed,
    EnquiryOpen,
    LeadingQuestion,
    NotYourPart,
    ReasonMissing,
    TermUnfit,
)

ANSWER_LABEL: Final = "kaibiao/enquiry-answer/v1"
MINUTES_MIN: Final = 10
MINUTES_MAX: Final = 72 * 60
_KEY: Final = b"kaibiao/enquiry/v1\0"

QUESTIONS: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.UNCLEAR: "投标文件（{where}）中“{said}”的含义不明确，请作出必要的澄清或者说明。",
        Template.INCONSISTENT: (
            "投标文件（{where}）对同类问题表述不一致：“{said}”，请作出必要的澄清或者说明。"
        ),
        Template.SLIP: (
            "投标文件（{where}）中“{said}”有明显的文字或者计算错误，请作出必要的澄清、说明或者补正。"
        ),
        Template.LOW_PRICE: (
            "你单位的报价（{where}）明显偏低：“{said}”，请书面说明其构成和合理性，并提供相关证明材料。"
        ),
    }
)
CLOSING: Final = "澄清、说明或者补正不得超出投标文件的范围或者改变投标文件的实质性内容。"

# 实施条例 第五十二条: words that put an answer into the bidder's mouth, or ask for a better bid.
LEADING: Final = (
    *("是否同意", "是否愿意", "能否", "可否", "建议", "应改为", "修改为", "更正为", "调整为"),
    *("改成", "降价", "优惠", "让利", "承诺", "补充提交", "补交", "增加", "替换", "同意按"),
)


def require_askable(room: Room, command: MakeMotion) -> None:
    """May the committee vote on asking this?

    Raises ReasonMissing, LeadingQuestion, BidderNamed, TermUnfit.
    """
    if not command.evidence.strip():
        raise ReasonMissing("a question names the place in the bid that it is about")
    for text in (command.text, command.evidence):
        for word in LEADING:
            if word in text:
                raise LeadingQuestion(word=word)
        _require_nameless(room, text)
    template = template_of(command.about, command.template)
    least = minutes_min(room, template)
    if not least <= minutes_of(room, template, command.minutes) <= MINUTES_MAX:
        raise TermUnfit(minutes_min=least, minutes_max=MINUTES_MAX)


def asked(room: Room, motion: Motion, *, at: datetime) -> EnquiryAsked:
    """The question that a carried motion asks from `at` on."""
    made = motion.made
    template = template_of(About(made.about), made.template)
    number = len(room.enquiries) + 1
    minutes = minutes_of(room, template, made.minutes)
    words = QUESTIONS[template].format(where=made.evidence.strip(), said=made.text.strip())
    return EnquiryAsked(
        room.id,
        number,
        enquiry_key(room, number),
        made.motion,
        made.bid,
        room.bid(made.bid).bidder_id,
        template,
        words + CLOSING,
        at,
        at + timedelta(minutes=minutes),
    )


def decide_answer(room: Room, command: AnswerEnquiry, at: datetime) -> tuple[RoomEvent, ...]:
    """Take a bidder's answer in time. Its signature was verified before.

    Raises NotFound also for another's question, EnquiryClosed, BidderNamed, ReasonMissing.
    """
    enquiry = next(
        (
            one
            for one in room.enquiries.values()
            if (one.asked.enquiry, one.asked.bidder_id) == (command.enquiry, command.bidder_id)
        ),
        None,
    )
    if enquiry is None:
        raise NotFound("no such question")
    if enquiry.is_closed or at >= room.due_at(enquiry):
        raise EnquiryClosed(due_at=room.due_at(enquiry).isoformat())
    if not command.text.strip():
        raise ReasonMissing
    _require_nameless(room, command.text)
    answered = EnquiryAnswered(room.id, enquiry.asked.number, command.text, dict(command.statement))
    return (answered, *_explained(room, enquiry, command.text, at))


def decide_lapse(room: Room, command: LapseEnquiry, at: datetime) -> tuple[RoomEvent, ...]:
    """Host or chair record that the term is over. Raises NotFound, EnquiryClosed, EnquiryOpen."""
    if command.seat is not None:
        require_member(room, command.seat)
        if command.seat != room.chair:
            raise NotYourPart
    enquiry = room.enquiries.get(command.number)
    if enquiry is None:
        raise NotFound("no such question", number=command.number)
    if enquiry.is_closed:
        raise EnquiryClosed(due_at=room.due_at(enquiry).isoformat())
    if at < room.due_at(enquiry):
        raise EnquiryOpen(due_at=room.due_at(enquiry).isoformat())
    lapsed = EnquiryLapsed(room.id, command.number)
    return (lapsed, *_explained(room, enquiry, "", at))


def all_closed(room: Room) -> bool:
    """Does the committee wait for no answer? A bid that is gone, or was heard, owes none."""
    return all(one.is_closed or _is_moot(room, one) for one in room.enquiries.values())


def answer_statement(room: Room, enquiry: Enquiry, text: str) -> dict[str, JsonValue]:
    """What the bidder signs under ANSWER_LABEL."""
    return {
        "tender_id": str(room.tender_id),
        "lot": room.lot,
        "enquiry": str(enquiry.asked.enquiry),
        "question": enquiry.asked.question,
        "text": text,
    }


def enquiry_key(room: Room, number: int) -> UUID:
    """What a bidder knows a question by: it tells neither its number nor the room's."""
    seed = bytes.fromhex(room.numbering_seed)
    made = sha256(_KEY + seed + room.id.bytes + number.to_bytes(4)).digest()
    return UUID(bytes=made[:16])


def template_of(about: str, template: str) -> Template:
    """The words of a motion's question; a low price has its own."""
    return Template.LOW_PRICE if about == About.LOW_PRICE else Template(template)


def minutes_min(room: Room, template: Template) -> int:
    """财库〔2026〕2号: a low price is explained within at least thirty minutes as a rule."""
    low = room.terms.low_price
    return low.explain_minutes if template is Template.LOW_PRICE and low else MINUTES_MIN


def minutes_of(room: Room, template: Template, minutes: int) -> int:
    """The term; the least one where the motion names none."""
    return minutes or minutes_min(room, template)


def _explained(room: Room, enquiry: Enquiry, text: str, at: datetime) -> tuple[PriceExplained, ...]:
    """An answer about a low price is its explanation, and so is silence."""
    asked_ = enquiry.asked
    if asked_.template is not Template.LOW_PRICE or asked_.bid in room.explanations:
        return ()
    minutes = int((at - asked_.asked_at).total_seconds()) // 60
    return (PriceExplained(room.id, asked_.bid, text, minutes),)


def _is_moot(room: Room, enquiry: Enquiry) -> bool:
    asked_ = enquiry.asked
    heard = asked_.template is Template.LOW_PRICE and asked_.bid in room.explanations
    return heard or asked_.bid not in room.bids_left


def _require_nameless(room: Room, text: str) -> None:
    """While the committee must not know who is behind a number, nobody is named either way."""
    squeezed = "".join(text.split())
    if room.terms.blind and not room.named and any(bid.name in squeezed for bid in room.bids):
        raise BidderNamed


class EnquiryView(Struct, frozen=True):
    """A question to a bidder by the bid's number; `answer` None: there is none (yet)."""

    number: int
    bid: int
    template: str
    question: str
    asked_at: datetime
    due_at: datetime
    answer: str | None
    lapsed: bool


def enquiry_view(room: Room, enquiry: Enquiry) -> EnquiryView:
    """A question as everybody in the room sees it."""
    asked, answered = enquiry.asked, enquiry.answered
    return EnquiryView(
        asked.number,
        asked.bid,
        asked.template,
        asked.question,
        asked.asked_at,
        room.due_at(enquiry),
        None if answered is None else answered.text,
        enquiry.lapsed,
    )
