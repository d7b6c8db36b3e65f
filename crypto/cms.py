"""CMS signed data for detached signatures on documents (RFC 5652, ETSI EN 319 122-1).

The key never comes here. `signed_attributes` makes the bytes that its holder signs, `signed_data`
puts the answer into a message, `parse` reads a message strictly. One suite: SHA-256 and ECDSA on
P-256, one signer, the signer's certificate named by an ESS attribute (RFC 5035).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate

from crypto.errors import BadCertificate, BadSignature

_SET_TAG = b"\x31"
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """One detached signature as its message states it; nothing in it has been verified.

    `attributes` is the DER of the signed attributes as SET OF: exactly the bytes that are signed.
    `token` is the RFC 3161 time-stamp token over the signature value, if there is one.
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    attributes: bytes
    content_type: str
    message_digest: bytes
    named_certificate_digest: bytes
    signature: bytes
    token: bytes | None

    @property
    def names_its_certificate(self) -> bool:
        """Whether the ESS signing-certificate-v2 attribute names the certificate (RFC 5035)."""
        return hashlib.sha256(self.certificate).digest() == self.named_certificate_digest


def signed_attributes(certificate: bytes, message_digest: bytes) -> bytes:
    """Return the DER of the attributes to sign: content type, message digest, certificate.

    There is no signing time among them: PAdES keeps it in the PDF (ETSI EN 319 142-1 §6.3).
    """
    assert len(message_digest) == _DIGEST_BYTES
    named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()})
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [message_digest]}),
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [named]})],
                }
            ),
        ]
    )
    encoded: bytes = attributes.dump()
    return encoded


def signed_data(
    attributes: bytes,
    *,
    certificate: bytes,
    chain: Sequence[bytes],
    signature: bytes,
    token: bytes | None,
) -> bytes:
    """Return the DER of a SignedData message without its content (detached).

    An empty `signature` makes the frame that keeps a place in a prepared document.
    """
    signer_certificate = x509.Certificate.load(certificate)
    signer: dict[str, object] = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {
                        "issuer": signer_certificate.issuer,
                        "serial_number": signer_certificate.serial_number,
                    }
                )
            }
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": cms.CMSAttributes.load(attributes),
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signature,
    }
    if token is not None:
        signer["unsigned_attrs"] = cms.CMSAttributes(
            [
                cms.CMSAttribute(
                    {
                        "type": "signature_time_stamp_token",
                        "values": [cms.ContentInfo.load(token)],
                    }
                )
            ]
        )
    certificates = [certificate, *(each for each in chain if each != certificate)]
    message = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": cms.SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
                    "encap_content_info": {"content_type": "data"},
                    "certificates": [x509.Certificate.load(each) for each in certificates],
                    "signer_infos": [cms.SignerInfo(signer)],
                }
            ),
        }
    )
    encoded: bytes = message.dump()
    return encoded


def parse(message: bytes) -> SignedMessage:
    """Read a detached SignedData message with one signer.

    Raises BadSignature if it is not one, or uses anything but SHA-256 with ECDSA.
    """
    try:
        return _parse(message)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise BadSignature(f"not a CMS signature: {error}") from error


def verify_signature(certificate: bytes, attributes: bytes, signature: bytes) -> None:
    """Check an ECDSA P-256 signature (DER) over the attributes. Raises BadSignature."""
    try:
        key = load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadCertificate(f"unreadable certificate: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadCertificate("the certificate's key is not on P-256")
    try:
        key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise BadSignature("the signature does not fit the signed attributes") from error


def _parse(message: bytes) -> SignedMessage:
    info = cms.ContentInfo.load(message, strict=True)
    if info["content_type"].native != "signed_data":
        raise BadSignature("the message is not SignedData")
    body = info["content"]
    if body["encap_content_info"]["content"].native is not None:
        raise BadSignature("the signature is not detached")
    if len(body["signer_infos"]) != 1:
        raise BadSignature("the message does not have exactly one signer")
    signer = body["signer_infos"][0]
    if signer["digest_algorithm"]["algorithm"].native != "sha256":
        raise BadSignature("the digest is not SHA-256")
    if signer["signature_algorithm"]["algorithm"].native != "sha256_ecdsa":
        raise BadSignature("the signature is not ECDSA with SHA-256")
    certificates = [choice.chosen for choice in body["certificates"]]
    own = [each for each in certificates if _is_of(signer["sid"], each)]
    if len(own) != 1:
        raise BadSignature("the signer's certificate is not in the message exactly once")
    attributes = signer["signed_attrs"]
    named = _single(attributes, "signing_certificate_v2")["certs"][0]
    if named["hash_algorithm"]["algorithm"].native != "sha256":
        raise BadSignature("the certificate is not named by SHA-256")
    return SignedMessage(
        certificate=own[0].dump(),
        chain=tuple(each.dump() for each in certificates if each is not own[0]),
        # Signed as SET OF, carried as [0] IMPLICIT (RFC 5652 §5.4): only the tag differs.
        attributes=_SET_TAG + attributes.dump()[1:],
        content_type=_single(attributes, "content_type").native,
        message_digest=_single(attributes, "message_digest").native,
        named_certificate_digest=named["cert_hash"].native,
        signature=signer["signature"].native,
        token=_token(signer["unsigned_attrs"]),
    )


def _is_of(identifier: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if identifier.name != "issuer_and_serial_number":
        return False
    chosen = identifier.chosen
    same_serial = chosen["serial_number"].native == certificate.serial_number
    return bool(same_serial and chosen["issuer"].dump() == certificate.issuer.dump())


def _single(attributes: cms.CMSAttributes, name: str) -> core.Asn1Value:
    found = [each for each in attributes if each["type"].native == name]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise BadSignature(f"the attribute {name} does not occur exactly once")
    return found[0]["values"][0]


def _token(attributes: cms.CMSAttributes | core.Void) -> bytes | None:
    # Not `.native`: that would unfold the whole token, a quarter of a second each time.
    if isinstance(attributes, core.Void):
        return None
    for each in attributes:
        if each["type"].native == "signature_time_stamp_token":
            token: bytes = each["values"][0].dump()
            return token
    return None
