"""Detached SM2 signatures as messages: SignedData of GM/T 0010, the form of Chinese middleware.

The structure is that of CMS (RFC 5652) with other object identifiers. We write signed attributes;
what is read may also have none, then the signature is over the content itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# tsp is imported for its entry in the table of content types: the first use of the table closes it,
# and without that entry no time stamp could be written any more.
from asn1crypto import cms, core, tsp  # noqa: F401
from asn1crypto import x509 as asn1

from crypto import gm_certificates, gm_sm2
from crypto.errors import BadCertificate, BadKey, BadSignature
from crypto.gm_sm2 import Sm2Key
from crypto.gm_sm3 import sm3

DATA = "1.2.156.10197.6.1.4.2.1"  # GM/T 0010 §5
SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
SM3 = "1.2.156.10197.1.401"  # GM/T 0006
SM2_SIGNATURE = "1.2.156.10197.1.301.1"
SIGNATURE_ALGORITHMS = {SM2_SIGNATURE, gm_certificates.SM2_WITH_SM3}
MESSAGE_BYTES_MAX = 256 << 10

_SET_TAG = b"\x31"


class _ContentInfo(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [  # noqa: RUF012 - asn1crypto reads this name
        ("content_type", core.ObjectIdentifier),
        ("content", cms.SignedData, {"explicit": 0}),
    ]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as the message says; that the certificate is trusted is for the caller to ask."""

    certificate: bytes
    chain: tuple[bytes, ...]


def sign_detached(
    key: Sm2Key, certificate: bytes, content: bytes, *, chain: Sequence[bytes] = ()
) -> bytes:
    """A SignedData message, DER, over `content`, which is not inside. Raises BadCertificate."""
    if gm_certificates.facts(certificate).public_der != key.public_der:
        raise BadCertificate("the certificate belongs to another key")
    own = asn1.Certificate.load(certificate)
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": [DATA]},
            {"type": "message_digest", "values": [sm3(content)]},
        ]
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": SM3},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": SM2_SIGNATURE},
            "signature": key.sign(attributes.dump()),
        }
    )
    certificates = [certificate, *(each for each in chain if each != certificate)]
    encoded: bytes = _ContentInfo(
        {
            "content_type": SIGNED_DATA,
            "content": {
                "version": "v1",
                "digest_algorithms": [{"algorithm": SM3}],
                "encap_content_info": {"content_type": DATA},
                "certificates": [asn1.Certificate.load(each) for each in certificates],
                "signer_infos": [signer],
            },
        }
    ).dump()
    return encoded


def verify_detached(message: bytes, content: bytes) -> Signer:
    """Check that the message's one signature is over `content` and by the certificate it carries.

    Raises BadSignature. Whom the certificate belongs to and whether it is trusted:
    `gm_certificates.verify_chain`.
    """
    if len(message) > MESSAGE_BYTES_MAX:
        raise BadSignature("the message is too long")
    try:
        return _verified(message, content)
    except (ValueError, TypeError, KeyError, BadCertificate, BadKey) as error:
        raise BadSignature("not a GM/T 0010 signature") from error


def _verified(message: bytes, content: bytes) -> Signer:
    info = _ContentInfo.load(message, strict=True)
    if info["content_type"].native != SIGNED_DATA:
        raise BadSignature("the message is not SignedData")
    body = info["content"]
    if not isinstance(body["encap_content_info"]["content"], core.Void):
        raise BadSignature("the signature is not detached")
    if body["encap_content_info"]["content_type"].native != DATA:
        raise BadSignature("the message does not sign data")
    if len(body["signer_infos"]) != 1:
        raise BadSignature("the message does not have exactly one signer")
    signer = body["signer_infos"][0]
    if signer["digest_algorithm"]["algorithm"].native != SM3:
        raise BadSignature("the digest is not SM3")
    if signer["signature_algorithm"]["algorithm"].native not in SIGNATURE_ALGORITHMS:
        raise BadSignature("the signature is not SM2")
    certificates = [choice.chosen for choice in body["certificates"]]
    own = [each for each in certificates if _is_of(signer["sid"], each)]
    if len(own) != 1:
        raise BadSignature("the signer's certificate is not in the message exactly once")
    certificate: bytes = own[0].dump()
    public = gm_certificates.facts(certificate).public_der
    gm_sm2.verify(
        public, _signed_bytes(signer["signed_attrs"], content), signer["signature"].native
    )
    return Signer(certificate, tuple(each.dump() for each in certificates if each is not own[0]))


def _signed_bytes(attributes: cms.CMSAttributes | core.Void, content: bytes) -> bytes:
    if isinstance(attributes, core.Void):
        return content
    if _single(attributes, "content_type") != DATA:
        raise BadSignature("the attributes speak of another kind of content")
    if _single(attributes, "message_digest") != sm3(content):
        raise BadSignature("the signature is over another content")
    # Signed as SET OF, carried as [0] IMPLICIT (RFC 5652 §5.4): only the tag differs.
    encoded: bytes = _SET_TAG + attributes.dump()[1:]
    return encoded


def _single(attributes: cms.CMSAttributes, name: str) -> object:
    found = [each for each in attributes if each["type"].native == name]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise BadSignature(f"the attribute {name} does not occur exactly once")
    value: object = found[0]["values"][0].native
    return value


def _is_of(identifier: cms.SignerIdentifier, certificate: asn1.Certificate) -> bool:
    if identifier.name != "issuer_and_serial_number":
        return False
    chosen = identifier.chosen
    same_serial = chosen["serial_number"].native == certificate.serial_number
    return bool(same_serial and chosen["issuer"].dump() == certificate.issuer.dump())
