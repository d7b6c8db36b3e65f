"""What `kaibiao bid rehearse --hall` tells: what has to hold on the day, line by line."""

from datetime import timedelta

from clients.commands.bid_screen import Screen
from clients.sdk.hall_rehearsal import HallReport
from clients.sdk.timing import DIFFERENCE_TOLD


def tell_rehearsal(screen: Screen, report: HallReport) -> None:
    """The report of a rehearsal, for a person and for a program."""
    trip = 2 * report.time.within / timedelta(milliseconds=1)
    ahead = report.time.ahead.total_seconds()
    screen.say(f"✓ 网络: 往返 {trip:.0f} 毫秒")
    exact = abs(report.time.ahead) <= DIFFERENCE_TOLD
    screen.say(
        f"{'✓' if exact else '!'} 时钟: 本机比平台{'快' if ahead > 0 else '慢'} {abs(ahead):.1f} 秒"
    )
    if report.hall is None:
        screen.say("! 开标大厅: 连不上 (WebSocket 可能被本单位网络拦截);开标仍可用本命令解密")
    else:
        screen.say("✓ 开标大厅: 已经连上")
    mark = "✓" if report.certificate_lasts else "!"
    until = f"{report.certificate_not_after.astimezone():%F %T}"
    late = "" if report.certificate_lasts else ",开标之前到期,请先换发"
    screen.say(f"{mark} 证书: {report.certificate_serial},有效期至 {until}{late}")
    screen.say(
        f"✓ 签到(预演): 平台 {report.received_at.astimezone():%F %T} 收到测试文件,回执摘要一致"
    )
    screen.say("✓ 密钥: 测试文件已用自己的密钥解密,平台打开的内容与加密时一致")
    screen.set(
        round_trip_ms=round(trip, 1),
        clock_ahead_seconds=ahead,
        hall=report.hall,
        certificate={
            "serial": report.certificate_serial,
            "not_after": report.certificate_not_after.isoformat(),
            "lasts": report.certificate_lasts,
        },
        digest=report.digest,
        received_at=report.received_at.isoformat(),
    )
