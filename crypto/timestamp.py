"""Time stamps by RFC 3161: asking, answering, checking.

A token says that a digest existed at a time, signed by an authority whose certificate is for
nothing else. SHA-256 and ECDSA on P-256 when we answer; those of other authorities verify too.
Checking is done twice: by rfc3161-client for the message, by `certificates` for the chain.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.x509 import load_der_x509_certificate
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from crypto.certificates import CertificateFacts, verify_chain
from crypto.errors import BadCertificate, BadTimestamp
from crypto.keys import SigningKey

MESSAGE_BYTES_MAX = 64 << 10
CLOCK_DIFFERENCE = timedelta(seconds=60)

_DIGEST_BYTES = {"sha256": 32, "sha384": 48, "sha512": 64}
_NAMING_ATTRIBUTES = {"signing_certificate_v2", "signing_certificate"}
_ACCURACY_SECONDS = 1


@dataclass(frozen=True, slots=True)
class TimestampFacts:
    """What a verified token says; `gen_time` in UTC, `tsa_name` the certificate's common name.

    `valid_until`: when the authority's certificate ends; by then the token should be renewed.
    """

    gen_time: datetime
    tsa_name: str
    serial: int
    valid_until: datetime


def make_request(digest: bytes, nonce: int | None = None) -> bytes:
    """A request, DER, for a SHA-256, -384 or -512 digest; asks for the certificate in the token."""
    fields = {
        "version": "v1",
        "message_imprint": _imprint(digest),
        "cert_req": True,
    }
    if nonce is not None:
        fields["nonce"] = nonce
    return _dumped(tsp.TimeStampReq(fields))


def respond(
    request_der: bytes,
    *,
    certificate_der: bytes,
    key: SigningKey,
    at: datetime,
    serial: int,
    policy_oid: str,
    chain: Sequence[bytes] = (),
) -> bytes:
    """The authority's answer, DER: a token dated `at`, or a rejection (RFC 3161 §2.4.2).

    A malformed request, an unknown hash or a foreign policy is rejected with its reason; nothing is
    raised. `serial` must never repeat under one certificate. The time is cut to whole seconds and
    the token says so by an accuracy of one second.
    """
    request = _read_request(request_der)
    if isinstance(request, str):
        return _rejection(request)
    if request["req_policy"].native not in {None, policy_oid}:
        return _rejection("unaccepted_policy")
    if request["extensions"].native:
        return _rejection("unaccepted_extensions")
    fields = {
        "version": "v1",
        "policy": policy_oid,
        "message_imprint": request["message_imprint"],
        "serial_number": serial,
        "gen_time": at.astimezone(UTC).replace(microsecond=0),
        "accuracy": tsp.Accuracy({"seconds": _ACCURACY_SECONDS}),
    }
    if request["nonce"].native is not None:
        fields["nonce"] = request["nonce"].native
    certificates = [certificate_der, *chain] if request["cert_req"].native else []
    token = _token(_dumped(tsp.TSTInfo(fields)), certificate_der, certificates, key)
    return _dumped(_Response({"status": {"status": "granted"}, "time_stamp_token": token}))


def token_of(response_der: bytes) -> bytes:
    """The token inside a granted response, DER. Raises BadTimestamp for a rejection."""
    try:
        response = _Response.load(response_der, strict=True)
        status = response["status"]["status"].native
        token = response["time_stamp_token"]
        granted = status in {"granted", "granted_with_mods"} and not isinstance(token, core.Void)
        return _granted(_dumped(token) if granted else None, str(status))
    except (ValueError, TypeError, KeyError) as error:
        raise BadTimestamp("not a time-stamp response") from error


def verify(
    token_or_response_der: bytes,
    *,
    digest: bytes,
    trusted_roots: Iterable[bytes],
    at: datetime | None = None,
    nonce: int | None = None,
) -> TimestampFacts:
    """Check a token, or a response that holds one, over `digest` (SHA-256, -384, -512).

    The authority's certificate must lead to a trusted root and have been valid at the token's own
    time. With `at`, a token dated more than a minute after it is refused; with `nonce`, a token for
    another request. Raises BadTimestamp.
    """
    if len(token_or_response_der) > MESSAGE_BYTES_MAX:
        raise BadTimestamp("the token is too long")
    roots = list(trusted_roots)
    token = _as_token(token_or_response_der)
    signed, info = _read_token(token)
    certificate, others = _signer_certificate(signed)
    gen_time = info["gen_time"].native
    expected = _algorithm(digest)
    if info["message_imprint"]["hash_algorithm"]["algorithm"].native != expected:
        raise BadTimestamp(f"the token is not over a {expected.replace('sha', 'SHA-')} digest")
    _verify_message(token, digest, roots, nonce)
    _check_named(signed, certificate)
    try:
        authority: CertificateFacts = verify_chain(
            certificate, others, trusted_roots=roots, at=gen_time, usage="timestamping"
        )
    except BadCertificate as error:
        raise BadTimestamp("the authority's certificate is not trusted") from error
    if at is not None and gen_time > at + CLOCK_DIFFERENCE:
        raise BadTimestamp("the token is dated in the future")
    serial: int = info["serial_number"].native
    return TimestampFacts(gen_time, authority.common_name, serial, authority.not_after)


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """TimeStampResp as RFC 3161 has it; asn1crypto's own cannot leave out the token."""

    _fields = [  # noqa: RUF012 - asn1crypto's way to declare a structure
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def _read_request(request_der: bytes) -> "tsp.TimeStampReq | str":
    """The request, or the name of the failure to answer with (RFC 3161 §2.4.2)."""
    if len(request_der) > MESSAGE_BYTES_MAX:
        return "bad_data_format"
    try:
        request = tsp.TimeStampReq.load(request_der, strict=True)
        algorithm = request["message_imprint"]["hash_algorithm"]["algorithm"].native
        hashed = request["message_imprint"]["hashed_message"].native
        known = request["version"].native == "v1"
        request.native  # noqa: B018 - parses the rest, which is otherwise read only when needed
    except (ValueError, TypeError, KeyError):
        return "bad_data_format"
    if algorithm not in _DIGEST_BYTES:
        return "bad_alg"
    if not known or len(hashed) != _DIGEST_BYTES[algorithm]:
        return "bad_data_format"
    return request


def _rejection(reason: str) -> bytes:
    return _dumped(_Response({"status": {"status": "rejection", "fail_info": {reason}}}))


def _token(
    info: bytes, certificate_der: bytes, certificates: Sequence[bytes], key: SigningKey
) -> cms.ContentInfo:
    certificate = x509.Certificate.load(certificate_der)
    named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate_der).digest()})
    attributes = cms.CMSAttributes(
        [
            _attribute("content_type", "tst_info"),
            _attribute("message_digest", hashlib.sha256(info).digest()),
            _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]})),
        ]
    )
    sid = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": key.sign_raw(_dumped(attributes)),
        }
    )
    fields = {
        "version": "v3",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": cms.ParsableOctetString(info),
        },
        "signer_infos": [signer],
    }
    if certificates:
        # DER sorts the members of a SET; strict readers refuse another order.
        fields["certificates"] = [x509.Certificate.load(der) for der in sorted(certificates)]
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(fields)})


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _imprint(digest: bytes) -> tsp.MessageImprint:
    algorithm = {"algorithm": _algorithm(digest)}
    return tsp.MessageImprint({"hash_algorithm": algorithm, "hashed_message": digest})


