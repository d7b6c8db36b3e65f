"""Time stamps: our authority's answers, and what is refused."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from crypto.certificates import CertificateSubject, Usage, issue, make_authority, make_request
from crypto.errors import BadTimestamp
from crypto.keys import SigningKey
from crypto.timestamp import make_request as ask
from crypto.timestamp import respond, token_of, verify

AT = datetime(2026, 11, 23, 1, 30, 5, 999_999, tzinfo=UTC)
POLICY = "1.2.3.4.1"
DIGEST = hashlib.sha256(b"bid").digest()
CA_KEY = SigningKey(ec.derive_private_key(1001, ec.SECP256R1()))
KEY = SigningKey(ec.derive_private_key(1003, ec.SECP256R1()))
START = AT - timedelta(days=1)
ROOT = make_authority("示范根证书", key=CA_KEY, at=START, years=10)
REQUEST = make_request(KEY, common_name="", organization="", uscc="")


def _certificate(usage: Usage = "timestamping", days: int = 30) -> bytes:
    subject = CertificateSubject("示范时间戳服务", "示范交易中心")
    return issue(ROOT, CA_KEY, REQUEST, at=START, days=days, subject=subject, usage=usage)


CERTIFICATE = _certificate()


def _answer(request: bytes, *, at: datetime = AT, certificate: bytes = CERTIFICATE) -> bytes:
    return respond(
        request, certificate_der=certificate, key=KEY, at=at, serial=7, policy_oid=POLICY
    )


ANSWER = _answer(ask(DIGEST, 12345))


def _changed(**fields: object) -> bytes:
    request = tsp.TimeStampReq.load(ask(DIGEST, 12345))
    for name, value in fields.items():
        request[name] = value
    dumped: bytes = request.dump(force=True)
    return dumped


def _imprint(algorithm: str, digest: bytes) -> tsp.MessageImprint:
    return tsp.MessageImprint(
        {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    )


def test_a_token_states_time_authority_and_number() -> None:
    found = verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT])

    assert found.gen_time == AT.replace(microsecond=0)
    assert found.tsa_name == "示范时间戳服务"
    assert found.serial == 7


def test_a_bare_token_verifies_as_its_response_does() -> None:
    found = verify(token_of(ANSWER), digest=DIGEST, trusted_roots=[ROOT])

    assert found == verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT])


def test_the_answer_repeats_the_nonce() -> None:
    verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT], nonce=12345)
    with pytest.raises(BadTimestamp):
        verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT], nonce=1)


def test_a_request_without_a_nonce_is_answered() -> None:
    verify(_answer(ask(DIGEST)), digest=DIGEST, trusted_roots=[ROOT])


def test_a_request_by_another_program_is_answered() -> None:
    builder = TimestampRequestBuilder().data(b"bid").hash_algorithm(HashAlgorithm.SHA256)

    answer = _answer(builder.build().as_bytes())

    assert verify(answer, digest=DIGEST, trusted_roots=[ROOT]).serial == 7


def test_a_token_over_another_digest_is_refused() -> None:
    with pytest.raises(BadTimestamp):
        verify(ANSWER, digest=bytes(32), trusted_roots=[ROOT])


def test_a_token_by_an_untrusted_authority_is_refused() -> None:
    other = make_authority("示范其他", key=KEY, at=START, years=1)

    with pytest.raises(BadTimestamp):
        verify(ANSWER, digest=DIGEST, trusted_roots=[other])
    with pytest.raises(BadTimestamp):
        verify(ANSWER, digest=DIGEST, trusted_roots=[])


def test_a_token_from_the_future_is_refused() -> None:
    verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT], at=AT - timedelta(seconds=30))
    with pytest.raises(BadTimestamp, match="future"):
        verify(ANSWER, digest=DIGEST, trusted_roots=[ROOT], at=AT - timedelta(seconds=90))


def test_a_token_dated_after_the_certificates_end_is_refused() -> None:
    late = _answer(ask(DIGEST), at=START + timedelta(days=31))

    with pytest.raises(BadTimestamp):
        verify(late, digest=DIGEST, trusted_roots=[ROOT])


def test_a_token_by_a_certificate_for_signing_is_refused() -> None:
    answer = _answer(ask(DIGEST), certificate=_certificate("signing"))

    with pytest.raises(BadTimestamp):
        verify(answer, digest=DIGEST, trusted_roots=[ROOT])


def test_a_token_without_its_certificate_is_refused() -> None:
    answer = _answer(_changed(cert_req=False))

    with pytest.raises(BadTimestamp, match="carry"):
        verify(answer, digest=DIGEST, trusted_roots=[ROOT])


def test_a_token_that_names_another_certificate_is_refused() -> None:
    # Same key, name and number but another end: only the hash in the signed attribute differs.
    token = cms.ContentInfo.load(token_of(ANSWER))
    twin = _twin_certificate()
    token["content"]["certificates"] = [cms.CertificateChoices.load(twin)]
    swapped = token.dump(force=True)

    with pytest.raises(BadTimestamp, match="name its authority"):
        verify(swapped, digest=DIGEST, trusted_roots=[ROOT])


def _twin_certificate(subject: x509.Name | None = None) -> bytes:
    original = x509.load_der_x509_certificate(CERTIFICATE)
    builder = (
        x509.CertificateBuilder()
        .subject_name(original.subject if subject is None else subject)
        .issuer_name(original.issuer)
        .public_key(original.public_key())
        .serial_number(original.serial_number)
        .not_valid_before(original.not_valid_before_utc)
        .not_valid_after(original.not_valid_after_utc + timedelta(days=1))
    )
    for extension in original.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(CA_KEY.private, hashes.SHA256()).public_bytes(Encoding.DER)


def _signed_again(attributes: list[cms.CMSAttribute]) -> bytes:
    """The token with other signed attributes, properly signed."""
    token = cms.ContentInfo.load(token_of(ANSWER))
    signer = token["content"]["signer_infos"][0]
    kept = [each for each in signer["signed_attrs"] if each["type"].native in KEPT_ATTRIBUTES]
    replaced = cms.CMSAttributes([*kept, *attributes])
    signer["signed_attrs"] = replaced
    signer["signature"] = KEY.sign_raw(replaced.dump())
    dumped: bytes = token.dump(force=True)
    return dumped


KEPT_ATTRIBUTES = {"content_type", "message_digest"}


def _naming(kind: str, named: object) -> cms.CMSAttribute:
    values = {
        "signing_certificate": tsp.SigningCertificate,
        "signing_certificate_v2": tsp.SigningCertificateV2,
    }
    return cms.CMSAttribute({"type": kind, "values": [values[kind]({"certs": [named]})]})


def test_the_older_attribute_with_sha1_names_the_certificate_too() -> None:
    named = tsp.ESSCertID({"cert_hash": hashlib.sha1(CERTIFICATE).digest()})

    token = _signed_again([_naming("signing_certificate", named)])

    assert verify(token, digest=DIGEST, trusted_roots=[ROOT]).serial == 7


@pytest.mark.parametrize(
    "named",
    [
        tsp.ESSCertIDv2({"cert_hash": bytes(32)}),
        tsp.ESSCertIDv2({"hash_algorithm": {"algorithm": "1.2.3.4"}, "cert_hash": bytes(32)}),
    ],
)
def test_a_token_that_names_its_certificate_wrongly_is_refused(named: tsp.ESSCertIDv2) -> None:
    token = _signed_again([_naming("signing_certificate_v2", named)])

    with pytest.raises(BadTimestamp):
        verify(token, digest=DIGEST, trusted_roots=[ROOT])


def test_a_token_that_names_no_certificate_is_refused() -> None:
    with pytest.raises(BadTimestamp, match="name its authority"):
        verify(_signed_again([]), digest=DIGEST, trusted_roots=[ROOT])


def test_a_signer_named_by_its_key_alone_is_refused() -> None:
    token = cms.ContentInfo.load(token_of(ANSWER))
    signer = token["content"]["signer_infos"][0]
    signer["sid"] = cms.SignerIdentifier({"subject_key_identifier": b"x"})

    with pytest.raises(BadTimestamp):
        verify(token.dump(force=True), digest=DIGEST, trusted_roots=[ROOT])


def test_an_authority_with_an_ambiguous_name_is_refused() -> None:
    twice = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in ("甲", "乙")])
    answer = _answer(ask(DIGEST), certificate=_twin_certificate(twice))

    with pytest.raises(BadTimestamp, match="not trusted"):
        verify(answer, digest=DIGEST, trusted_roots=[ROOT])


@pytest.mark.parametrize("position", [30, 60, 100, 150, 300, 500, 700, 900, -40, -5])
def test_an_altered_answer_is_refused(position: int) -> None:
    altered = bytearray(ANSWER)
    altered[position] ^= 1

    with pytest.raises(BadTimestamp):
        verify(bytes(altered), digest=DIGEST, trusted_roots=[ROOT])


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"\x30\x00", ANSWER[:-1], ANSWER + b"x", CERTIFICATE, b"\x30" * 70_000]
)
def test_junk_is_refused(junk: bytes) -> None:
    with pytest.raises(BadTimestamp):
        verify(junk, digest=DIGEST, trusted_roots=[ROOT])


def test_signed_data_of_another_kind_is_refused() -> None:
    token = cms.ContentInfo.load(token_of(ANSWER))
    token["content"]["encap_content_info"]["content_type"] = "data"

    with pytest.raises(BadTimestamp, match="not a time-stamp token"):
        verify(token.dump(force=True), digest=DIGEST, trusted_roots=[ROOT])


def test_a_token_over_another_hash_does_not_pass_for_sha256() -> None:
    answer = _answer(_changed(message_imprint=_imprint("sha512", bytes(64))))

    with pytest.raises(BadTimestamp, match="SHA-256"):
        verify(answer, digest=DIGEST, trusted_roots=[ROOT])


def test_an_accepted_policy_may_be_asked_for() -> None:
    verify(_answer(_changed(req_policy=POLICY)), digest=DIGEST, trusted_roots=[ROOT])


@pytest.mark.parametrize(
    ("request_der", "reason"),
    [
        (b"", "bad_data_format"),
        (b"junk", "bad_data_format"),
        (ask(DIGEST)[:-1], "bad_data_format"),
        (ask(DIGEST) + b"x", "bad_data_format"),
        (b"\x30" * 70_000, "bad_data_format"),
        (_changed(message_imprint=_imprint("sha256", bytes(31))), "bad_data_format"),
        (_changed(message_imprint=_imprint("sha1", bytes(20))), "bad_alg"),
        (_changed(message_imprint=_imprint("md5", bytes(16))), "bad_alg"),
        (_changed(req_policy="1.2.3.4.2"), "unaccepted_policy"),
        (
            _changed(
                extensions=[
                    tsp.Extension({"extn_id": "1.2.3", "critical": True, "extn_value": b"x"})
                ]
            ),
            "unaccepted_extensions",
        ),
    ],
)
def test_a_request_that_cannot_be_answered_is_rejected_with_its_reason(
    request_der: bytes, reason: str
) -> None:
    answer = _answer(request_der)

    with pytest.raises(BadTimestamp, match="rejection"):
        verify(answer, digest=DIGEST, trusted_roots=[ROOT])
    assert _reason(answer) == reason


def _reason(answer: bytes) -> str:
    status = tsp.PKIStatusInfo.load(answer[2:])
    assert status["status"].native == "rejection"
    (reason,) = status["fail_info"].native
    return str(reason)


def test_the_members_of_the_certificate_set_are_sorted() -> None:
    answer = respond(
        ask(DIGEST),
        certificate_der=CERTIFICATE,
        key=KEY,
        at=AT,
        serial=7,
        policy_oid=POLICY,
        chain=[ROOT],
    )
    token = cms.ContentInfo.load(token_of(answer))

    members = [choice.dump() for choice in token["content"]["certificates"]]

    assert members == sorted(members)
    verify(answer, digest=DIGEST, trusted_roots=[ROOT])


def test_the_token_uses_sha256_throughout() -> None:
    signed = cms.ContentInfo.load(token_of(ANSWER))["content"]

    assert signed["digest_algorithms"].native == [{"algorithm": "sha256", "parameters": None}]
    assert signed["signer_infos"][0]["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
