"""What the bidder's tool shows to a person, and what to a program."""

import io
import json
from datetime import UTC, datetime, timedelta

from rich.console import Console

from clients.commands.bid_screen import Screen
from clients.sdk.checks import BidFinding, Weight
from clients.sdk.timing import PlatformTime

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def a_screen(*, as_json: bool = False, terminal: bool = False) -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=200, highlight=False)
    return Screen(as_json, console=console), out


def a_reading(*, ahead_seconds: int = 0) -> PlatformTime:
    return PlatformTime(AT, timedelta(0), timedelta(seconds=ahead_seconds))


def shown(deadline: datetime, *, ahead_seconds: int = 0) -> str:
    screen, out = a_screen()
    screen.deadline(deadline, a_reading(ahead_seconds=ahead_seconds))
    return out.getvalue()


def test_a_program_gets_one_object_and_nothing_else() -> None:
    screen, out = a_screen(as_json=True)

    screen.say("not for programs")
    with screen.progress("上传", {"price": 10}, adding=True) as told:
        told("price", 10)
    screen.set(counter=1)
    screen.finish(ok=True)

    assert json.loads(out.getvalue()) == {"counter": 1, "ok": True}
    assert out.getvalue().isascii()


def test_brackets_in_a_name_are_no_markup() -> None:
    screen, out = a_screen()

    screen.say("[bold]投标[/bold] [red")

    assert out.getvalue() == "[bold]投标[/bold] [red\n"


def test_findings_come_with_the_grave_ones_first_and_say_how_to_confirm() -> None:
    screen, out = a_screen()

    screen.findings([BidFinding(str(weight), weight, "w", "t") for weight in reversed(Weight)])

    lines = out.getvalue().splitlines()
    assert [line[0] for line in lines] == ["✗", "?", "!"]
    assert "--confirm question" in lines[1]


def test_the_time_left_is_told_in_words() -> None:
    assert "还有 2 天 3 小时" in shown(AT + timedelta(days=2, hours=3))
    assert "还有 5 小时 1 分钟" in shown(AT + timedelta(hours=5, minutes=1))
    assert "还有 1 分 30 秒" in shown(AT + timedelta(seconds=90))
    assert "已过" in shown(AT)


def test_a_near_deadline_is_a_warning() -> None:
    assert "时间不多" in shown(AT + timedelta(minutes=119))
    assert "时间不多" not in shown(AT + timedelta(minutes=121))


def test_a_clock_that_is_off_is_told() -> None:
    assert "比平台快 1 分 0 秒" in shown(AT + timedelta(days=1), ahead_seconds=60)
    assert "比平台慢 1 分 0 秒" in shown(AT + timedelta(days=1), ahead_seconds=-60)
    assert "时钟" not in shown(AT + timedelta(days=1), ahead_seconds=3)


def test_a_person_at_a_terminal_sees_how_far_it_is() -> None:
    screen, out = a_screen(terminal=True)

    with screen.progress("上传", {"price": 2_000_000}, adding=True) as told:
        told("price", 1_500_000)
        told("price", 500_000)

    assert "上传 报价文件" in out.getvalue()
    assert "2.0/2.0 MB" in out.getvalue()
