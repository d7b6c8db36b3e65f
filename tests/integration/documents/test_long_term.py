"""Signatures that tell by themselves, decades later, that no certificate was revoked (B-LT)."""

import subprocess
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from crypto.certificates import facts, make_authority, make_crl
from crypto.errors import BadCertificate, BadSignature
from crypto.keys import SigningKey
from crypto.pdf_revocations import is_covered, lists_in
from crypto.pdf_signatures import verify_signatures
from crypto.pdf_syntax import revisions
from tendering.documents.signing import complete
from tests.integration.documents.signers import (
    CA_KEY,
    REVOCATIONS,
    ROOT,
    SIGNED_AT,
    Party,
    a_party,
    a_record,
    prepared,
    stamp,
)

HOST = a_party("示范主持人甲")
SUPERVISOR = a_party("示范监督人乙", 2)
DAY = timedelta(days=1)
OTHER_KEY = SigningKey(ec.derive_private_key(77, ec.SECP256R1()))
OTHER_ROOT = make_authority("别的根证书", key=OTHER_KEY, at=SIGNED_AT - DAY, years=1)


def a_list(*revoked: tuple[Party, timedelta], made: timedelta = -DAY, days: int = 30) -> bytes:
    """A list by the root: who was revoked how long after the signatures are made."""
    entries = [(facts(one.certificate).serial, SIGNED_AT + after) for one, after in revoked]
    return make_crl(ROOT, CA_KEY, entries, at=SIGNED_AT + made, days=days, number=2)


async def signed_with(lists: Sequence[bytes], *parties: Party) -> bytes:
    pdf = a_record().pdf
    for number, party in enumerate(parties or (HOST,)):
        waiting = prepared(pdf, party, field=f"seat-{number}", revocation_lists=lists)
        pdf = await complete(waiting, party.key.sign_raw(waiting.attributes), timestamper=stamp)
    return pdf


def long_term(pdf: bytes, *, besides: Sequence[bytes] = ()) -> list[bool]:
    found = verify_signatures(pdf, trusted_roots=[ROOT], at=None, revocation_lists=besides)
    return [one.long_term for one in found]


async def test_a_signature_with_a_current_list_is_long_term() -> None:
    assert long_term(await signed_with([REVOCATIONS], HOST, SUPERVISOR)) == [True, True]


async def test_lists_of_different_days_stand_side_by_side() -> None:
    pdf = a_record().pdf
    for number, party in enumerate((HOST, SUPERVISOR)):
        lists = [a_list(made=timedelta(minutes=number - 5))]
        waiting = prepared(pdf, party, field=f"seat-{number}", revocation_lists=lists)
        pdf = await complete(waiting, party.key.sign_raw(waiting.attributes), timestamper=stamp)

    assert len(lists_in(pdf, revisions(pdf))) == 2
    assert long_term(pdf) == [True, True]


async def test_without_a_list_it_holds_and_is_not_long_term() -> None:
    assert long_term(await signed_with([])) == [False]


async def test_a_list_that_had_ended_or_is_anothers_proves_nothing() -> None:
    ended = a_list(made=-3 * DAY, days=1)
    others = make_crl(OTHER_ROOT, OTHER_KEY, [], at=SIGNED_AT - DAY, days=30, number=1)
    # It names our root and is signed by somebody else.
    forged = make_crl(ROOT, OTHER_KEY, [], at=SIGNED_AT - DAY, days=30, number=1)

    assert long_term(await signed_with([ended, others, forged])) == [False]


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=1), DAY])
async def test_revoked_before_it_signed_is_refused(before: timedelta) -> None:
    revoked = a_list((HOST, -before))

    with pytest.raises(BadCertificate, match="revoked before"):
        long_term(await signed_with([revoked]))
    with pytest.raises(BadCertificate, match="revoked before"):
        long_term(await signed_with([REVOCATIONS]), besides=[revoked])


async def test_revoked_afterwards_the_old_signature_still_holds() -> None:
    later = a_list((HOST, timedelta(seconds=1)), made=DAY)
    pdf = await signed_with([REVOCATIONS])

    assert long_term(pdf, besides=[later]) == [True]


async def test_a_forged_list_revokes_nobody() -> None:
    serial = facts(HOST.certificate).serial
    forged = make_crl(ROOT, OTHER_KEY, [(serial, SIGNED_AT - DAY)], at=SIGNED_AT, days=1, number=1)

    assert long_term(await signed_with([REVOCATIONS]), besides=[forged]) == [True]


async def test_another_partys_revocation_is_not_ones_own() -> None:
    assert long_term(await signed_with([a_list((SUPERVISOR, -DAY))])) == [True]


def test_a_certificate_of_an_unknown_authority_is_not_covered() -> None:
    covered = is_covered(
        HOST.certificate, authorities=[OTHER_ROOT], lists=[REVOCATIONS], at=SIGNED_AT
    )

    assert not covered
    with pytest.raises(BadCertificate):
        is_covered(HOST.certificate, authorities=[ROOT], lists=[b"no list"], at=SIGNED_AT)


async def test_the_security_store_is_under_the_signature() -> None:
    pdf = await signed_with([REVOCATIONS])
    at = pdf.index(REVOCATIONS[:40])

    with pytest.raises(BadSignature):
        long_term(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])


@pytest.mark.needs("pdfsig")
async def test_an_independent_program_still_finds_all_valid(tmp_path: Path) -> None:
    file = tmp_path / "record.pdf"
    file.write_bytes(await signed_with([REVOCATIONS], HOST, SUPERVISOR))

    told = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this test
        ["pdfsig", "-nocert", file], capture_output=True, text=True, check=True
    )

    assert told.stdout.count("Signature is Valid.") == 2
    assert told.stdout.count("- Total document signed") == 1


def test_a_file_without_a_store_has_no_lists() -> None:
    pdf = a_record().pdf

    assert lists_in(pdf, revisions(pdf)) == ()
    assert IncrementalPdfFileWriter(BytesIO(pdf)).root.get("/DSS") is None
