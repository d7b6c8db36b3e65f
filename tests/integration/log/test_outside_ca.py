"""The key holders' own authority: one certificate, for one key, to who has the secret."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from clients.authority_files import from_pem
from crypto.certificates import make_request, verify_chain
from crypto.errors import BadCertificate
from crypto.keys import SigningKey, generate_signing_key
from crypto.pdf_revocations import is_covered
from tests.support.programs import Program, running

SECRET = "示范-enrollment-secret"
HOLDER = {
    "organization": "示范市公证处",
    "uscc": "12510100MB00000001",
    "secret_sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
}


def arguments(folder: Path) -> list[str]:
    """The command line."""
    (folder / "holders.json").write_text(json.dumps([HOLDER]))
    return [
        *("--key-folder", str(folder / "ca")),
        *("--name", "示范外部CA"),
        *("--holders", str(folder / "holders.json")),
    ]


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Program]:
    """The authority as a process."""
    async with running("clients.outside_ca", *arguments(tmp_path)) as program:
        yield program


async def enroll(
    program: Program, session: aiohttp.ClientSession, key: SigningKey, secret: str = SECRET
) -> tuple[int, dict[str, Any]]:
    """Ask for a certificate under a name of our own choosing."""
    request = make_request(key, common_name="别的名字", organization="别的名字", uscc="")
    body = {"request": base64.b64encode(request).decode(), "secret": secret}
    async with session.post(f"{program.url}/certificates", json=body) as response:
        return response.status, await response.json() if response.status == 200 else {}


async def test_a_holder_gets_a_certificate_in_its_enrolled_name(
    outside: Program, session: aiohttp.ClientSession
) -> None:
    status, answer = await enroll(outside, session, generate_signing_key())
    async with session.get(f"{outside.url}/root") as response:
        root = from_pem(await response.read())

    told = verify_chain(
        base64.b64decode(answer["certificate"]), [], trusted_roots=[root], at=datetime.now(UTC)
    )
    assert status == 200
    assert (told.organization, told.uscc) == (HOLDER["organization"], HOLDER["uscc"])
    assert base64.b64decode(outside.facts["root"]) == root


async def test_without_the_secret_there_is_no_certificate(
    outside: Program, session: aiohttp.ClientSession
) -> None:
    status, _ = await enroll(outside, session, generate_signing_key(), "another secret")

    assert status == 403


async def test_a_second_key_of_a_holder_is_not_certified_even_after_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    key = generate_signing_key()
    async with running("clients.outside_ca", *arguments(tmp_path)) as first:
        _, once = await enroll(first, session, key)
    async with running("clients.outside_ca", *arguments(tmp_path)) as again:
        _, same = await enroll(again, session, key)
        status, _ = await enroll(again, session, generate_signing_key())

    assert same == once
    assert status == 403


async def test_nonsense_is_refused(outside: Program, session: aiohttp.ClientSession) -> None:
    for body, status in (
        (b"{}", 400),
        (b"[]", 400),
        (json.dumps({"request": "AAAA", "secret": SECRET}).encode(), 422),
    ):
        async with session.post(f"{outside.url}/certificates", data=body) as response:
            assert response.status == status


async def test_a_holder_revokes_its_certificate_and_the_list_says_so(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    key = generate_signing_key()
    async with running("clients.outside_ca", *arguments(tmp_path)) as first:
        _, answer = await enroll(first, session, key)
        certificate = base64.b64decode(answer["certificate"])
        async with session.get(f"{first.url}/crl") as response:
            before = await response.read()
        async with session.post(f"{first.url}/revocations", json={"secret": SECRET}) as response:
            revoked = response.status
        async with session.post(f"{first.url}/revocations", json={"secret": "x"}) as response:
            stranger = response.status
    async with running("clients.outside_ca", *arguments(tmp_path)) as again:
        async with session.get(f"{again.url}/crl") as response:
            after = await response.read()
        async with session.get(f"{again.url}/root") as response:
            root = from_pem(await response.read())
        enrolled, _ = await enroll(again, session, key)

    at = datetime.now(UTC)
    assert (revoked, stranger, enrolled) == (204, 403, 403)
    assert is_covered(certificate, authorities=[root], lists=[before], at=at)
    with pytest.raises(BadCertificate, match="revoked"):
        is_covered(certificate, authorities=[root], lists=[after], at=at)
