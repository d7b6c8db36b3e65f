"""A key holder is replaced before the deadline: ordered, announced, and what becomes of bids."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from crypto.canary import answer_canary, is_answer
from crypto.keys import AnyOpeningKey, OpeningKey
from crypto.seal_suites import CLASSIC, GM
from tendering.actions.key_holders import DESTRUCTION_LABEL
from tendering.actions.openings import close_submission
from tendering.api import key_holders as doors
from tendering.api import opening_remedies
from tendering.api import tenders as tender_doors
from tendering.domain.canary import context_of
from tendering.domain.journal import Stream
from tendering.domain.key_policy import REPLACEMENT_LABEL, RESEAL_TIME
from tendering.domain.parties import Organization
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.key_holders import NotKeyHolder, ReplacementTooLate
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.storage import organizations, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.locked_bids import Opened, taking_bids
from tests.support.archive_parties import DEADLINE, PUBLISHED, Party, chance, opening_key_of

AT = DEADLINE - timedelta(days=3)
SECRETS = (0x71, 0x72)
KEYS = [OpeningKey(bytes([secret]) * 32) for secret in SECRETS]


async def newcomers(tender: Opened) -> list[Party]:
    """Two organizations that may become key holders."""
    made = [
        tender.play.platform.party(0x79, "示范市司法局", outside=True),
        tender.play.platform.party(0x7A, "示范市审计局", outside=True),
    ]
    async with transaction(tender.pool) as connection:
        for one in made:
            organization = Organization(one.id, one.uscc, one.name, frozenset({Role.KEY_HOLDER}))
            await organizations.insert(connection, organization, at=PUBLISHED)
    return made


async def order(
    tender: Opened, number: int, new: Party, *, by: Party | None = None, at: datetime = AT
) -> None:
    """The host orders that `new` takes the place of holder `number`."""
    signer = by or tender.play.entity
    said: dict[str, Any] = {
        "tender_id": str(tender.id),
        "number": number,
        "organization_id": str(new.id),
        "reason": "原密钥遗失",
    }
    body = doors.PostKeyHolderReplacement(
        number, new.id, "原密钥遗失", cast("Any", signer.sign(REPLACEMENT_LABEL, said))
    )
    async with transaction(tender.pool) as connection:
        await doors.post_key_holder_replacement(
            tender.context,
            tender.actor(signer, Role.PROCURING_ENTITY),
            connection,
            at,
            tender.id,
            body=body,
        )


async def announce(
    tender: Opened, number: int, who: Party, key: AnyOpeningKey, *, at: datetime = AT
) -> None:
    """Somebody announces a key as holder `number`."""
    said = announcement_statement(tender.id, number, who.id, key.public)
    body = tender_doors.PostKeyAnnouncement(
        key.public.hex(), cast("Any", who.sign(ANNOUNCEMENT_LABEL, said))
    )
    async with transaction(tender.pool) as connection:
        await tender_doors.post_key_announcement(
            replace(tender.context, now=lambda: at),
            tender.actor(who, Role.KEY_HOLDER),
            connection,
            at,
            tender.id,
            body=body,
        )


async def replaced(pool: Pool, folder: Path, *numbers: int, suite: str = CLASSIC.name) -> Opened:
    """Some key holders are replaced after three bids came in; then submission is closed."""
    tender = await taking_bids(pool, folder, suite=suite)
    keys = [opening_key_of(suite, bytes([one]) * 32) for one in SECRETS]
    for number, new, key in zip(numbers, await newcomers(tender), keys, strict=False):
        await order(tender, number, new)
        await announce(tender, number, new, key)
    async with transaction(pool) as connection:
        await close_submission(connection, tender.id, checkpoint=None, at=tender.closing)
    return tender


async def test_the_announcement_makes_a_version_and_asks_for_a_canary(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await taking_bids(pool, tmp_path)
    (new, _) = await newcomers(tender)

    await order(tender, 3, new)
    async with reading(pool) as connection:
        ordered = await tenders.get(connection, tender.id)
        held = await doors.get_held_tenders(connection, tender.actor(new, Role.KEY_HOLDER))
    await announce(tender, 3, new, KEYS[0])
    async with reading(pool) as connection:
        after = await tenders.get(connection, tender.id)

    assert (ordered.policy_version, after.policy_version) == (1, 2)
    assert [(one.holder, one.announced) for one in held.items] == [(3, False)]
    assert after.key_holders[2].public_key == KEYS[0].public
    assert after.former[0].holders == ordered.key_holders
    assert after.former[0].until == AT
    (entry,) = await tender.entries(Stream.PUBLIC, "key_holder.replaced")
    (canary,) = await tender.entries(Stream.PUBLIC, "canary.issued")
    assert entry.body["key_policy"] == after.key_policy
    assert (canary.body["occasion"], canary.body["asked"]) == ("replacement", [3])


async def test_a_lost_key_is_replaced_by_a_new_one_of_the_same_holder(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await taking_bids(pool, tmp_path)
    holder = tender.play.holders[1]

    await order(tender, 2, holder)
    with pytest.raises(Invalid):
        await announce(tender, 2, holder, tender.play.holder_keys[1])
    await announce(tender, 2, holder, KEYS[0])

    async with reading(pool) as connection:
        after = await tenders.get(connection, tender.id)
    assert after.key_holders[1].organization_id == holder.id
    assert after.key_holders[1].public_key == KEYS[0].public


async def test_in_a_tender_of_the_national_suite_an_sm2_key_takes_the_place(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await taking_bids(pool, tmp_path, suite=GM.name)
    (new, _) = await newcomers(tender)
    key = opening_key_of(GM.name, chance("new"))

    await order(tender, 3, new)
    with pytest.raises(Invalid, match="another suite"):
        await announce(tender, 3, new, KEYS[0])
    await announce(tender, 3, new, key)

    async with reading(pool) as connection:
        after = await tenders.get(connection, tender.id)
    assert (after.policy_version, after.key_holders[2].public_key) == (2, key.public)
    assert after.key_policy["suite"] == GM.name
    (canary,) = await tender.entries(Stream.PUBLIC, "canary.issued")
    header, number = bytes.fromhex(str(canary.body["header"])), int(str(canary.body["canary"]))
    context = context_of(after, number)
    answers = canary.body["answers"]
    assert isinstance(answers, list)
    assert is_answer(answer_canary(header, 3, key, context), bytes.fromhex(str(answers[2])))


async def test_an_earlier_bid_of_the_national_suite_opens_with_the_holders_that_are_left(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await replaced(pool, tmp_path, 3, suite=GM.name)
    await tender.lose_key()

    with pytest.raises(NotKeyHolder):
        await tender.hand_in(3)
    first, second = await tender.hand_in(1), await tender.hand_in(2)

    assert (first, second) == (False, True)
    (verdict,) = await tender.entries(Stream.PUBLIC, "bid.unlocked")
    assert (verdict.body["by"], verdict.body["fault"]) == ("key_holders", None)


async def test_nobody_takes_a_place_without_an_order(pool: Pool, tmp_path: Path) -> None:
    tender = await taking_bids(pool, tmp_path)
    new, other = await newcomers(tender)
    await order(tender, 3, new)

    with pytest.raises(NotKeyHolder):
        await announce(tender, 3, other, KEYS[0])
    with pytest.raises(SignatureRefused):
        await announce(tender, 2, new, KEYS[0])
    with pytest.raises(Forbidden):
        await order(tender, 1, other, by=tender.play.supervisor)
    with pytest.raises(Invalid):
        await order(tender, 1, tender.play.bidders[0])


async def test_in_the_last_day_nobody_is_replaced(pool: Pool, tmp_path: Path) -> None:
    tender = await taking_bids(pool, tmp_path)
    (new, _) = await newcomers(tender)
    late = DEADLINE - RESEAL_TIME + timedelta(microseconds=1)
    await order(tender, 3, new)

    with pytest.raises(ReplacementTooLate):
        await announce(tender, 3, new, KEYS[0], at=late)
    with pytest.raises(ReplacementTooLate):
        await order(tender, 2, new, at=late)


async def test_an_earlier_bid_opens_with_the_holders_that_are_left(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await replaced(pool, tmp_path, 3)
    await tender.lose_key()

    first, second = await tender.hand_in(1), await tender.hand_in(2)

    assert (first, second) == (False, True)
    (verdict,) = await tender.entries(Stream.PUBLIC, "bid.unlocked")
    assert (verdict.body["by"], verdict.body["fault"]) == ("key_holders", None)


async def test_an_earlier_bid_opens_with_its_bidders_own_key(pool: Pool, tmp_path: Path) -> None:
    tender = await replaced(pool, tmp_path, 3, 2)

    answer = await tender.unlock(0)

    assert all(one.rederives for one in answer.verdicts)


async def test_the_replaced_holder_and_its_successor_have_no_share_of_it(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await replaced(pool, tmp_path, 3)
    await tender.lose_key()
    async with reading(pool) as connection:
        now = await tenders.get(connection, tender.id)
    new = next(
        Party(one.organization_id, "", one.name, cast("Any", None), b"")
        for one in now.key_holders
        if one.number == 3
    )

    with pytest.raises(NotKeyHolder):
        await tender.hand_in(3)
    waiting = [
        len(
            (
                await opening_remedies.get_remedies(
                    tender.context, tender.actor(who, Role.KEY_HOLDER), tender.id
                )
            ).items
        )
        for who in (tender.play.holders[0], new)
    ]
    with pytest.raises(NotKeyHolder):
        await tender.refuse(3)

    assert waiting == [1, 0]
    assert await tender.entries(Stream.CUSTODY, "share.received") == []


async def test_too_few_left_are_the_hosts_fault_once_the_bidder_clears_itself(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await replaced(pool, tmp_path, 3, 2)
    await tender.unlock(0)
    await tender.unlock(1)
    await tender.lose_key()
    assert not await tender.hand_in(1)
    await tender.reveal_all_the_same(tender.late)

    answer = await tender.publish_keys(tender.late)

    assert (answer.whose, answer.proved, answer.cause) == (
        "procuring_entity",
        True,
        "holders-replaced",
    )
    assert await tender.third_status() == "deemed_withdrawn"


async def test_a_replaced_holder_states_at_once_that_its_key_is_destroyed(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await taking_bids(pool, tmp_path)
    new, _ = await newcomers(tender)
    await order(tender, 3, new)
    await announce(tender, 3, new, KEYS[0])
    left, stays = tender.play.holders[2], tender.play.holders[0]

    await destroyed(tender, 3, left, tender.play.holder_keys[2])
    await destroyed(tender, 3, left, tender.play.holder_keys[2])
    with pytest.raises(WrongPhase):
        await destroyed(tender, 1, stays, tender.play.holder_keys[0])
    with pytest.raises(WrongPhase):
        await destroyed(tender, 3, new, KEYS[0])

    (entry,) = await tender.entries(Stream.CUSTODY, "key_holder.key_destroyed")
    assert entry.body["public_key"] == tender.play.holder_keys[2].public.hex()


async def destroyed(tender: Opened, number: int, who: Party, key: AnyOpeningKey) -> None:
    """Somebody states that a key is gone."""
    said = announcement_statement(tender.id, number, who.id, key.public)
    body = doors.PostKeyDestruction(cast("Any", who.sign(DESTRUCTION_LABEL, said)))
    async with transaction(tender.pool) as connection:
        await doors.post_key_destruction(
            tender.context,
            tender.actor(who, Role.KEY_HOLDER),
            connection,
            AT,
            tender.id,
            body=body,
        )
