"""Time stamps between our authority and OpenSSL: each reads what the other writes."""

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import SigningKey
from crypto.timestamp import make_request as ask
from crypto.timestamp import respond

AT = datetime(2026, 11, 23, 1, 30, 5, 999_999, tzinfo=UTC)
START = AT - timedelta(days=1)
DIGEST = hashlib.sha256(b"bid").digest()
CA_KEY = SigningKey(ec.derive_private_key(1001, ec.SECP256R1()))
KEY = SigningKey(ec.derive_private_key(1003, ec.SECP256R1()))
ROOT = make_authority("示范根证书", key=CA_KEY, at=START, years=10)
CERTIFICATE = issue(
    ROOT,
    CA_KEY,
    make_request(KEY, common_name="", organization="", uscc=""),
    at=START,
    days=30,
    subject=CertificateSubject("示范时间戳服务", "示范交易中心"),
    usage="timestamping",
)


def _answer(request: bytes) -> bytes:
    return respond(
        request, certificate_der=CERTIFICATE, key=KEY, at=AT, serial=7, policy_oid="1.2.3.4.1"
    )


@pytest.mark.needs("openssl")
def test_openssl_verifies_the_answer(tmp_path: Path) -> None:
    root = x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root)
    (tmp_path / "answer").write_bytes(_answer(ask(DIGEST, 12345)))
    command = ["openssl", "ts", "-verify", "-digest", DIGEST.hex(), "-in", "answer"]
    command += ["-CAfile", "root.pem", "-attime", str(int(AT.timestamp()))]

    found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=30)

    assert b"Verification: OK" in found.stdout


@pytest.mark.needs("openssl")
def test_a_request_by_openssl_is_answered_and_verified(tmp_path: Path) -> None:
    root = x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root)
    query = ["openssl", "ts", "-query", "-digest", DIGEST.hex(), "-sha256", "-cert", "-out", "q"]
    subprocess.run(query, cwd=tmp_path, capture_output=True, check=True, timeout=30)
    (tmp_path / "answer").write_bytes(_answer((tmp_path / "q").read_bytes()))
    command = ["openssl", "ts", "-verify", "-queryfile", "q", "-in", "answer"]
    command += ["-CAfile", "root.pem", "-attime", str(int(AT.timestamp()))]

    found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=30)

    assert b"Verification: OK" in found.stdout
