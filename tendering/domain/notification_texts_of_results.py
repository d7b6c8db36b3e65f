"""The table of notifications, second half: from the draw of the committee to the contract."""

from collections.abc import Mapping
from typing import Final

from tendering.domain.notifications import Audience, Row, rows_for

A = Audience

EVALUATING: Final[Mapping[str, tuple[Row, ...]]] = {
    "validity.extension_requested": (
        Row(
            A.BIDDERS,
            "标段{lot}请求将投标有效期延长至{days}日，请在 {respond_until} 前答复。",
            "Lot {lot}: please say by {respond_until} if your bid is valid for {days} days.",
        ),
        Row(A.SUPERVISOR, "标段{lot}延长投标有效期。", "Lot {lot}: bid validity is extended."),
    ),
    "validity.extension_answered": rows_for(
        "标段{lot}有投标人答复了延长投标有效期的请求。",
        "Lot {lot}: a bidder has answered the request for longer bid validity.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "draw.pool_frozen": rows_for(
        "评标专家抽取名单已锁定，请密封您的随机数。",
        "The pool of experts is frozen: please seal your contribution to the draw.",
        A.HOST,
        A.SUPERVISOR,
        A.KEY_HOLDERS,
    ),
    "draw.contributions_closed": (
        Row(
            A.KEY_HOLDERS,
            "抽取随机数已截止，请协助打开密封的随机数。",
            "Contributions to the draw are closed: please help to open them.",
        ),
    ),
    "enquiry.asked": (
        Row(
            A.NAMED,
            "评标委员会要求澄清、说明，请在 {due_at} 前在平台上签名答复。",
            "The evaluation committee asks for a clarification: please answer by {due_at}, signed.",
        ),
    ),
    "committee.drawn": rows_for(
        "评标委员会专家席位已抽取。",
        "The seats of the evaluation committee are drawn.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "committee.kept": rows_for(
        "谈判、磋商小组成员不变，继续评审本轮。",
        "The group of the round before goes on in this one.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "venue.requested": rows_for(
        "请答复评标席位预订：{venue}，{seats_wanted}席，{begins_at} 起。",
        "Please answer a booking: {venue}, {seats_wanted} seats, from {begins_at}.",
        A.VENUE,
    ),
    "venue.confirmed": rows_for(
        "场地“{venue}”已确认评标席位。", "{venue} has confirmed the seats.", A.HOST, A.SUPERVISOR
    ),
    "venue.declined": rows_for(
        "场地“{venue}”不能提供评标席位：{reason}",
        "{venue} declines: {reason}",
        A.HOST,
    ),
    "venue.cancelled": rows_for(
        "场地“{venue}”的评标席位已取消：{reason}",
        "The booking of {venue} is cancelled: {reason}",
        A.VENUE,
        A.SUPERVISOR,
    ),
    "venue.failed": rows_for(
        "场地“{venue}”发生异常，已确认的席位不能使用：{reason}",
        "{venue} cannot keep the seats it confirmed: {reason}",
        A.HOST,
        A.SUPERVISOR,
    ),
    "experts.offered": rows_for(
        "协作中心已提供 {places} 名共享专家的密封名单。",
        "A partner centre offers {places} sealed places of experts.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "expert.withdrawn": rows_for(
        "场地“{venue}”已让{seat}号席位的专家离开工位：{reason}",
        "{venue} has let the expert on seat {seat} work no longer: {reason}",
        A.HOST,
        A.SUPERVISOR,
    ),
    "venue.time_ended": rows_for(
        "场地“{venue}”的预订时间已结束，工位已关闭。",
        "The booked time at {venue} is over; its workstations are closed.",
        A.HOST,
    ),
    "committee.called": rows_for(
        "已通知抽中的专家答复是否参加，评标将于 {begins_at} 开始。",
        "The drawn experts are asked whether they come; the evaluation begins at {begins_at}.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "committee.exhausted": rows_for(
        "第 {seat} 席已没有符合条件的专家可以递补，席位空缺，请依法处理。",
        "Nobody is left in the pool who fits seat {seat}: it is vacant.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "expert.accepted": (
        Row(
            A.SEATED,
            "您已接受本项目评标邀请，请按时到达；请注意保密和回避。",
            "You have accepted to evaluate this tender: keep it secret, mind recusal.",
        ),
    ),
    "identity.checked": rows_for(
        "第 {seat} 席专家身份核验有新的结果，需要决定时请及时处理。",
        "The identity of seat {seat}'s expert was checked; please decide where that is asked.",
        A.HOST,
    ),
    "committee.seated": (
        Row(
            A.SEATED,
            "您被抽取为本项目评标专家，请按时签到；请注意保密和回避。",
            "You are drawn as an expert: please check in in time, keep it secret, mind recusal.",
        ),
    ),
    "committee.reseated": (
        Row(
            A.SEATED,
            "您递补为本项目评标专家，请尽快签到；请注意保密和回避。",
            "You step in as an expert: please check in soon, keep it secret, mind recusal.",
        ),
    ),
    "committee.replaced": rows_for(
        "评标委员会有成员更换。",
        "A member of the committee was replaced.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "bidders.compared": rows_for(
        "第 {lot} 标段联合体成员比对已完成。",
        "The members of consortia of lot {lot} were compared.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "evaluation.reported": rows_for(
        "第 {lot} 标段评标报告已签署。",
        "The evaluation report of lot {lot} is signed.",
        A.HOST,
        A.SUPERVISOR,
    ),
}

