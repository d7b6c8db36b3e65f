"""A key holder is replaced while bids come in over HTTP: which are taken in, and what is said."""

import json
from dataclasses import replace
from typing import Any

from crypto.keys import OpeningKey
from tendering.actions.key_replacements import take_place
from tendering.domain.key_policy import Successor
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import key_holders, tenders
from tendering.storage.connection import reading, transaction
from tests.integration.tendering.test_small_bids import Hall, hall
from tests.support.platform import enter
from tests.support.sealing import seal_bid

__all__ = ["hall"]


async def replace_third(hall: Hall) -> Tender:
    """The third key holder is replaced now; the tender after it."""
    context = hall.platform.running.context
    async with transaction(context.pool) as connection:
        new = await enter(connection, 950, Role.KEY_HOLDER, password_hash="-", at=context.now())
        successor = Successor(3, new.organization.id, new.organization.name, "离任")
        await key_holders.put_successor(connection, hall.tender.id, successor, at=context.now())
        await take_place(
            connection,
            await tenders.lock(connection, hall.tender.id),
            successor,
            public_key=OpeningKey(b"\x71" * 32).public,
            announcement={"statement": {"number": 3}},
            at=context.now(),
        )
    async with reading(context.pool) as connection:
        return await tenders.get(connection, hall.tender.id)


async def mine(hall: Hall) -> list[dict[str, Any]]:
    """What the bidder reads of its own submissions."""
    path = f"/api/v1/tenders/{hall.tender.id}/bids/mine"
    answer = await hall.platform.request("GET", path, token=hall.token)
    items: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return items


async def test_what_was_sealed_before_and_comes_after_is_to_be_sealed_again(hall: Hall) -> None:
    # Known at the door as it was before.
    assert (await hall.send(seal_bid(hall.tender, hall.signer).body())).status == 201
    now = await replace_third(hall)

    old = await hall.send(seal_bid(hall.tender, hall.signer, counter=2).body())
    new = await hall.send(
        seal_bid(replace(now, lots=hall.tender.lots), hall.signer, counter=2).body()
    )

    assert (old.status, old.code) == (409, "key-policy-replaced")
    assert new.status == 201, new.problem
    assert await hall.standing() == [1, 2]


async def test_the_bidder_is_told_to_seal_again_until_it_has(hall: Hall) -> None:
    await hall.send(seal_bid(hall.tender, hall.signer).body())
    before = [one["seal_again"] for one in await mine(hall)]
    now = await replace_third(hall)
    after = [one["seal_again"] for one in await mine(hall)]
    await hall.send(seal_bid(now, hall.signer, counter=2).body())

    assert (before, after) == ([False], [True])
    assert [one["seal_again"] for one in await mine(hall)] == [False, False]


async def test_a_bid_that_was_taken_in_gets_its_receipt_again(hall: Hall) -> None:
    sent = seal_bid(hall.tender, hall.signer)
    first = await hall.send(sent.body())
    await replace_third(hall)

    again = await hall.send(sent.body())

    assert again.body == first.body
