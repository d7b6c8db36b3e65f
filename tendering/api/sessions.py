"""Log-in, log-out and passkeys over HTTP."""

import secrets
from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta, Struct
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tendering.actions import log_in, passkeys
from tendering.actions.log_in import SESSION_LIFETIME, NewSession
from tendering.api.auth import COOKIE, token_digest
from tendering.api.context import Context
from tendering.api.fields import INTEGER_MAX, Instant, Line
from tendering.api.problems import LoginRefused
from tendering.api.rate_limit import (
    ADDRESS,
    CHALLENGE,
    address_attempt,
    give_back,
    log_in_attempt,
    take,
)
from tendering.api.routing import Headed
from tendering.domain.parties import Actor, Session
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.accounts import PasskeyRefused
from tendering.domain.roles import Role
from tendering.storage import passkeys as stored_passkeys
from tendering.storage import sessions as stored_sessions
from tendering.storage.connection import Connection

TOKEN_BYTES: Final = 32

Login = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@-]{2,63}(?!\n)$", max_length=64)]
Password = Annotated[str, Meta(min_length=10, max_length=128)]
SomePassword = Annotated[str, Meta(max_length=128)]
SessionId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}(?!\n)$", max_length=16)]
CredentialId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,1364}(?!\n)$", max_length=1364)]


class PostSession(Struct, frozen=True, forbid_unknown_fields=True):
    """Log in with a password; without a role, in the first one granted."""

    login: Login
    password: SomePassword
    role: Role | None = None


class PostSessionRole(Struct, frozen=True, forbid_unknown_fields=True):
    """Go on in another role."""

    role: Role


class PostPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """What `navigator.credentials.create` gave, as JSON, with a name for one's own list."""

    name: Line
    credential: dict[str, Any]


class PostPasskeySession(Struct, frozen=True, forbid_unknown_fields=True):
    """What `navigator.credentials.get` gave, as JSON."""

    credential: dict[str, Any]
    role: Role | None = None


class ActorAnswer(Struct, frozen=True):
    """Who acts, for whom, in which role."""

    person_id: str
    organization_id: str
    role: Role
    organization_name: str
    uscc: str


class SessionAnswer(Struct, frozen=True):
    """A session. The token goes into `Authorization: Bearer`; browsers use the cookie."""

    token: str
    csrf_token: str
    actor: ActorAnswer
    expires_in_seconds: Annotated[int, Meta(ge=0, le=INTEGER_MAX)]


class SessionItem(Struct, frozen=True):
    """One of one's own sessions; the id is not its token."""

    id: str
    role: Role
    begun_at: Instant
    expires_at: Instant
    is_this: bool


class SessionList(Struct, frozen=True):
    """One's own sessions, the newest first."""

    items: list[SessionItem]


class PasskeyOptions(Struct, frozen=True):
    """Options for `PublicKeyCredential.parse*OptionsFromJSON`."""

    public_key: dict[str, Any]


class PasskeyAnswer(Struct, frozen=True):
    """A passkey in one's own list; the id is base64url."""

    credential_id: str
    name: str


class PasskeyItem(Struct, frozen=True):
    """A passkey with the time of its registration."""

    credential_id: str
    name: str
    created_at: Instant


class PasskeyList(Struct, frozen=True):
    """One's own passkeys."""

    items: list[PasskeyItem]


async def post_session(
    context: Context, request: web.Request, body: PostSession
) -> Headed[SessionAnswer]:
    """Log in with login and password."""
    attempt = log_in_attempt(request, context, body.login)
    await take(context, attempt)
    token, new = _new_session()
    session = await log_in.log_in(
        context.pool,
        context.passwords,
        login=body.login,
        password=body.password,
        role=body.role,
        new=new,
        at=context.now(),
    )
    if session is None:
        raise LoginRefused
    await give_back(context, attempt)
    return _begun(session, token)


async def delete_current_session(session: Session, connection: Connection) -> Headed[None]:
    """Log out."""
    await log_in.log_out(connection, session)
    return Headed(None, {"Set-Cookie": f"{COOKIE}=; Max-Age=0; {_COOKIE_ATTRIBUTES}"})


async def get_sessions(context: Context, session: Session, connection: Connection) -> SessionList:
    """Where one is logged in."""
    found = await stored_sessions.list_of_person(
        connection, session.actor.person_id, at=context.now()
    )
    return SessionList(
        [
            SessionItem(
                _session_id(one.digest),
                one.role,
                one.begun_at,
                one.expires_at,
                one.digest == session.digest,
            )
            for one in found
        ]
    )


