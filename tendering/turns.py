"""Turns: long computing, one piece a round of the loop, so that lines are looked at in between.

Requests that arrive together are woken together. Each then computes for half a millisecond, and
what the database answered meanwhile lies there until the last of them is done: database and
interpreter work one after the other instead of side by side. Who takes a turn first leaves the loop
time to look after every line.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Turns:
    """First come, first served; who comes alone does not wait."""

    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    _taken: bool = False

    async def take(self) -> None:
        """Return when it is the caller's turn: no other has one in this round of the loop."""
        loop = asyncio.get_running_loop()
        if self._taken:
            turn = loop.create_future()
            self._waiting.append(turn)
            await turn
        else:
            self._taken = True
            loop.call_soon(self._pass_on)

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # else its caller has given up
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._pass_on)
                return
        self._taken = False
