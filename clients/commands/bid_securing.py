"""`kaibiao bid prepare --secure`: the bid security, told as it comes on."""

from typing import Any, Final

from clients.commands.bid_screen import Screen
from clients.commands.bid_words import Exit
from clients.sdk.checks import printable
from clients.sdk.desk import BidDesk
from clients.sdk.securing import secure

SECONDS_MAX: Final = 600.0
STATES: Final = {
    "applied": "已向担保机构申请",
    "underwriting": "担保机构审核中",
    "awaiting_premium": "待缴保费;平台代收的已发起支付,否则请按担保机构的通知缴纳",
    "paid": "保费已缴,等待出具保单",
    "verified": "保函已生效,可以作为投标保证金",
    "disclosed": "保函有效",
}


async def tell_secured(screen: Screen, desk: BidDesk) -> Exit:
    """Secure the lot of the workspace; the same command goes on where it stopped."""
    tender, name = desk.notice.tender, desk.workspace.subject().lot
    if tender.lot(name).bid_security_fen == 0:
        screen.say("✓ 本标段不要求投标保证金")
        return Exit.DONE

    def told(order: dict[str, Any]) -> None:
        screen.say(f"  {STATES.get(order['state'], order['state'])}")
        for one in order["payments"]:
            if one["pay_url"]:
                screen.say(f"  请在此支付: {one['pay_url']}")

    done = await secure(desk.platform, tender.id, name, seconds_max=SECONDS_MAX, told=told)
    if done.order is None:
        screen.say("✗ 没有担保机构报价,请稍后再试,或者改用其他形式的保证金")
        screen.set(code="no-offer")
        return Exit.REFUSED
    screen.set(order={key: done.order[key] for key in ("id", "state", "policy_number")})
    if done.in_force:
        screen.say(f"✓ 投标担保已生效: {printable(done.order['policy_number'] or '')}")
        return Exit.DONE
    if done.order["state"] in STATES:
        screen.say("! 担保还在办理;再次运行同一命令即可继续")
        return Exit.UNFINISHED
    screen.say(f"✗ 未能办成: {done.order['state']} {printable(done.order['reason'])}")
    return Exit.REFUSED
