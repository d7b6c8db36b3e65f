"""`kaibiao bid contribute` as a real process, from the sealed number to the drawn coefficient."""

from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from clients.platform import PlatformRefused
from tests.integration.bidding.test_bid_opening import begin_opening
from tests.support.bidding import Clerk, a_clerk, ended
from tests.support.evaluation import DRAWN_METHOD
from tests.support.hall import LOT, HallPlay, hall_play
from tests.support.hall_draw import HallDraw
from tests.support.platform import Platform


async def record(play: HallPlay) -> str:
    """The opening record that the host issues, in words."""
    path = f"/tenders/{play.tender.id}"
    await play.host.line.post(f"{path}/opening/record", {"lot": LOT})
    pdf = await play.host.line.get_bytes(f"{path}/issued/opening_record.pdf", {"lot": LOT})
    pages = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in pages)


async def contributes(clerk: Clerk) -> dict[str, Any]:
    """The command as a process of its own; what it said."""
    done = await ended(await clerk.start("contribute"))
    assert done.status == 0, done
    return done.said


async def test_a_bidder_contributes_by_the_command_and_anybody_sees_what_was_drawn(
    platform: Platform, tmp_path: Path
) -> None:
    async with hall_play(platform, tmp_path, method=DRAWN_METHOD) as play:
        clerk = a_clerk(platform, tmp_path / "clerk")
        await clerk.log_in()
        clerk.write_bid(play.tender)
        await clerk.does("prepare")
        too_early = await clerk.run("contribute")
        await begin_opening(platform, play.tender)
        await play.unlock()
        await play.host.line.post(f"/tenders/{play.tender.id}/opening/reveal", {"lot": LOT})
        with pytest.raises(PlatformRefused, match="draw-not-prepared"):
            await record(play)
        draw = HallDraw(play, tmp_path)
        others = [*play.bidders[1:], *play.holders, play.supervisor, play.host, play.agency]
        await draw.freeze()

        sealed = await contributes(clerk)
        again = await clerk.does("contribute")
        await draw.seal(others)
        await draw.check()
        await play.host.line.post(f"{draw.path}/closing")
        revealed = await contributes(clerk)
        after = await clerk.does("contribute")
        await draw.reveal(others)
        await play.host.line.post(draw.path, {})
        await draw.journal.look()
        text = await record(play)

    entry = draw.journal.find("committee.drawn")
    assert (too_early.status, too_early.said["code"]) == (1, "not-settled")
    assert [one["contribution"] for one in (sealed, again)] == ["sealed", "sealed"]
    assert [one["contribution"] for one in (revealed, after)] == ["revealed", "open"]
    assert entry is not None
    drawn: Any = entry.body
    contributions = drawn["contributions"]
    assert len(contributions) == 9
    assert drawn["opened_by_key_holders"] == []
    method, k = drawn["coefficients"]
    words = text.replace("\r\n", "").replace(" ", "")
    for said in (
        "现场抽取",
        f"{method['method']}：{method['title']}",
        f"{k['percent']}%",
        drawn["seed"],
        *(one["value"] for one in contributions),
        *(one.name for one in others),
    ):
        assert said.replace(" ", "") in words