AWARDING: Final[Mapping[str, tuple[Row, ...]]] = {
    "candidates.published": rows_for(
        "第 {lot} 标段公示中标候选人，至 {publicity_until} 止可提出异议。",
        "The candidates of lot {lot} are published; objections until {publicity_until}.",
        A.BIDDERS,
        A.SUPERVISOR,
    ),
    "award.notified": rows_for(
        "第 {lot} 标段已定标，请登录查看您的结果；合同应于 {contract_until} 前订立。",
        "Lot {lot} is awarded: log in for your own result. Contract due {contract_until}.",
        A.BIDDERS,
        A.HOST,
        A.SUPERVISOR,
    ),
    "award.revoked": rows_for(
        "第 {lot} 标段的中标已撤销或者无效，后续安排以公告为准。",
        "The award of lot {lot} is revoked or void: what follows is announced.",
        A.BIDDERS,
        A.HOST,
        A.SUPERVISOR,
    ),
    "supervisor.reported": (
        Row(
            A.SUPERVISOR,
            "招标人已提交第 {lot} 标段招标投标情况书面报告。",
            "The host has reported on the tendering of lot {lot}.",
        ),
    ),
    "contract.drafted": rows_for(
        "第 {lot} 标段合同已拟定，请签署。",
        "The contract of lot {lot} is drawn up: please sign it.",
        A.NAMED,
        A.HOST,
    ),
    "contract.signed": rows_for(
        "第 {lot} 标段合同已签订。",
        "The contract of lot {lot} is signed.",
        A.NAMED,
        A.HOST,
        A.SUPERVISOR,
    ),
    "tender.archived": rows_for(
        "项目已归档，保管期限已确定。",
        "The tender is archived; how long it is kept is fixed.",
        A.HOST,
        A.SUPERVISOR,
    ),
    "contract.published": (
        Row(A.NAMED, "第 {lot} 标段合同已公告。", "The contract of lot {lot} is published."),
    ),
    "contract.filed": (
        Row(A.NAMED, "第 {lot} 标段合同已备案。", "The contract of lot {lot} is filed."),
    ),
    "performance_security.provided": rows_for(
        "第 {lot} 标段履约担保已登记。",
        "The performance security of lot {lot} is on record.",
        A.NAMED,
        A.HOST,
    ),
    "performance_security.returned": (
        Row(
            A.NAMED,
            "第 {lot} 标段履约担保已退还。",
            "The performance security of lot {lot} was returned.",
        ),
    ),
    "bid_security.recorded": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标担保已登记。",
            "Your bid security for lot {lot} is on record.",
        ),
    ),
    "bid_security.release_ordered": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标担保将在 {due} 前退还。",
            "Your bid security for lot {lot} goes back by {due}.",
        ),
    ),
    "bid_security.release_cancelled": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标担保暂不退还。",
            "Your bid security for lot {lot} does not go back for now.",
        ),
    ),
    "bid_security.released": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标担保已退还。",
            "Your bid security for lot {lot} was given back.",
        ),
    ),
    "bid_security.extended": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的保函已延长或增额。",
            "Your guarantee for lot {lot} covers more, or lasts longer.",
        ),
    ),
    "bid_security.surrendered": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的保函已申请退保，不再作为投标担保。",
            "Your guarantee for lot {lot} is being given back and secures no bid.",
        ),
    ),
    "bid_security.kept": (
        Row(
            A.NAMED,
            "您第 {lot} 标段的投标担保不予退还，理由可登录查看。",
            "Your bid security for lot {lot} is kept; log in to see why.",
        ),
    ),
    "document.issued": (
        Row(A.SIGNATORIES, "有文件等待您签署。", "A document awaits your signature."),
    ),
    "document.signature_waived": (
        Row(
            A.NAMED,
            "您未按时签署文件，已依规继续。",
            "A document went on without your signature, which did not come in time.",
        ),
    ),
    "document.completed": (
        Row(A.HOST, "一份文件已全部签署。", "A document has all its signatures."),
    ),
}