async def delete_session(
    context: Context, session: Session, connection: Connection, session_id: SessionId
) -> None:
    """End one of one's own sessions."""
    found = await stored_sessions.list_of_person(
        connection, session.actor.person_id, at=context.now()
    )
    digest = next((one.digest for one in found if _session_id(one.digest) == session_id), None)
    if digest is None:
        raise NotFound
    await stored_sessions.delete(connection, digest)


async def post_session_role(
    context: Context, session: Session, connection: Connection, body: PostSessionRole
) -> Headed[SessionAnswer]:
    """Go on in another role: the session ends and a new one begins."""
    token, new = _new_session()
    changed = await log_in.change_role(connection, session, body.role, new=new, at=context.now())
    return _begun(changed, token)


async def post_passkey_registration(
    context: Context, session: Session, connection: Connection
) -> PasskeyOptions:
    """Begin to register a passkey: the options for the browser."""
    options = await passkeys.prepare_registration(
        connection, session, _party(context), challenge=_challenge()
    )
    return PasskeyOptions(options)


async def post_passkey(context: Context, session: Session, body: PostPasskey) -> PasskeyAnswer:
    """Register the passkey that the browser made."""
    credential_id = await passkeys.register(
        context.pool, session, _party(context), credential=body.credential, name=body.name
    )
    return PasskeyAnswer(bytes_to_base64url(credential_id), body.name)


async def get_passkeys(session: Session, connection: Connection) -> PasskeyList:
    """One's own passkeys."""
    found = await stored_passkeys.list_of_person(connection, session.actor.person_id)
    return PasskeyList(
        [
            PasskeyItem(bytes_to_base64url(key.credential_id), key.name, key.created_at)
            for key in found
        ]
    )


async def delete_passkey(
    session: Session, connection: Connection, credential_id: CredentialId
) -> None:
    """Remove one of one's own passkeys."""
    try:
        raw = base64url_to_bytes(credential_id)
    except ValueError:
        raise NotFound from None
    await passkeys.forget(connection, session, raw)


async def post_passkey_challenge(context: Context, request: web.Request) -> PasskeyOptions:
    """Begin to log in with a passkey: the options for the browser."""
    await take(context, address_attempt(request, context, CHALLENGE))
    options = await passkeys.prepare_log_in(context.pool, _party(context), challenge=_challenge())
    return PasskeyOptions(options)


async def post_passkey_session(
    context: Context, request: web.Request, body: PostPasskeySession
) -> Headed[SessionAnswer]:
    """Log in with a passkey."""
    attempt = address_attempt(request, context, ADDRESS)
    await take(context, attempt)
    token, new = _new_session()
    try:
        session = await passkeys.log_in(
            context.pool,
            _party(context),
            credential=body.credential,
            role=body.role,
            new=new,
            at=context.now(),
        )
    except PasskeyRefused as refusal:
        # One answer for all reasons, as with passwords.
        raise LoginRefused from refusal
    await give_back(context, attempt)
    return _begun(session, token)


def actor_answer(actor: Actor) -> ActorAnswer:
    """An actor as JSON says it."""
    return ActorAnswer(
        str(actor.person_id),
        str(actor.organization_id),
        actor.role,
        actor.organization_name,
        actor.uscc,
    )


def _session_id(digest: bytes) -> str:
    return digest[:8].hex()


def _new_session() -> tuple[str, NewSession]:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, NewSession(token_digest(token), secrets.token_urlsafe(TOKEN_BYTES))


def _begun(session: Session, token: str) -> Headed[SessionAnswer]:
    seconds = int(SESSION_LIFETIME.total_seconds())
    answer = SessionAnswer(token, session.csrf_token, actor_answer(session.actor), seconds)
    cookie = f"{COOKIE}={token}; Max-Age={seconds}; {_COOKIE_ATTRIBUTES}"
    return Headed(answer, {"Set-Cookie": cookie})


def _challenge() -> bytes:
    return secrets.token_bytes(passkeys.CHALLENGE_BYTES)


def _party(context: Context) -> passkeys.RelyingParty:
    return passkeys.RelyingParty(context.public_address, context.platform_name)


# The __Host- prefix makes browsers insist on Secure, Path=/ and no Domain.
_COOKIE_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"
