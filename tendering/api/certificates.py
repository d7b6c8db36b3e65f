"""Certificates of organizations over HTTP: request, list, revoke, and the revocation list."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions import certificates
from tendering.actions.certificates import Reason
from tendering.api.context import Context
from tendering.api.fields import Instant
from tendering.domain.parties import Session
from tendering.storage import certificates as stored_certificates
from tendering.storage.certificates import Certificate
from tendering.storage.connection import Connection

Serial = Annotated[str, Meta(pattern=r"^[0-9a-f]{1,40}(?!\n)$", max_length=40)]


class PostCertificate(Struct, frozen=True, forbid_unknown_fields=True):
    """A PKCS #10 request, DER, signed by the P-256 key that is to be certified."""

    request: Annotated[bytes, Meta(min_length=1, max_length=8192)]


class PostRevocation(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a certificate is not to be trusted any longer."""

    reason: Reason = "unspecified"


class IssuedCertificate(Struct, frozen=True):
    """A new certificate and the authorities above it, DER, its issuer first."""

    serial: str
    certificate: bytes
    chain: list[bytes]


class CertificateAnswer(Struct, frozen=True):
    """A certificate of one's organization."""

    serial: str
    certificate: bytes
    issued_at: Instant
    not_after: Instant
    revoked_at: Instant | None = None
    revocation_reason: str | None = None


class CertificateList(Struct, frozen=True):
    """The certificates of one's organization, newest first."""

    items: list[CertificateAnswer]


async def post_certificate(
    context: Context,
    session: Session,
    connection: Connection,
    received_at: datetime,
    body: PostCertificate,
) -> IssuedCertificate:
    """Have the organization's own key certified under the name of its account."""
    issued = await certificates.request_certificate(
        connection, context.keys, body.request, by=session, at=received_at
    )
    return IssuedCertificate(issued.serial, issued.der, [context.keys.authority.certificate])


async def get_certificates(session: Session, connection: Connection) -> CertificateList:
    """The certificates of one's organization."""
    found = await stored_certificates.list_of_organization(
        connection, session.actor.organization_id
    )
    return CertificateList([_certificate(each) for each in found])


async def post_certificate_revocation(
    session: Session,
    connection: Connection,
    received_at: datetime,
    serial: Serial,
    body: PostRevocation,
) -> CertificateAnswer:
    """Revoke a certificate of one's organization."""
    revoked = await certificates.revoke_certificate(
        connection, serial, reason=body.reason, by=session, at=received_at
    )
    return _certificate(revoked)


async def get_revocation_list(context: Context, connection: Connection) -> web.Response:
    """The list of revoked certificates (RFC 5280 §5), DER."""
    revoked = await certificates.revocation_list(connection, context.keys, at=context.now())
    return web.Response(body=revoked, content_type="application/pkix-crl")


def _certificate(certificate: Certificate) -> CertificateAnswer:
    return CertificateAnswer(
        certificate.serial,
        certificate.der,
        certificate.issued_at,
        certificate.not_after,
        certificate.revoked_at,
        certificate.revocation_reason,
    )
