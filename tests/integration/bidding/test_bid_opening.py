"""At the opening the command finds the bid that stands and unlocks it."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from tendering.actions.openings import close_submission
from tendering.domain.refusals import Refused
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage.connection import transaction
from tests.support.bidding import Clerk, a_clerk, move_deadline
from tests.support.platform import Account, Platform, enter

DRAIN = timedelta(seconds=11)


async def bidders(platform: Platform, count: int) -> list[Account]:
    """More bidders, who log in like the first."""
    context = platform.running.context
    async with transaction(context.pool) as connection:
        password_hash = await context.passwords.hash("示范-password-1")
        return [
            await enter(
                connection, 950 + one, Role.BIDDER, password_hash=password_hash, at=context.now()
            )
            for one in range(count)
        ]


async def hands_in(clerk: Clerk, tender: Tender) -> Clerk:
    """From the log-in to the receipt."""
    await clerk.log_in()
    await clerk.seals(tender)
    await clerk.does("submit")
    return clerk


async def begin_opening(platform: Platform, tender: Tender) -> None:
    """The deadline and the drain have passed; the platform's own loop may be faster."""
    context = platform.running.context
    await move_deadline(platform, tender, context.now() - DRAIN)
    with suppress(Refused):
        async with transaction(context.pool) as connection:
            await close_submission(connection, tender.id, checkpoint=None, at=context.now())


async def test_a_bid_is_unlocked_with_the_keys_it_was_sealed_to(
    clerk: Clerk, platform: Platform, tender: Tender, tmp_path: Path
) -> None:
    await clerk.seals(tender)
    await clerk.does("submit")
    await clerk.does("replace")
    for number, account in enumerate(await bidders(platform, 2)):
        await hands_in(a_clerk(platform, tmp_path / f"{number}", account=account), tender)
    early = await clerk.run("unlock")
    await begin_opening(platform, tender)

    status = await clerk.does("status")
    unlocked = await clerk.does("unlock")
    again = await clerk.does("unlock")
    cleared = await clerk.run("clear", "--yes")

    assert (early.status, early.said["code"]) == (1, "opening-first")
    assert status["opening"]
    assert unlocked == again == {"counter": 2, "ok": True}
    assert (cleared.status, cleared.said["code"]) == (1, "already-unlocked")


async def test_who_has_no_bid_in_the_opening_is_told(
    clerk: Clerk, platform: Platform, tender: Tender, tmp_path: Path
) -> None:
    await clerk.seals(tender)
    for number, account in enumerate(await bidders(platform, 3)):
        await hands_in(a_clerk(platform, tmp_path / f"{number}", account=account), tender)
    await begin_opening(platform, tender)

    done = await clerk.run("unlock")

    assert (done.status, done.said["code"]) == (1, "not-in-opening")
