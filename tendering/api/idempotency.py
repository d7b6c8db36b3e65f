"""A deed done once: the Idempotency-Key is written in the transaction of the deed itself.

Either both are committed or neither, so a repeated request either finds the first answer or does
the deed for the first time. A refusal rolls the key back and may be tried again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from tendering.api.auth import Session
from tendering.api.problems import IdempotencyKeyReused
from tendering.storage import idempotency_keys
from tendering.storage.connection import Connection, Pool, reading, transaction


@dataclass(frozen=True, slots=True)
class Deed:
    """What was asked and by whom. `fingerprint` is SHA-256, 32 bytes, of everything asked."""

    scope: str
    key: str
    route: str
    fingerprint: bytes

    @classmethod
    def of(
        cls, request: web.Request, session: Session | None, key: str, body: bytes, route: str
    ) -> "Deed":
        """The deed that a request asks for. Keys of two actors never meet."""
        actor = None if session is None else session.actor
        scope = (
            "anonymous"
            if actor is None
            else f"{actor.person_id}/{actor.organization_id}/{actor.role}"
        )
        asked = b"\0".join([route.encode(), request.raw_path.encode(), body])
        return cls(scope, key, route, hashlib.sha256(asked).digest())


async def once(
    pool: Pool, deed: Deed, act: Callable[[Connection], Awaitable[web.Response]]
) -> web.Response:
    """Do the deed, or answer as it was answered. Raises IdempotencyKeyReused.

    A second request with the same key waits in `claim` until the first one has committed or
    rolled back.
    """
    async with transaction(pool) as connection:
        if not await idempotency_keys.claim(
            connection, deed.scope, deed.key, route=deed.route, fingerprint=deed.fingerprint
        ):
            return _replay(deed, await idempotency_keys.get(connection, deed.scope, deed.key))
        response = await act(connection)
        await _keep(connection, deed, response)
    return response


async def same_answer(
    pool: Pool, deed: Deed, ask: Callable[[], Awaitable[web.Response]]
) -> web.Response:
    """Ask what changes nothing, or answer as it was answered. Raises IdempotencyKeyReused.

    Others are asked, who may be slow: no connection is held meanwhile. Of two at once both may
    ask; the answer of the one that is first done is the answer of both.
    """
    async with reading(pool) as connection:
        stored = await idempotency_keys.find(connection, deed.scope, deed.key)
    if stored is not None:
        return _replay(deed, stored)
    response = await ask()
    async with transaction(pool) as connection:
        if not await idempotency_keys.claim(
            connection, deed.scope, deed.key, route=deed.route, fingerprint=deed.fingerprint
        ):
            return _replay(deed, await idempotency_keys.get(connection, deed.scope, deed.key))
        await _keep(connection, deed, response)
    return response


async def _keep(connection: Connection, deed: Deed, response: web.Response) -> None:
    assert response.body is None or isinstance(response.body, bytes)
    answer = idempotency_keys.StoredAnswer(
        deed.fingerprint, response.status, response.headers.get("ETag"), response.body or b""
    )
    await idempotency_keys.save(connection, deed.scope, deed.key, answer)


def _replay(deed: Deed, stored: idempotency_keys.StoredAnswer) -> web.Response:
    if stored.fingerprint != deed.fingerprint:
        raise IdempotencyKeyReused
    headers = {"Idempotency-Replayed": "true"}
    if stored.etag is not None:
        headers["ETag"] = stored.etag
    if not stored.body:
        return web.Response(status=stored.status, headers=headers)
    return web.Response(
        body=stored.body, status=stored.status, content_type="application/json", headers=headers
    )
