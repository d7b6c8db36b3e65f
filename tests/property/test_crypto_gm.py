"""Readers of SM2 formats take any bytes and say no in one way only."""

import contextlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crypto.certificates import CertificateSubject
from crypto.errors import BadCertificate, BadHeader, BadKey, BadSignature
from crypto.gm_certificates import issue, verify_chain
from crypto.gm_cms import sign_detached, verify_detached
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import Ciphertext, Sm2Key, encrypt, verify
from crypto.gm_suite import NationalSuite
from crypto.opening_keys import Sm2SoftwareKey
from crypto.seal_header import SealPolicy, derive_header, read_sealed_header

AT = datetime(2026, 11, 23, tzinfo=UTC)
GM = NationalSuite()
SECRETS = [reduced_scalar(bytes([number]) * 48) for number in range(1, 4)]
KEYS = [Sm2Key(secret) for secret in SECRETS]
OPENING_KEY = Sm2SoftwareKey(SECRETS[0])
WRAPPED = encrypt(KEYS[0].public, bytes(48), ephemeral=SECRETS[1])
CERTIFICATE = issue(
    KEYS[0].public_der, CertificateSubject("示范"), authority=(KEYS[0], None), at=AT, days=9
)
CONTENT = b'{"premium_fen":500000}'
MESSAGE = sign_detached(KEYS[0], CERTIFICATE, CONTENT)
SIGNATURE = KEYS[0].sign(CONTENT)
POLICY = SealPolicy(bytes(32), 2, (KEYS[0].public, KEYS[1].public), KEYS[2].public)
HEADER = derive_header(bytes(16), POLICY)


@st.composite
def _damaged(draw: st.DrawFn, honest: bytes) -> bytes:
    """Honest bytes with a stretch replaced, taken out or repeated; never the honest bytes."""
    start = draw(st.integers(0, len(honest)))
    end = draw(st.integers(start, min(len(honest), start + 40)))
    middle = draw(st.one_of(st.binary(max_size=40), st.just(honest[start:end] * 2)))
    data = honest[:start] + middle + honest[end:]
    return data if data != honest else data + b"\0"


@given(st.one_of(st.binary(max_size=300), _damaged(WRAPPED)))
def test_a_ciphertext_that_is_read_writes_the_same_and_does_not_unwrap(data: bytes) -> None:
    with contextlib.suppress(BadKey):
        assert Ciphertext.from_der(data).to_der() == data
    assert GM.unwrap(data, OPENING_KEY, context=bytes(32), position=b"") is None


@given(st.one_of(st.binary(max_size=100), _damaged(SIGNATURE)))
def test_a_damaged_signature_never_verifies(data: bytes) -> None:
    try:
        verify(KEYS[0].public_der, CONTENT, data)
    except BadSignature:
        return
    raise AssertionError(data.hex())


@given(st.one_of(st.binary(max_size=500), _damaged(CERTIFICATE)))
def test_a_damaged_certificate_is_never_trusted(data: bytes) -> None:
    try:
        verify_chain(data, [CERTIFICATE], trusted_roots=[CERTIFICATE], at=AT)
    except BadCertificate:
        return
    raise AssertionError(data.hex())


@given(st.one_of(st.binary(max_size=500), _damaged(MESSAGE)))
def test_a_damaged_message_verifies_for_the_same_key_or_not_at_all(data: bytes) -> None:
    # What the signature does not cover, such as the version, may differ.
    with contextlib.suppress(BadSignature):
        signer = verify_detached(data, CONTENT)
        assert KEYS[0].public_der in signer.certificate


@given(st.one_of(st.binary(max_size=500), _damaged(HEADER)))
def test_a_header_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadHeader):
        read_sealed_header(data)
