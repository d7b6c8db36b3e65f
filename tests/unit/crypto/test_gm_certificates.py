"""Certificates with SM2 keys: chains that hold, chains that do not, and signed messages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1

from crypto import certificates, gm_cms
from crypto.certificates import CertificateSubject
from crypto.errors import BadCertificate, BadKey, BadSignature
from crypto.gm_certificates import facts, issue, verify_chain
from crypto.gm_cms import sign_detached, verify_detached
from crypto.gm_sm2 import Sm2Key, generate_sm2_key
from crypto.keys import generate_signing_key

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(days=30)
CONTENT = b'{"premium_fen":500000}'
SUBJECT = CertificateSubject("示范担保", "示范担保有限公司", "91110000MA00000001")


def _certified(
    key: Sm2Key, authority: tuple[Sm2Key, bytes | None], name: str = "", days: int = 365
) -> bytes:
    subject = CertificateSubject(name, name) if name else SUBJECT
    return issue(
        key.public_der, subject, authority=authority, at=AT, days=days, is_authority=bool(name)
    )


ROOT_KEY, MIDDLE_KEY, KEY, OTHER_KEY = (generate_sm2_key() for _ in range(4))
ROOT = _certified(ROOT_KEY, (ROOT_KEY, None), "示范根")
MIDDLE = _certified(MIDDLE_KEY, (ROOT_KEY, ROOT), "示范中级")
LEAF = _certified(KEY, (MIDDLE_KEY, MIDDLE))
FORGED = _certified(KEY, (OTHER_KEY, MIDDLE))
INTERNATIONAL = certificates.make_authority(
    "示范国际根", key=generate_signing_key(), at=AT, years=1
)


def test_a_certificate_leads_to_its_root() -> None:
    signer = verify_chain(LEAF, [MIDDLE], trusted_roots=[INTERNATIONAL, ROOT], at=LATER)

    assert signer == facts(LEAF)
    assert (signer.organization, signer.uscc) == (SUBJECT.organization, SUBJECT.uscc)
    assert signer.public_der == KEY.public_der
    assert (signer.not_before, signer.not_after) == (AT, AT + timedelta(days=365))


def test_a_certificate_that_is_trusted_itself_needs_no_chain() -> None:
    alone = _certified(KEY, (KEY, None))

    assert verify_chain(alone, [], trusted_roots=[alone], at=LATER).public_der == KEY.public_der


@pytest.mark.parametrize(
    ("certificate", "chain", "roots", "at"),
    [
        pytest.param(LEAF, [], [ROOT], LATER, id="without the intermediate"),
        pytest.param(LEAF, [MIDDLE], [], LATER, id="without roots"),
        pytest.param(LEAF, [MIDDLE], [INTERNATIONAL], LATER, id="another root"),
        pytest.param(FORGED, [MIDDLE], [ROOT], LATER, id="signed by another key"),
        pytest.param(LEAF, [MIDDLE], [ROOT], AT - timedelta(seconds=1), id="too early"),
        pytest.param(LEAF, [MIDDLE], [ROOT], AT + timedelta(days=366), id="expired"),
        pytest.param(MIDDLE, [], [ROOT], LATER, id="an authority's"),
        pytest.param(b"", [], [ROOT], LATER, id="empty"),
        pytest.param(LEAF[:-1], [MIDDLE], [ROOT], LATER, id="cut"),
        pytest.param(LEAF + b"\0", [MIDDLE], [ROOT], LATER, id="extended"),
        pytest.param(bytes(70_000), [MIDDLE], [ROOT], LATER, id="too long"),
        pytest.param(INTERNATIONAL, [], [INTERNATIONAL], LATER, id="not SM2"),
        pytest.param(
            _certified(KEY, (OTHER_KEY, LEAF)), [LEAF, MIDDLE], [ROOT], LATER, id="issued by a leaf"
        ),
    ],
)
def test_a_chain_that_does_not_hold_is_refused(
    certificate: bytes, chain: list[bytes], roots: list[bytes], at: datetime
) -> None:
    with pytest.raises(BadCertificate):
        verify_chain(certificate, chain, trusted_roots=roots, at=at)


def test_a_chain_has_an_end() -> None:
    keys = [generate_sm2_key() for _ in range(7)]
    chain = [ROOT]
    for number, (key, below) in enumerate(zip([ROOT_KEY, *keys], keys, strict=False)):
        chain.append(_certified(below, (key, chain[-1]), f"示范 {number}"))
    leaf = _certified(KEY, (keys[-1], chain[-1]))

    with pytest.raises(BadCertificate, match="too long"):
        verify_chain(leaf, chain[:2:-1], trusted_roots=[ROOT], at=LATER)


def test_times_have_the_form_that_their_year_asks_for() -> None:
    long_lived = asn1.Certificate.load(_certified(KEY, (ROOT_KEY, ROOT), days=30 * 365))
    validity = long_lived["tbs_certificate"]["validity"]

    assert (validity["not_before"].name, validity["not_after"].name) == ("utc_time", "general_time")


def test_only_sm2_keys_are_certified() -> None:
    with pytest.raises(BadKey):
        issue(
            generate_signing_key().public_der,
            SUBJECT,
            authority=(ROOT_KEY, ROOT),
            at=AT,
            days=1,
        )
    with pytest.raises(BadCertificate):
        _certified(KEY, (ROOT_KEY, b"nonsense"))


def test_a_certificate_signed_by_sm2_for_another_key_is_refused() -> None:
    changed = asn1.Certificate.load(LEAF)
    inner = changed["tbs_certificate"]
    other = asn1.Certificate.load(INTERNATIONAL)["tbs_certificate"]["subject_public_key_info"]
    inner["subject_public_key_info"] = other.copy()

    with pytest.raises(BadCertificate, match="not an SM2 key"):
        facts(changed.dump(force=True))


def test_a_message_says_who_signed_the_content() -> None:
    message = sign_detached(KEY, LEAF, CONTENT, chain=[LEAF, MIDDLE])

    signer = verify_detached(message, CONTENT)

    assert signer == gm_cms.Signer(LEAF, (MIDDLE,))
    assert CONTENT not in message


def test_a_message_without_signed_attributes_is_read() -> None:
    signer = verify_detached(_changed(lambda body: _unattributed(body, CONTENT)), CONTENT)

    assert signer.certificate == LEAF


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: _unattributed(body, b"else"), id="other content"),
        pytest.param(lambda body: body["signer_infos"].append(_signer(body)), id="two signers"),
        pytest.param(lambda body: _set(_signer(body), "digest_algorithm", "sha256"), id="digest"),
        pytest.param(
            lambda body: _set(_signer(body), "signature_algorithm", "sha256_ecdsa"), id="algorithm"
        ),
        pytest.param(
            lambda body: body["encap_content_info"].__setitem__("content_type", "data"), id="type"
        ),
        pytest.param(
            lambda body: body.__setitem__(
                "encap_content_info",
                cms.ContentInfo({"content_type": "data", "content": b"in"}),
            ),
            id="attached",
        ),
        pytest.param(
            lambda body: body.__setitem__("certificates", [asn1.Certificate.load(MIDDLE)]),
            id="certificate missing",
        ),
        pytest.param(
            lambda body: body.__setitem__("certificates", [asn1.Certificate.load(LEAF)] * 2),
            id="certificate twice",
        ),
        pytest.param(
            lambda body: _signer(body).__setitem__(
                "sid", cms.SignerIdentifier(name="subject_key_identifier", value=b"1")
            ),
            id="named otherwise",
        ),
        pytest.param(
            lambda body: _signer(body)["signed_attrs"].append(_digest()), id="two digests"
        ),
        pytest.param(
            lambda body: _signer(body)["signed_attrs"][0].__setitem__("values", ["data"]),
            id="attribute of another type",
        ),
    ],
)
def test_a_message_of_another_shape_is_refused(
    change: Callable[[cms.SignedData], object],
) -> None:
    with pytest.raises(BadSignature):
        verify_detached(_changed(change), CONTENT)


@pytest.mark.parametrize(
    "message",
    [b"", b"\x30\x00", bytes(300_000), LEAF, sign_detached(KEY, LEAF, CONTENT)[:-1]],
    ids=["empty", "nothing", "too long", "a certificate", "cut"],
)
def test_what_is_not_a_message_is_refused(message: bytes) -> None:
    with pytest.raises(BadSignature):
        verify_detached(message, CONTENT)


def test_a_message_over_another_content_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify_detached(sign_detached(KEY, LEAF, CONTENT), CONTENT + b" ")


def test_a_message_of_another_content_type_is_refused() -> None:
    message = gm_cms._ContentInfo.load(sign_detached(KEY, LEAF, CONTENT))
    message["content_type"] = gm_cms.DATA

    with pytest.raises(BadSignature, match="not SignedData"):
        verify_detached(message.dump(force=True), CONTENT)


def test_nobody_signs_under_anothers_certificate() -> None:
    with pytest.raises(BadCertificate):
        sign_detached(OTHER_KEY, LEAF, CONTENT)


def _changed(change: Callable[[cms.SignedData], object]) -> bytes:
    message = gm_cms._ContentInfo.load(sign_detached(KEY, LEAF, CONTENT))
    change(message["content"])
    encoded: bytes = message.dump(force=True)
    return encoded


def _signer(body: cms.SignedData) -> cms.SignerInfo:
    return body["signer_infos"][0]


def _set(signer: cms.SignerInfo, field: str, algorithm: str) -> None:
    signer[field] = {"algorithm": algorithm}


def _digest() -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": "message_digest", "values": [bytes(32)]})


def _unattributed(body: cms.SignedData, content: bytes) -> None:
    _signer(body)["signed_attrs"] = None
    _signer(body)["signature"] = KEY.sign(content)
