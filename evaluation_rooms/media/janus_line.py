"""A line to a Janus server: its WebSocket API, as far as its plugin VideoRoom needs it.

Every request has a transaction and a bound on its time. What Janus says by itself (streams arrive,
or have ended) goes to whoever attached the handle.
https://janus.conf.meetecho.com/docs/rest.html, .../videoroom.html
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import aiohttp

PROTOCOL: Final = "janus-protocol"
PLUGIN: Final = "janus.plugin.videoroom"
ANSWER_SECONDS: Final = 10.0
# Janus forgets a session after 60 seconds of silence.
KEEP_ALIVE_SECONDS: Final = 20.0
MESSAGE_BYTES_MAX: Final = 1 << 20

Heard: TypeAlias = Callable[[str], None]
"""What Janus says of a handle: `webrtcup`, `hangup`, `detached`."""


class JanusRefused(Exception):
    """Janus answered with an error."""


@dataclass(frozen=True, slots=True)
class JanusAnswer:
    """What the plugin says, and the description that comes with it (empty: none)."""

    data: Mapping[str, Any]
    sdp: str

    def number(self, name: str) -> int:
        """A member that has to be a number. Raises JanusRefused."""
        found = self.data.get(name)
        if not isinstance(found, int):
            raise JanusRefused(f"an answer without {name}")
        return found


@dataclass(slots=True)
class JanusLine:
    """One session on one socket. Raises JanusRefused, TimeoutError, ConnectionError."""

    socket: aiohttp.ClientWebSocketResponse
    secret: str = field(repr=False)
    session: int = 0
    _asked: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _heard: dict[int, Heard] = field(default_factory=dict)

    async def attach(self, heard: Heard) -> int:
        """A handle of the plugin."""
        answer = await self._ask(janus="attach", plugin=PLUGIN)
        handle = int(answer["data"]["id"])
        self._heard[handle] = heard
        return handle

    async def detach(self, handle: int) -> None:
        """Give a handle up, with the streams it has."""
        self._heard.pop(handle, None)
        await self._ask(janus="detach", handle_id=handle)

    async def say(
        self, handle: int, body: Mapping[str, Any], *, sdp: str = "", kind: str = ""
    ) -> JanusAnswer:
        """A request to the plugin; `kind` of the description: offer or answer."""
        words: dict[str, Any] = {"janus": "message", "handle_id": handle, "body": body}
        if sdp:
            words["jsep"] = {"type": kind, "sdp": sdp}
        answer = await self._ask(**words)
        data = answer.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise JanusRefused(f"{data.get('error_code')}: {data['error']}")
        return JanusAnswer(data, str(answer.get("jsep", {}).get("sdp", "")))

    async def read(self) -> None:
        """Take what Janus says until the line ends."""
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            said = json.loads(message.data)
            asked = self._asked.get(str(said.get("transaction")))
            if asked is not None and said["janus"] != "ack" and not asked.done():
                asked.set_result(said)
            elif asked is None and "sender" in said and said["janus"] != "event":
                heard = self._heard.get(said["sender"])
                if heard is not None:
                    heard(str(said["janus"]))

    async def keep_alive(self) -> None:
        """Say now and then that this side is there, for ever."""
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            await self._send(secrets.token_hex(8), janus="keepalive")

    async def begin(self) -> None:
        """Open the session."""
        self.session = int((await self._ask(janus="create"))["data"]["id"])

    async def _ask(self, **words: Any) -> dict[str, Any]:
        transaction = secrets.token_hex(8)
        asked = self._asked[transaction] = asyncio.get_running_loop().create_future()
        try:
            await self._send(transaction, **words)
            async with asyncio.timeout(ANSWER_SECONDS):
                answer: dict[str, Any] = await asked
        finally:
            del self._asked[transaction]
        if answer["janus"] == "error":
            raise JanusRefused(f"{answer['error']['code']}: {answer['error']['reason']}")
        return answer

    async def _send(self, transaction: str, **words: Any) -> None:
        session = {"session_id": self.session} if self.session else {}
        secret = {"apisecret": self.secret} if self.secret else {}
        await self.socket.send_str(
            json.dumps({"transaction": transaction, **session, **secret, **words})
        )


@asynccontextmanager
async def janus_line(
    address: str, secret: str
) -> AsyncIterator[tuple[JanusLine, asyncio.Task[None]]]:
    """A line with a session, and the task that ends with it."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(
            address, protocols=[PROTOCOL], max_msg_size=MESSAGE_BYTES_MAX, heartbeat=ANSWER_SECONDS
        ) as socket,
    ):
        line = JanusLine(socket, secret)
        reading = asyncio.create_task(line.read())
        keeping = asyncio.create_task(line.keep_alive())
        try:
            await line.begin()
            yield line, reading
        finally:
            for task in (reading, keeping):
                task.cancel()
            await asyncio.wait([reading, keeping])
