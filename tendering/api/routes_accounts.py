"""The doors of accounts: organizations, sessions, passkeys, people, certificates."""

from typing import Final

from tendering.api import accounts, certificates, sessions
from tendering.api.problems import LoginRefused, TooManyAttempts
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.accounts import (
    AlreadyOver,
    AlreadyRegistered,
    AuthorizationStands,
    CertificateRequestRefused,
    CertificateRevoked,
    KeyAlreadyCertified,
    LastAdministrator,
    LoginTaken,
    NotAdministrator,
    PasskeyRefused,
    PasswordGuessable,
    PasswordWrong,
    PersonLeft,
    RoleHeld,
    RoleNotHeld,
    UsccInvalid,
)

ORGANIZATIONS_ROUTES: Final = (
    Route(
        "POST",
        "/organizations",
        accounts.post_organization,
        status=201,
        # Bodies with passwords are never fingerprinted; the same request finds what it made.
        idempotency="natural",
        errors=(
            AlreadyRegistered,
            Forbidden,
            LoginTaken,
            PasswordGuessable,
            TooManyAttempts,
            UsccInvalid,
        ),
        tags=("accounts",),
    ),
    Route(
        "POST",
        "/organizations/{organization_id}/roles",
        accounts.post_organization_role,
        action="organization.grant_role",
        idempotency="transaction",
        errors=(NotFound, RoleHeld),
        tags=("accounts",),
    ),
    Route("GET", "/me", accounts.get_me, tags=("accounts",)),
)

SESSION_ROUTES: Final = (
    Route(
        "POST",
        "/sessions",
        sessions.post_session,
        status=201,
        errors=(LoginRefused, RoleNotHeld, TooManyAttempts),
        tags=("sessions",),
    ),
    Route(
        "GET", "/me/sessions", sessions.get_sessions, action="session.manage", tags=("sessions",)
    ),
    Route(
        "DELETE",
        "/me/sessions/{session_id}",
        sessions.delete_session,
        action="session.manage",
        errors=(NotFound,),
        tags=("sessions",),
    ),
    Route(
        "PUT",
        "/me/password",
        accounts.put_password,
        action="password.change",
        errors=(PasswordWrong, PasswordGuessable, TooManyAttempts),
        tags=("sessions",),
    ),
    Route("DELETE", "/sessions/current", sessions.delete_current_session, tags=("sessions",)),
    Route(
        "POST",
        "/sessions/role",
        sessions.post_session_role,
        status=201,
        errors=(RoleNotHeld,),
        tags=("sessions",),
    ),
    Route(
        "POST",
        "/sessions/passkey-challenge",
        sessions.post_passkey_challenge,
        errors=(TooManyAttempts,),
        tags=("sessions",),
    ),
    Route(
        "POST",
        "/sessions/passkey",
        sessions.post_passkey_session,
        status=201,
        errors=(LoginRefused, RoleNotHeld, TooManyAttempts),
        tags=("sessions",),
    ),
)

PASSKEY_ROUTES: Final = (
    Route(
        "POST",
        "/passkeys/registration",
        sessions.post_passkey_registration,
        action="passkey.manage",
        tags=("passkeys",),
    ),
    Route(
        "POST",
        "/passkeys",
        sessions.post_passkey,
        action="passkey.manage",
        status=201,
        errors=(PasskeyRefused,),
        tags=("passkeys",),
    ),
    Route(
        "GET", "/me/passkeys", sessions.get_passkeys, action="passkey.manage", tags=("passkeys",)
    ),
    Route(
        "DELETE",
        "/me/passkeys/{credential_id}",
        sessions.delete_passkey,
        action="passkey.manage",
        errors=(NotFound,),
        tags=("passkeys",),
    ),
)

PEOPLE_ROUTES: Final = (
    Route(
        "GET",
        "/people",
        accounts.get_people,
        action="people.manage",
        errors=(NotAdministrator,),
        tags=("people",),
    ),
    Route(
        "POST",
        "/people",
        accounts.post_person,
        action="people.manage",
        status=201,
        idempotency="natural",
        errors=(LoginTaken, NotAdministrator, PasswordGuessable, RoleNotHeld),
        tags=("people",),
    ),
    Route(
        "PUT",
        "/people/{person_id}/password",
        accounts.put_first_password,
        action="people.manage",
        errors=(NotAdministrator, NotFound, PasswordGuessable, PersonLeft),
        tags=("people",),
    ),
    Route(
        "POST",
        "/people/{person_id}/departure",
        accounts.post_departure,
        action="people.manage",
        idempotency="transaction",
        errors=(LastAdministrator, NotAdministrator, NotFound),
        tags=("people",),
    ),
    Route(
        "POST",
        "/people/{person_id}/authorizations",
        accounts.post_authorization,
        action="people.manage",
        status=201,
        idempotency="transaction",
        errors=(
            AlreadyOver,
            AuthorizationStands,
            NotAdministrator,
            NotFound,
            PersonLeft,
            RoleNotHeld,
        ),
        tags=("people",),
    ),
    Route(
        "DELETE",
        "/people/{person_id}/authorizations/{authorization_id}",
        accounts.delete_authorization,
        action="people.manage",
        errors=(NotAdministrator, NotFound),
        tags=("people",),
    ),
)

CERTIFICATE_ROUTES: Final = (
    Route(
        "POST",
        "/certificates",
        certificates.post_certificate,
        action="certificate.request",
        status=201,
        idempotency="transaction",
        errors=(CertificateRequestRefused, KeyAlreadyCertified, NotAdministrator),
        tags=("certificates",),
    ),
    Route(
        "GET",
        "/certificates",
        certificates.get_certificates,
        action="certificate.read",
        tags=("certificates",),
    ),
    Route(
        "GET",
        "/certificates/revocations",
        certificates.get_revocation_list,
        produces="application/pkix-crl",
        tags=("certificates",),
    ),
    Route(
        "POST",
        "/certificates/{serial}/revocation",
        certificates.post_certificate_revocation,
        action="certificate.revoke",
        idempotency="transaction",
        errors=(CertificateRevoked, NotAdministrator, NotFound),
        tags=("certificates",),
    ),
)

ACCOUNT_ROUTES: Final[tuple[Route, ...]] = (
    *ORGANIZATIONS_ROUTES,
    *SESSION_ROUTES,
    *PASSKEY_ROUTES,
    *PEOPLE_ROUTES,
    *CERTIFICATE_ROUTES,
)
