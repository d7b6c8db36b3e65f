"""Certificates of organizations: issued by the platform's authority, revoked, and checked.

The name and the credit code come from the account, never from the request: a certificate says what
the platform knows, not what somebody asks to be called.
"""

import asyncio
from datetime import datetime
from typing import Final, Literal

from crypto.certificates import (
    CertificateFacts,
    CertificateSubject,
    facts,
    issue,
    make_crl,
    verify_chain,
)
from crypto.errors import BadCertificate
from crypto.pdf_revocations import is_covered
from tendering.domain.parties import Session, require_administrator
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.accounts import (
    CertificateRequestRefused,
    CertificateRevoked,
    KeyAlreadyCertified,
)
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.roles import Role
from tendering.keys import PlatformKeys
from tendering.storage import certificates
from tendering.storage.certificates import Certificate
from tendering.storage.connection import Connection

VALID_DAYS: Final = 730
REVOCATION_LIST_DAYS: Final = 7
COMMON_NAME_MAX: Final = 64  # RFC 5280, ub-common-name

Reason = Literal["key_compromise", "affiliation_changed", "superseded", "unspecified"]


async def request_certificate(
    connection: Connection,
    keys: PlatformKeys,
    request: bytes,
    *,
    by: Session,
    at: datetime,
) -> Certificate:
    """Certify the key of a PKCS #10 request, DER, for the asker's organization.

    Whoever lost the answer asks again and gets the certificate that stands. Raises
    NotAdministrator, CertificateRequestRefused, KeyAlreadyCertified.
    """
    require_administrator(by, by.actor.organization_id)
    name = by.actor.organization_name
    subject = CertificateSubject(name[:COMMON_NAME_MAX], organization=name, uscc=by.actor.uscc)
    authority = keys.authority
    try:
        der = issue(
            authority.certificate, authority.key, request, at=at, days=VALID_DAYS, subject=subject
        )
    except BadCertificate as error:
        raise CertificateRequestRefused(str(error)) from None
    told = facts(der)
    certificate = Certificate(
        serial=f"{told.serial:x}",
        organization_id=by.actor.organization_id,
        requested_by=by.actor.person_id,
        der=der,
        public_key=told.public_der,
        issued_at=told.not_before,
        not_after=told.not_after,
    )
    if await certificates.insert(connection, certificate):
        return certificate
    known = await certificates.of_key(connection, told.public_der)
    assert known is not None
    own = known.organization_id == certificate.organization_id
    if not own or known.revoked_at is not None or known.not_after <= at:
        raise KeyAlreadyCertified
    return known


async def revoke_certificate(
    connection: Connection, serial: str, *, reason: Reason, by: Session, at: datetime
) -> Certificate:
    """Revoke a certificate of one's own organization, or as operator any.

    Raises NotFound, NotAdministrator, CertificateRevoked.
    """
    certificate = await certificates.get(connection, serial)
    if certificate is None:
        raise NotFound
    if by.actor.role is not Role.OPERATOR:
        require_administrator(by, certificate.organization_id)
    if not await certificates.revoke(connection, serial, reason=reason, at=at):
        raise CertificateRevoked
    revoked = await certificates.get(connection, serial)
    assert revoked is not None
    return revoked


async def revocation_list(connection: Connection, keys: PlatformKeys, *, at: datetime) -> bytes:
    """The current list, DER (RFC 5280 §5), made on demand; its number is the second of making."""
    revoked = await certificates.list_revoked(connection)
    return make_crl(
        keys.authority.certificate,
        keys.authority.key,
        revoked,
        at=at,
        days=REVOCATION_LIST_DAYS,
        number=int(at.timestamp()),
    )


async def lists_for(
    connection: Connection, keys: PlatformKeys, certificate: bytes, *, at: datetime
) -> list[bytes]:
    """The revocation lists that a document keeps beside a signature with `certificate`, DER.

    The platform's own speaks for the time stamp too. Raises BadCertificate.
    """
    outside = await asyncio.to_thread(keys.outside_lists, facts(certificate).issuer)
    return [await revocation_list(connection, keys, at=at), *outside]


async def require_valid(
    connection: Connection,
    keys: PlatformKeys,
    certificate: bytes,
    *,
    uscc: str,
    at: datetime,
) -> CertificateFacts:
    """What a signer's certificate says, if it holds at `at` for this organization.

    For every deed that takes a signature. Raises SignatureRefused: untrusted, out of date, revoked,
    or of another organization.
    """
    try:
        told = verify_chain(certificate, [], trusted_roots=keys.trusted_roots(), at=at)
    except BadCertificate as error:
        raise SignatureRefused(str(error)) from None
    if told.uscc != uscc:
        raise SignatureRefused("the certificate is of another organization")
    known = await certificates.get(connection, f"{told.serial:x}")
    # An outside authority may use the same number: only our own certificate is on our list.
    revoked_at = known.revoked_at if known is not None and known.der == certificate else None
    if revoked_at is not None and revoked_at <= at:
        raise SignatureRefused("the certificate is revoked")
    if known is None or known.der != certificate:
        await _require_no_outside_revocation(keys, certificate, told.issuer, at=at)
    return told


async def _require_no_outside_revocation(
    keys: PlatformKeys, certificate: bytes, issuer: str, *, at: datetime
) -> None:
    lists = await asyncio.to_thread(keys.outside_lists, issuer)
    try:
        is_covered(certificate, authorities=keys.trusted_outside, lists=lists, at=at)
    except BadCertificate as error:
        raise SignatureRefused("the certificate is revoked") from error
