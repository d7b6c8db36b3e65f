"""Turns: who computes at length takes one, and the loop looks after its lines in between."""

import asyncio
from contextlib import suppress

from tendering.turns import Turns


async def test_of_those_who_come_together_one_a_round_goes_on_in_their_order() -> None:
    turns, rounds, seen = Turns(), 0, list[tuple[str, int]]()

    def count() -> None:
        nonlocal rounds
        rounds += 1
        asyncio.get_running_loop().call_soon(count)

    async def compute(name: str) -> None:
        await turns.take()
        seen.append((name, rounds))

    asyncio.get_running_loop().call_soon(count)
    await asyncio.gather(*(compute(name) for name in "abcd"))

    assert [name for name, _ in seen] == list("abcd")
    assert len({at for _, at in seen}) == len(seen)


async def test_who_comes_alone_does_not_wait() -> None:
    turns = Turns()
    for _ in range(2):
        with suppress(StopIteration):
            turns.take().send(None)
            raise AssertionError("it waited")
        # The round is over, and the next one comes alone again.
        await asyncio.sleep(0)


async def test_who_gives_up_is_passed_over() -> None:
    turns, seen = Turns(), list[str]()

    async def compute(name: str) -> None:
        await turns.take()
        seen.append(name)

    tasks = [asyncio.create_task(compute(name)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait(tasks)

    assert seen == ["a", "c"]
    assert tasks[1].cancelled()
