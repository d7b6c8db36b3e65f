"""The table of notifications: each kind of entry of the journal, whom it is told, in which words.

A kind stands in TELLS or, with the reason, in TELLS_NOBODY; a test looks that none is forgotten.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tendering.domain.notification_silence import HALL_KINDS, ROOM_KINDS
from tendering.domain.notification_texts_of_results import AWARDING, EVALUATING
from tendering.domain.notifications import Audience, Row, rows_for

A = Audience
_OWN_DEED: Final = "who did it has the answer or the receipt in hand"
_IN_THE_HALL: Final = "everybody it concerns sits in the opening hall and sees it there"
_IN_THE_ROOM: Final = "the committee sits in its room and sees it there; nobody else may"
_TELLING: Final = "before the opening it would tell that somebody has the documents, or bids"
_EVIDENCE: Final = "evidence that another entry tells of in words"


# Everybody whom the fate of a tender concerns. Bidders are among the interested.
_EVERYBODY: Final = (A.INTERESTED, A.HOST, A.SUPERVISOR, A.KEY_HOLDERS)

_PREPARING: Final[Mapping[str, tuple[Row, ...]]] = {
    "rule.overridden": (
        Row(
            A.SUPERVISOR,
            "招标人申请不适用规则 {rule}，请查看理由。",
            "The host asks to depart from rule {rule}; please look at the reason.",
        ),
    ),
    "override.seen": (
        Row(
            A.HOST,
            "监督部门已查看不适用规则 {rule} 的申请。",
            "The supervisor has seen the departure from rule {rule}.",
        ),
    ),
    "document_finding.decided": (
        Row(
            A.SUPERVISOR,
            "招标人就招标文件检查的一项意见作出说明，请查看。",
            "The host has decided on a finding about the tender documents; please look.",
        ),
    ),
    "key_holder.announced": (
        Row(
            A.HOST,
            "第 {number} 号密钥持有人已公布密钥。",
            "Key holder {number} announced its key.",
        ),
    ),
    "key_holder.replacement_ordered": (
        Row(
            A.NAMED,
            "请您接替第 {number} 号密钥持有人，尽快公布密钥。",
            "You are asked to succeed key holder {number}: please announce a key.",
        ),
        *rows_for(
            "第 {number} 号密钥持有人将被更换。",
            "Key holder {number} will be replaced.",
            A.KEY_HOLDERS,
            A.SUPERVISOR,
        ),
    ),
    "key_holder.replaced": rows_for(
        "第 {number} 号密钥持有人已更换。已递交的投标仍然有效，建议重新加密并替换。",
        "Key holder {number} was replaced. Bids remain valid; sealing anew is advised.",
        *_EVERYBODY,
    ),
    "canary.issued": (
        Row(
            A.ASKED_HOLDERS,
            "请在 {due_at} 前证明密钥可用（第 {canary} 次探测）。",
            "Please show by {due_at} that your key works (canary {canary}).",
        ),
    ),
    "canary.missed": (
        Row(
            A.ASKED_HOLDERS,
            "您没有按时答复第 {canary} 次密钥探测，请立即处理。",
            "You have not answered canary {canary} in time; please do so now.",
        ),
        *rows_for(
            "第 {canary} 次密钥探测逾期未获全部答复。",
            "Canary {canary} was not answered by every key holder in time.",
            A.HOST,
            A.SUPERVISOR,
        ),
    ),
    "tender.published": (
        *rows_for(
            "招标公告已发布，投标截止时间 {deadline}。",
            "The notice is published; bids are due by {deadline}.",
            A.INTERESTED,
            A.SUPERVISOR,
        ),
        Row(
            A.KEY_HOLDERS,
            "招标公告已发布，请在开标（{deadline}）前妥善保管密钥。",
            "The notice is published; keep your key safe until the opening ({deadline}).",
        ),
    ),
    "clarification.published": rows_for(
        "发布第 {number} 号澄清，投标截止时间 {deadline}。",
        "Clarification {number} is published; bids are due by {deadline}.",
        A.INTERESTED,
        A.SUPERVISOR,
    ),
    "bill.replaced": rows_for(
        "第 {lot} 标段工程量清单已修改，请按新清单报价；已递交投标文件的，请替换。",
        "Lot {lot} has another bill of quantities: price by it, and replace what you handed in.",
        A.INTERESTED,
        A.SUPERVISOR,
    ),
}

_RUNNING: Final[Mapping[str, tuple[Row, ...]]] = {
    "tender.suspended": rows_for(
        "项目已暂停。", "The tender stands still until further notice.", *_EVERYBODY
    ),
    "tender.resumed": rows_for(
        "项目恢复进行，投标截止时间 {deadline}。",
        "The tender goes on; the deadline for bids is {deadline}.",
        *_EVERYBODY,
    ),
    "platform.outage": rows_for(
        "平台曾中断运行，已于 {until} 恢复。投标截止时间 {deadline}，受影响的期限已按规则顺延。",
        "The platform was away until {until}. Bids are due by {deadline}; windows are longer.",
        *_EVERYBODY,
    ),
    "lot.failed": rows_for(
        "第 {lot} 标段招标失败，其他标段继续进行。",
        "Lot {lot} has failed; the others go on.",
        *_EVERYBODY,
    ),
    "tender.failed": rows_for("招标失败。", "The tender has failed.", *_EVERYBODY),
    "tender.terminated": rows_for("项目已终止。", "The tender was terminated.", *_EVERYBODY),
    "tender.retendered": rows_for(
        "本项目将重新招标（第 {attempt} 次）。",
        "This will be tendered again (attempt {attempt}).",
        *_EVERYBODY,
    ),
    "round.continued": rows_for(
        "本轮结束，下一轮已开始准备。",
        "This round is over; the next one is being prepared.",
        A.BIDDERS,
        A.SUPERVISOR,
    ),
    "evaluation.voided": rows_for(
        "第 {lot} 标段的评标作废，重新评审。",
        "The evaluation of lot {lot} is void and done anew.",
        A.BIDDERS,
        A.SUPERVISOR,
        A.HOST,
    ),
    "qualification.checked": rows_for(
        "第 {lot} 标段资格审查已有结果。",
        "The qualification check of lot {lot} has a result.",
        A.BIDDERS,
        A.SUPERVISOR,
    ),
    "key_holder.destruction_ordered": (
        Row(
            A.KEY_HOLDERS,
            "项目不再开标，请销毁本项目密钥并声明。",
            "Nothing will be unlocked: please destroy your key for this tender and say so.",
        ),
    ),
    "key_holder.key_destroyed": rows_for(
        "第 {number} 号密钥持有人声明已销毁密钥。",
        "Key holder {number} has declared its key destroyed.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "duty.overdue": (
        Row(
            A.OBLIGED,
            "您有一项办理事项已逾期（{law}，应于 {due} 前办理）。",
            "A duty of yours is overdue ({law}, due {due}).",
        ),
        Row(
            A.OVERSEER,
            "一项法定期限已逾期（{law}，应于 {due} 前办理）。",
            "A term has passed with nothing done ({law}, due {due}).",
        ),
    ),
}

_OPENING: Final[Mapping[str, tuple[Row, ...]]] = {
    "submission.closed": (
        Row(
            A.BIDDERS,
            "投标截止，开标开始，请立即进入开标大厅解密投标文件。",
            "Submission is closed: please enter the opening hall and unlock your bid now.",
        ),
        *rows_for(
            "投标截止，开标开始。",
            "Submission is closed and the opening has begun.",
            A.INTERESTED,
            A.HOST,
            A.SUPERVISOR,
            A.KEY_HOLDERS,
        ),
    ),
    "key.lost": (
        Row(
            A.KEY_HOLDERS,
            "有投标人无法自行解密（第 {lot} 标段），请立即提供补救份额。",
            "A bidder of lot {lot} cannot unlock its bid: please give your share now.",
        ),
    ),
    "bid.unlocked": (
        Row(A.NAMED, "您第 {lot} 标段的投标文件已解密。", "Your bid for lot {lot} was unlocked."),
    ),
    "fault.found": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标文件未能解密，原因已认定。",
            "Your bid for lot {lot} could not be unlocked; whose fault it is was found.",
        ),
    ),
    "unlock.extended": rows_for(
        "第 {lot} 标段解密时间延长至 {unlock_until}。",
        "Lot {lot}: bids may be unlocked until {unlock_until}.",
        A.BIDDERS,
        A.KEY_HOLDERS,
        A.SUPERVISOR,
    ),
    "shortfall.proposed": (
        Row(
            A.SUPERVISOR,
            "第 {lot} 标段解密成功的投标不足法定数量，请对主持人的处理意见表态。",
            "Lot {lot}: too few bids are open; please decide on what the host proposes.",
        ),
    ),
    "shortfall.decided": rows_for(
        "第 {lot} 标段解密成功的投标不足法定数量，处理意见已经决定，请查看公开记录。",
        "Lot {lot}: too few bids are open; what becomes of it is decided: see the record.",
        A.BIDDERS,
        A.HOST,
    ),
    "prices.revealed": rows_for(
        "第 {lot} 标段已唱标，请确认开标结果。",
        "The prices of lot {lot} are read out: please confirm the result.",
        A.BIDDERS,
    ),
    "opening.resumed": (
        *rows_for(
            "第 {lot} 标段技术评分已锁定，现在复会开报价信封，请在 {unlock_until} 前签到并解密。",
            "The technical marks of lot {lot} are locked: sign in and unlock your price "
            "by {unlock_until}.",
            A.BIDDERS,
        ),
        *rows_for(
            "第 {lot} 标段复会，开报价信封。",
            "The opening of lot {lot} is resumed for the prices.",
            A.SUPERVISOR,
            A.KEY_HOLDERS,
        ),
    ),
    "opening.recorded": rows_for(
        "第 {lot} 标段开标记录已形成。",
        "The opening record of lot {lot} is made.",
        A.BIDDERS,
        A.SUPERVISOR,
    ),
    "objection.raised": (
        Row(
            A.HOST,
            "收到一份异议（质疑、询问），请在期限内答复。",
            "An objection or enquiry has come in: please answer it in time.",
            early=True,
        ),
        Row(A.NAMED, "您的异议（质疑、询问）已登记。", "Your objection or enquiry is registered."),
    ),
    "objection.answered": (
        Row(A.OBJECTOR, "您的异议（质疑、询问）已答复。", "Your objection or enquiry is answered."),
        Row(A.SUPERVISOR, "一份异议（质疑、询问）已答复。", "An objection or enquiry is answered."),
    ),
    "complaint.raised": (
        Row(
            A.SUPERVISOR,
            "收到一份投诉，请在期限内决定是否受理。",
            "A complaint has come in: please decide in time whether to take it up.",
            early=True,
        ),
        Row(A.NAMED, "您的投诉已登记。", "Your complaint is registered."),
    ),
    "complaint.decided": (
        Row(
            A.COMPLAINANT,
            "监督部门已就是否受理您的投诉作出决定。",
            "The supervisor has decided whether to take your complaint up.",
        ),
        Row(
            A.HOST,
            "监督部门已就一份投诉是否受理作出决定。",
            "The supervisor has decided whether to take a complaint up.",
        ),
    ),
    "complaint.ruled": (
        Row(A.COMPLAINANT, "您的投诉已有处理决定。", "Your complaint has been ruled on."),
        Row(A.HOST, "一份投诉已有处理决定。", "A complaint has been ruled on."),
    ),
}

TELLS: Final[Mapping[str, tuple[Row, ...]]] = MappingProxyType(
    {**_PREPARING, **_RUNNING, **_OPENING, **EVALUATING, **AWARDING}
)

TELLS_NOBODY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unlock.attempted": _OWN_DEED,
        **dict.fromkeys(ROOM_KINDS, _IN_THE_ROOM),
        "clearing.made": _IN_THE_ROOM,
        **dict.fromkeys(
            (
                "bid.submitted",
                "bid.withdrawn",
                "bidder.signed_in",
                "canary.opened",
                "document.signed",
                "draw.committed",
                "draw.record_checked",
                "draw.revealed",
                "draw.share_given",
                "expert.arrived",
                "expert.declined",
                "expert.fee_stated",
                "identity.decided",
                "likeness.made",
                "image.consented",
                "opening.confirmed",
            ),
            _OWN_DEED,
        ),
        **dict.fromkeys(
            ("clarification.received", "documents.downloaded", "invitation.answered"), _TELLING
        ),
        **dict.fromkeys(
            (
                "draw.recusals",
                "expert.invited",
                "expert.lapsed",
                "expert.named",
                "experts.asked",
                "file_key.disclosed",
                "file_key.received",
                "qualification.reasons",
                "share.received",
                "share.refused",
            ),
            _EVIDENCE,
        ),
        **dict.fromkeys(HALL_KINDS, _IN_THE_HALL),
        "participants.admitted": "told with the notice of the next round",
        "participants.invited": "told with the notice: until then the invitation may change",
        "clock.jumped": "a demonstration's clock; every page says so",
    }
)
