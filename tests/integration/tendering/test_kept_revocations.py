"""Issued documents keep revocation lists; what an outside authority revoked signs no more."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crypto.certificates import (
    CertificateSubject,
    facts,
    issue,
    make_authority,
    make_crl,
    make_request,
)
from crypto.keys import generate_signing_key
from crypto.pdf_revocations import lists_in
from crypto.pdf_signatures import verify_signatures
from crypto.pdf_syntax import revisions
from tendering.actions.certificates import revocation_list, revoke_certificate
from tendering.actions.issued_documents import Address, find, read_pdf
from tendering.actions.opening_records import issue_opening_record
from tendering.domain.issuing import DocumentKind
from tendering.domain.parties import Session
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.keys import PlatformKeys, load_keys
from tendering.storage.connection import Pool, reading, transaction
from tests.support.opened import NOW, PUBLISHED, OpenedLot, revealed_lot
from tests.support.signing import complete, prepare, sign


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("kept") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys) -> OpenedLot:
    """A lot whose prices were read out; its record waits for signatures."""
    lot = await revealed_lot(pool, keys)
    await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW)
    return lot


def record_of(lot: OpenedLot) -> Address:
    return Address(lot.id, DocumentKind.OPENING_RECORD, "1")


async def pdf_of(pool: Pool, lot: OpenedLot) -> bytes:
    async with reading(pool) as connection:
        return await read_pdf(connection, await find(connection, record_of(lot), None))


async def test_a_signature_keeps_what_tells_that_nobody_was_revoked(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = record_of(lot)
    for one in [lot.host, lot.bidders[0]]:
        await sign(pool, keys, address, one, at=NOW)

    pdf = await pdf_of(pool, lot)
    found = verify_signatures(pdf, trusted_roots=keys.trusted_roots(), at=None)

    assert [one.long_term for one in found] == [True, True]


async def test_a_signature_from_before_the_revocation_still_holds(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = record_of(lot)
    await sign(pool, keys, address, lot.host, at=NOW)
    session = Session(b"-", lot.host.actor, "-", is_administrator=True)
    later = NOW + timedelta(days=1)
    async with transaction(pool) as connection:
        serial = f"{facts(lot.host.certificate).serial:x}"
        await revoke_certificate(connection, serial, reason="superseded", by=session, at=later)
        current = await revocation_list(connection, keys, at=later)

    pdf = await pdf_of(pool, lot)
    roots = keys.trusted_roots()
    [found] = verify_signatures(pdf, trusted_roots=roots, at=None, revocation_lists=[current])

    assert found.long_term


async def test_what_an_outside_authority_revoked_signs_no_more(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot, tmp_path: Path
) -> None:
    key = generate_signing_key()
    root = make_authority("示范外部CA", key=key, at=PUBLISHED, years=3)
    csr = make_request(lot.host.key, common_name="-", organization="-", uscc="-")
    subject = CertificateSubject("示范", "示范", lot.host.actor.uscc)
    certificate = issue(root, key, csr, at=PUBLISHED, days=700, subject=subject)
    trusting = replace(keys, trusted_outside=(root,), trust_folder=tmp_path)
    address = record_of(lot)

    def publish(*revoked: tuple[int, datetime]) -> None:
        crl = make_crl(root, key, revoked, at=NOW, days=7, number=1)
        (tmp_path / "outside.crl").write_bytes(crl)

    publish()
    (tmp_path / "broken.crl").write_bytes(b"half a lis")
    preparation = await prepare(pool, trusting, address, lot.host, at=NOW, certificate=certificate)
    assert len(lists_in(preparation.pdf, revisions(preparation.pdf))) == 2

    publish((facts(certificate).serial, NOW))
    with pytest.raises(SignatureRefused, match="revoked"):
        await complete(pool, trusting, address, preparation, lot.host, at=NOW)
    with pytest.raises(SignatureRefused, match="revoked"):
        await prepare(pool, trusting, address, lot.host, at=NOW, certificate=certificate)
