"""Passkeys (WebAuthn level 3): registration by somebody logged in, and log-in with one.

A challenge is used up before its answer is looked at, so no answer can be tried twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tendering.actions.log_in import NewSession, begin
from tendering.domain.parties import Session
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.accounts import PasskeyRefused
from tendering.domain.roles import Role
from tendering.storage import passkeys, people
from tendering.storage.connection import Connection, Pool, transaction

CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Where passkeys are valid: the origin that browsers show, and its host name."""

    origin: str
    name: str

    @property
    def id(self) -> str:
        """The host name (WebAuthn §5.1.2, rpId)."""
        return urlsplit(self.origin).hostname or ""


async def prepare_registration(
    connection: Connection, session: Session, party: RelyingParty, *, challenge: bytes
) -> dict[str, Any]:
    """The options for `navigator.credentials.create`; remembers the challenge, 32 bytes."""
    person = await people.get(connection, session.actor.person_id)
    assert person is not None
    known = await passkeys.list_of_person(connection, person.id)
    await passkeys.insert_challenge(
        connection, challenge, person_id=person.id, lifetime=CHALLENGE_LIFETIME
    )
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=person.id.bytes,
        user_name=person.login,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )
    return options_to_json_dict(options)


async def register(
    pool: Pool,
    session: Session,
    party: RelyingParty,
    *,
    credential: Mapping[str, Any],
    name: str,
) -> bytes:
    """Enter a passkey; return its credential id. Raises PasskeyRefused."""
    person_id = session.actor.person_id
    challenge = await _take_challenge(pool, credential, person_id=person_id)
    try:
        verified = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except _REFUSED as error:
        raise PasskeyRefused(str(error)) from None
    async with transaction(pool) as connection:
        entered = await passkeys.insert(
            connection,
            person_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
        )
    if not entered:
        raise PasskeyRefused("this passkey is registered")
    return verified.credential_id


async def prepare_log_in(pool: Pool, party: RelyingParty, *, challenge: bytes) -> dict[str, Any]:
    """The options for `navigator.credentials.get`; names nobody, so it reveals nobody."""
    async with transaction(pool) as connection:
        await passkeys.insert_challenge(
            connection, challenge, person_id=None, lifetime=CHALLENGE_LIFETIME
        )
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


async def log_in(
    pool: Pool,
    party: RelyingParty,
    *,
    credential: Mapping[str, Any],
    role: Role | None,
    new: NewSession,
    at: datetime,
) -> Session:
    """Begin a session with a passkey. Raises PasskeyRefused, RoleNotHeld."""
    challenge = await _take_challenge(pool, credential, person_id=None)
    try:
        credential_id = base64url_to_bytes(str(credential.get("rawId", "")))
    except ValueError:
        raise PasskeyRefused("rawId is not base64url") from None
    async with transaction(pool) as connection:
        passkey = await passkeys.lock(connection, credential_id)
        if passkey is None:
            raise PasskeyRefused("no such passkey")
        try:
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except _REFUSED as error:
            raise PasskeyRefused(str(error)) from None
        await passkeys.used(connection, credential_id, sign_count=verified.new_sign_count)
        return await begin(connection, passkey.person_id, role=role, new=new, at=at)


async def forget(connection: Connection, session: Session, credential_id: bytes) -> None:
    """Remove one of one's own passkeys. Raises NotFound."""
    if not await passkeys.delete(connection, session.actor.person_id, credential_id):
        raise NotFound


async def _take_challenge(
    pool: Pool, credential: Mapping[str, Any], *, person_id: UUID | None
) -> bytes:
    try:
        client_data = base64url_to_bytes(str(credential["response"]["clientDataJSON"]))
        challenge = parse_client_data_json(client_data).challenge
    except _REFUSED:
        raise PasskeyRefused("there is no client data") from None
    async with transaction(pool) as connection:
        if not await passkeys.take_challenge(connection, challenge, person_id=person_id):
            raise PasskeyRefused("the challenge is unknown or has expired")
    return challenge


# The library parses what a stranger sent; besides its own it lets these through.
_REFUSED: Final = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
