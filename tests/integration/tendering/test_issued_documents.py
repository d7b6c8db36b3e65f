"""Documents signed in turn on a real database: order, certificates, races, digests."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crypto.pdf_signatures import verify_pdf
from tendering.actions.certificates import revoke_certificate
from tendering.actions.issued_documents import Address, find, list_visible, read_pdf
from tendering.actions.opening_records import issue_opening_record
from tendering.actions.signatures import find_preparation, waive_signature
from tendering.domain.issuing import TURN, DocumentKind, IssuedDocument
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.parties import Session
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.signatures import (
    DocumentChanged,
    NotASignatory,
    SignatureRefused,
    SignaturesMissing,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import certificates, journal, openings, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.opened import NOW, PUBLISHED, OpenedLot, Party, certified, revealed_lot
from tests.support.signing import complete, prepare, sign

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("issued") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def lot(pool: Pool, keys: PlatformKeys) -> OpenedLot:
    """A lot whose prices were read out; the record is not made."""
    return await revealed_lot(pool, keys)


def record_of(lot: OpenedLot) -> Address:
    return Address(lot.id, DocumentKind.OPENING_RECORD, "1")


async def issued(pool: Pool, lot: OpenedLot) -> Address:
    await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW)
    return record_of(lot)


def signers(lot: OpenedLot) -> list[Party]:
    """Everybody, in the order in which they sign: key holders 1 and 3 helped with one bid."""
    return [lot.host, *lot.bidders, lot.holders[0], lot.holders[2], lot.supervisor]


async def read(pool: Pool, address: Address) -> tuple[IssuedDocument, bytes]:
    async with reading(pool) as connection:
        document = await find(connection, address, None)
        return document, await read_pdf(connection, document)


async def entries(pool: Pool, lot: OpenedLot, stream: Stream = Stream.PUBLIC) -> list[Entry]:
    async with reading(pool) as connection:
        return await journal.after(connection, lot.id, stream, 0)


async def test_all_sign_in_turn_and_then_the_bids_are_open(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    for number, one in enumerate(signers(lot)):
        await sign(pool, keys, address, one, at=NOW + number * SECOND)

    document, pdf = await read(pool, address)
    signed = verify_pdf(pdf, trusted_roots=keys.trusted_roots(), at=None)
    async with reading(pool) as connection:
        tender = await tenders.get(connection, lot.id)
        opening = await openings.get(connection, lot.id, "1")
    assert [one.uscc for one in signed] == [one.actor.uscc for one in signers(lot)]
    assert document.completed_at == NOW + 6 * SECOND
    assert tender.status is TenderStatus.OPENED
    assert opening.phase is OpeningPhase.RECORDED


async def test_every_digest_in_the_journal_is_that_of_the_bytes(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    seen = [hashlib.sha256((await read(pool, address))[1]).hexdigest()]
    for one in signers(lot):
        await sign(pool, keys, address, one, at=NOW)
        seen.append(hashlib.sha256((await read(pool, address))[1]).hexdigest())

    told = [entry for entry in await entries(pool, lot) if "digest" in entry.body]

    signed = [entry.body["digest"] for entry in told if entry.kind != "document.completed"]
    assert signed == [*seen, seen[-1]]
    assert [entry.kind for entry in told[-3:]] == [
        "document.signed",
        "document.completed",
        "opening.recorded",
    ]


async def test_making_the_record_again_gives_the_same_one(pool: Pool, lot: OpenedLot) -> None:
    first = await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW)
    again = await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW + SECOND)

    assert again == first


async def test_only_the_host_makes_the_record(pool: Pool, lot: OpenedLot) -> None:
    with pytest.raises(Forbidden):
        await issue_opening_record(pool, lot.id, "1", by=lot.bidders[0].actor, at=NOW)


async def test_there_is_no_record_before_the_reading_out(pool: Pool, lot: OpenedLot) -> None:
    async with transaction(pool) as connection:
        await openings.set_phase(connection, lot.id, "1", OpeningPhase.UNLOCK, at=NOW)

    with pytest.raises(WrongPhase):
        await issue_opening_record(pool, lot.id, "1", by=lot.host.actor, at=NOW)


async def test_signing_out_of_turn_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    with pytest.raises(NotASignatory) as refused:
        await prepare(pool, keys, address, lot.bidders[1], at=NOW)

    assert refused.value.parameters == {"why": "not-your-turn", "turn": 1}


async def test_who_is_no_signatory_does_not_sign(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    with pytest.raises(NotASignatory) as refused:
        await prepare(pool, keys, address, lot.holders[1], at=NOW)

    assert refused.value.parameters["why"] == "no-signatory"


async def test_anothers_certificate_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    with pytest.raises(SignatureRefused):
        await prepare(pool, keys, address, lot.host, at=NOW, certificate=lot.supervisor.certificate)


async def test_an_expired_certificate_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    with pytest.raises(SignatureRefused):
        await prepare(pool, keys, address, lot.host, at=NOW + timedelta(days=800))


async def test_a_certificate_that_was_revoked_after_preparing_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    preparation = await prepare(pool, keys, address, lot.host, at=NOW)
    session = Session(b"-", lot.host.actor, "-", is_administrator=True)
    async with transaction(pool) as connection:
        [known] = await certificates.list_of_organization(
            connection, lot.host.actor.organization_id
        )
        await revoke_certificate(
            connection, known.serial, reason="key_compromise", by=session, at=NOW
        )

    with pytest.raises(SignatureRefused, match="revoked"):
        await complete(pool, keys, address, preparation, lot.host, at=NOW + SECOND)


async def test_something_that_is_no_certificate_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    with pytest.raises(SignatureRefused):
        await prepare(pool, keys, address, lot.host, at=NOW, certificate=b"0\x82nonsense")


async def test_a_signature_by_another_key_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    preparation = await prepare(pool, keys, address, lot.host, at=NOW)
    foreign = lot.supervisor.sign(preparation.attributes)

    with pytest.raises(SignatureRefused):
        await complete(pool, keys, address, preparation, lot.host, at=NOW, signature=foreign)


async def test_the_same_answer_again_changes_nothing(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    preparation = await prepare(pool, keys, address, lot.host, at=NOW)
    await complete(pool, keys, address, preparation, lot.host, at=NOW)
    before = await read(pool, address)

    await complete(pool, keys, address, preparation, lot.host, at=NOW + SECOND)

    assert await read(pool, address) == before


async def test_who_has_signed_does_not_sign_again(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    await sign(pool, keys, address, lot.host, at=NOW)

    with pytest.raises(NotASignatory) as refused:
        await prepare(pool, keys, address, lot.host, at=NOW)

    assert refused.value.parameters["why"] == "signed"


async def test_after_completion_nobody_signs(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    for one in signers(lot):
        await sign(pool, keys, address, one, at=NOW)

    with pytest.raises(NotASignatory) as refused:
        await prepare(pool, keys, address, lot.supervisor, at=NOW)

    assert refused.value.parameters["why"] == "completed"


async def test_an_older_preparation_no_longer_counts(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    older = await prepare(pool, keys, address, lot.host, at=NOW)
    await prepare(pool, keys, address, lot.host, at=NOW + SECOND)

    with pytest.raises(DocumentChanged):
        await complete(pool, keys, address, older, lot.host, at=NOW + SECOND)


async def test_of_the_same_answer_twice_at_once_one_signature_is_kept(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    preparation = await prepare(pool, keys, address, lot.host, at=NOW)

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(complete(pool, keys, address, preparation, lot.host, at=NOW))

    _, pdf = await read(pool, address)
    signed = [entry for entry in await entries(pool, lot) if entry.kind == "document.signed"]
    assert len(verify_pdf(pdf, trusted_roots=keys.trusted_roots(), at=None)) == len(signed) == 1


async def test_of_two_who_sign_at_once_the_one_out_of_turn_is_refused(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)

    answers = await asyncio.gather(
        sign(pool, keys, address, lot.host, at=NOW),
        sign(pool, keys, address, lot.bidders[0], at=NOW),
        return_exceptions=True,
    )

    document, _ = await read(pool, address)
    assert answers[0] is None
    assert isinstance(answers[1], NotASignatory)
    assert [one.signed_at is not None for one in document.signatories[:2]] == [True, False]


async def test_two_colleagues_with_two_certificates_make_one_signature(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    async with transaction(pool) as connection:
        colleague = await certified(connection, keys, lot.host.actor, at=PUBLISHED)

    answers = await asyncio.gather(
        sign(pool, keys, address, lot.host, at=NOW),
        sign(pool, keys, address, colleague, at=NOW),
        return_exceptions=True,
    )

    _, pdf = await read(pool, address)
    assert sum(answer is None for answer in answers) == 1
    assert {type(one) for one in answers if one is not None} <= {DocumentChanged, NotASignatory}
    assert len(verify_pdf(pdf, trusted_roots=keys.trusted_roots(), at=None)) == 1


async def test_the_prepared_file_is_for_its_signer_alone(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    preparation = await prepare(pool, keys, address, lot.host, at=NOW)

    async with reading(pool) as connection:
        own = await find_preparation(connection, address, preparation.id, by=lot.host.actor)
        with pytest.raises(NotFound):
            await find_preparation(connection, address, preparation.id, by=lot.supervisor.actor)

    assert own == preparation


async def test_a_bidder_who_does_not_sign_is_not_waited_for_without_end(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot
) -> None:
    address = await issued(pool, lot)
    await sign(pool, keys, address, lot.host, at=NOW)
    host = lot.host.actor

    async with transaction(pool) as connection:
        await waive_signature(
            connection, address, place=2, reason="未在规定时间内签署", by=host, at=NOW + TURN
        )
    await sign(pool, keys, address, lot.bidders[1], at=NOW + TURN)

    document, _ = await read(pool, address)
    waived = [one.kind for one in await entries(pool, lot)].count("document.signature_waived")
    assert document.signatories[1].waived_because == "未在规定时间内签署"
    assert document.signatories[1].signed_at is None
    assert waived == 1


@pytest.mark.parametrize("early", [SECOND, TURN])
async def test_a_signature_is_waited_for_half_an_hour(
    pool: Pool, keys: PlatformKeys, lot: OpenedLot, early: timedelta
) -> None:
    address = await issued(pool, lot)
    await sign(pool, keys, address, lot.host, at=NOW)

    with pytest.raises(SignaturesMissing):
        async with transaction(pool) as connection:
            await waive_signature(
                connection,
                address,
                place=2,
                reason="未签署",
                by=lot.host.actor,
                at=NOW + TURN - early,
            )


async def test_the_host_itself_is_always_waited_for(pool: Pool, lot: OpenedLot) -> None:
    address = await issued(pool, lot)

    with pytest.raises(SignaturesMissing):
        async with transaction(pool) as connection:
            await waive_signature(
                connection, address, place=1, reason="忘记", by=lot.host.actor, at=NOW + 2 * TURN
            )


async def test_everybody_may_read_an_opening_record(pool: Pool, lot: OpenedLot) -> None:
    await issued(pool, lot)

    async with reading(pool) as connection:
        found = await list_visible(connection, lot.id, None)
        without_lot = await find(connection, replace(record_of(lot), lot=""), None)

    assert found == [without_lot]
    assert without_lot.number == "KB-2026-0001-KBJL-1"
