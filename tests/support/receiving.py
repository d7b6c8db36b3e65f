"""Who gets what leaves the platform: a mail server and a webhook's receiver, both real."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiohttp import web
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook


@dataclass(slots=True)
class Mailbox:
    """A mail server. `answer` is what it says to the next mails, one each; 250 afterwards."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    taken: "asyncio.Queue[tuple[list[str], EmailMessage]]" = field(default_factory=asyncio.Queue)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take or refuse one mail."""
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.taken.put_nowait((envelope.rcpt_tos, mail))
        return "250 OK"


@dataclass(frozen=True, slots=True)
class Posted:
    """A post as it arrived."""

    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The JSON of a post whose signature is right. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """A webhook's other side. `statuses` are its answers to the next posts; 204 afterwards."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    posts: "asyncio.Queue[Posted]" = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        """Take one post."""
        self.posts.put_nowait(Posted(dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        headers = {"Location": "http://127.0.0.1:1/"} if status == 307 else {}
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def a_mailbox() -> AsyncIterator[Mailbox]:
    """A mail server on a port of its own."""
    mailbox = Mailbox()
    controller = UnthreadedController(
        mailbox, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop()
    )
    server = await controller._create_server()
    assert isinstance(server, asyncio.Server)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """A webhook's other side on a port of its own."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