def _algorithm(digest: bytes) -> str:
    """By which algorithm a digest of this length is."""
    return next(name for name, length in _DIGEST_BYTES.items() if length == len(digest))


def _granted(token: bytes | None, status: str) -> bytes:
    if token is None:
        raise BadTimestamp(f"the authority answered: {status}")
    return token


def _as_token(der: bytes) -> bytes:
    try:
        info = cms.ContentInfo.load(der, strict=True)
        is_token = info["content_type"].native == "signed_data"
    except (ValueError, TypeError, KeyError):
        is_token = False
    return der if is_token else token_of(der)


def time_of(token: bytes) -> datetime:
    """The time a token states, unverified, in UTC. Raises BadTimestamp."""
    stated: datetime = _read_token(token)[1]["gen_time"].native
    return stated


def certificates_of(token: bytes) -> tuple[bytes, list[bytes]]:
    """The certificate that signed a token, DER, and the others in it. Raises BadTimestamp."""
    return _signer_certificate(_read_token(token)[0])


def _read_token(token: bytes) -> "tuple[cms.SignedData, tsp.TSTInfo]":
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        content = signed["encap_content_info"]
        if content["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
            raise BadTimestamp("not a time-stamp token")
        info = tsp.TSTInfo.load(bytes(content["content"]), strict=True)
        info.native  # noqa: B018 - parses all of it now
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadTimestamp("not a time-stamp token") from error
    return signed, info


def _signer_certificate(signed: "cms.SignedData") -> tuple[bytes, list[bytes]]:
    """The certificate that the signer info names, and the others in the token."""
    try:
        sid = signed["signer_infos"][0]["sid"].chosen
        wanted = (_dumped(sid["issuer"]), sid["serial_number"].native)
        everyone = [choice.chosen for choice in signed["certificates"]]
        named = [each for each in everyone if (_dumped(each.issuer), each.serial_number) == wanted]
        ders = [_dumped(each) for each in everyone]
    except (ValueError, TypeError, KeyError) as error:
        raise BadTimestamp("not a time-stamp token") from error
    if len(named) != 1:
        raise BadTimestamp("the token does not carry its authority's certificate")
    der = _dumped(named[0])
    return der, [each for each in ders if each != der]


def _check_named(signed: "cms.SignedData", certificate: bytes) -> None:
    """The signed attribute of RFC 5035 must name this very certificate, not only its number."""
    try:
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            kind = attribute["type"].native
            if kind in _NAMING_ATTRIBUTES:
                named = attribute["values"][0]["certs"][0]
                # RFC 2634's attribute is always SHA-1; the signature protects it all the same.
                second = kind == "signing_certificate_v2"
                algorithm = named["hash_algorithm"]["algorithm"].native if second else "sha1"
                hashed = hashlib.new(algorithm, certificate, usedforsecurity=False).digest()
                if named["cert_hash"].native == hashed:
                    return
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise BadTimestamp("not a time-stamp token") from error
    raise BadTimestamp("the token does not name its authority's certificate")


def _verify_message(token: bytes, digest: bytes, roots: Sequence[bytes], nonce: int | None) -> None:
    response = _Response(
        {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
    )
    builder = VerifierBuilder(
        roots=[load_der_x509_certificate(root) for root in dict.fromkeys(roots)], nonce=nonce
    )
    try:
        decoded = decode_timestamp_response(_dumped(response))
        builder.build().verify(decoded, digest)
    except (VerificationError, ValueError) as error:
        raise BadTimestamp(f"the token does not verify: {error}") from error


def _dumped(value: core.Asn1Value) -> bytes:
    encoded: bytes = value.dump()
    return encoded
