"""`kaibiao keyholder` from an empty folder to an announced key, at a real platform."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clients.authority_files import to_pem
from clients.cli import main
from crypto import age_passphrase
from crypto.certificates import CertificateSubject, issue, make_authority
from crypto.keys import generate_signing_key
from tendering.domain.roles import Role
from tendering.domain.tender import KeyHolder, TenderStatus
from tendering.storage import tenders
from tendering.storage.connection import reading, transaction
from tests.support.bidding import Cable, cable, killed
from tests.support.make import a_tender
from tests.support.platform import PASSWORD, Platform, platform
from tests.support.programs import ROOT

__all__ = ["platform"]

PASSPHRASE = "示范口令 correct horse"
CERTIFY = b"POST /api/v1/certificates"
SECONDS = 40


@dataclass(frozen=True)
class Desk:
    """A key holder's clerk with a folder and the command."""

    folder: Path
    platform: Platform
    address: str

    @property
    def begin(self) -> list[str]:
        """How every command begins."""
        account = self.platform.accounts[Role.KEY_HOLDER]
        return [
            *("keyholder", "--folder", str(self.folder / "keys")),
            *("--platform", self.address, "--login", account.person.login),
            *("--password-file", str(self.folder / "password")),
            *("--passphrase-file", str(self.folder / "passphrase")),
        ]

    async def run(self, *words: str) -> Result:
        """A command, in a thread."""
        async with asyncio.timeout(SECONDS):
            return await asyncio.to_thread(CliRunner().invoke, main, [*self.begin, *words])

    async def does(self, *words: str) -> str:
        """A command that must succeed; what it said."""
        done = await self.run(*words)
        assert done.exit_code == 0, (words, done.output)
        return done.output

    async def refuses(self, *words: str) -> str:
        """A command that must fail in one sentence."""
        done = await self.run(*words)
        assert (done.exit_code, type(done.exception)) == (1, SystemExit), done
        return done.output

    async def keygen(self) -> str:
        """Make the key and the request."""
        who = self.platform.accounts[Role.KEY_HOLDER].organization
        return await self.does("keygen", "--organization", who.name, "--uscc", who.uscc)

    def certified_by(self, *, stranger: bool = False, name: str = "") -> Path:
        """What an authority gives for the request, in a file."""
        pem = (self.folder / "keys" / "certificate-request.pem").read_bytes()
        csr = x509.load_pem_x509_csr(pem).public_bytes(Encoding.DER)
        authority = self.platform.running.context.keys.authority
        key, root = authority.key, authority.certificate
        at = datetime.now(UTC) - timedelta(hours=1)
        if stranger:
            key = generate_signing_key()
            root = make_authority("示范陌生机构", key=key, at=at, years=1)
        who = self.platform.accounts[Role.KEY_HOLDER].organization
        subject = CertificateSubject(name or who.name, name or who.name, who.uscc)
        at = datetime.now(UTC)
        file = self.folder / "certificate.pem"
        file.write_bytes(to_pem(issue(root, key, csr, at=at, days=30, subject=subject)))
        return file


@pytest.fixture
def desk(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A clerk with the two secrets. What a guess costs is no question here."""
    monkeypatch.setattr(age_passphrase, "WORK_FACTOR", 2)
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    return Desk(folder, platform, platform.running.address)


async def drafted(platform: Platform) -> UUID:
    """A draft of which the platform's key holder is the second of three."""
    accounts = platform.accounts
    tender_id = uuid4()
    own = accounts[Role.KEY_HOLDER].organization
    others: Sequence[Role] = (Role.AGENCY, Role.SUPERVISOR)
    first, third = (accounts[role].organization for role in others)
    holders = tuple(
        KeyHolder(number, one.id, one.name)
        for number, one in enumerate((first, own, third), start=1)
    )
    tender = a_tender(
        id=tender_id,
        status=TenderStatus.DRAFT,
        procuring_entity_id=accounts[Role.PROCURING_ENTITY].organization.id,
        agency_id=accounts[Role.AGENCY].organization.id,
        supervisor_id=accounts[Role.SUPERVISOR].organization.id,
        key_holders=holders,
        documents=(),
        published_at=None,
    )
    async with transaction(platform.running.context.pool) as connection:
        await tenders.insert(connection, tender, at=platform.running.context.now())
    return tender_id


async def test_from_an_empty_folder_to_an_announced_key(desk: Desk) -> None:
    tender_id = await drafted(desk.platform)

    made = await desk.keygen()
    again = await desk.keygen()
    enrolled = await desk.does("enroll", "--certificate", str(desk.certified_by()))
    listed = await desk.does("list")
    announced = await desk.does("announce", str(tender_id))
    log = await desk.does("log")

    async with reading(desk.platform.running.context.pool) as connection:
        stored = await tenders.get(connection, tender_id)
    keys = desk.folder / "keys"
    assert made == again
    assert "certified:" in enrolled
    assert "the platform's own authority" in enrolled
    assert f"{tender_id}  draft        key MISSING" in listed
    assert "announced as key holder 2" in announced
    assert stored.key_holders[1].public_key is not None
    assert "announce key" in log
    assert not [file.name for file in keys.glob("*.txt")], "the key lies there in the clear"
    assert {file.stat().st_mode & 0o077 for file in keys.iterdir()} == {0}


async def test_what_is_wrong_is_said_in_one_sentence(desk: Desk) -> None:
    who = desk.platform.accounts[Role.KEY_HOLDER].organization

    assert "no unified social credit code" in await desk.refuses(
        "keygen", "--organization", who.name, "--uscc", "91510100MA0000000X"
    )
    assert "no certificate yet" in await desk.refuses("list")
    await desk.keygen()
    stranger = str(desk.certified_by(stranger=True))
    assert "bidders believe certificates of" in await desk.refuses(
        "enroll", "--certificate", stranger
    )
    other = str(desk.certified_by(name="示范别的单位"))
    assert "the certificate is of 示范别的单位" in await desk.refuses(
        "enroll", "--certificate", other
    )
    assert "holds no certificate" in await desk.refuses(
        "enroll", "--certificate", str(desk.folder / "password")
    )
    assert "no certificate yet" in await desk.refuses("announce", str(uuid4()))
    assert (await desk.run("enroll")).exit_code == 2


async def test_a_wrong_passphrase_is_told(desk: Desk) -> None:
    await desk.keygen()
    await desk.does("enroll", "--from-platform")
    (desk.folder / "passphrase").write_text("another one altogether\n")

    assert "passphrase" in await desk.refuses("list")


async def test_an_enrollment_whose_answer_is_lost_finds_its_certificate(desk: Desk) -> None:
    async with cable(desk.address) as line:
        through = replace(desk, address=line.address)
        await through.keygen()
        line.lose_answer_to = CERTIFY

        enrolled = await through.does("enroll", "--from-platform")

        assert line.happened.is_set()
        assert "certified:" in enrolled


async def test_an_enrollment_that_is_killed_before_its_answer_goes_through_the_next_time(
    desk: Desk,
) -> None:
    async with cable(desk.address) as line:
        await desk.keygen()
        await _killed_at(line, replace(desk, address=line.address))
        left = (desk.folder / "keys" / "certificate.pem").exists()

        enrolled = await desk.does("enroll", "--from-platform")

    assert not left
    assert "certified:" in enrolled


async def _killed_at(line: Cable, desk: Desk) -> None:
    """The platform has certified, the answer is on its way, and the machine fails."""
    line.lose_answer_to = CERTIFY
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clients.cli", *desk.begin, "enroll", "--from-platform"),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SECONDS):
        await line.happened.wait()
    await killed(process)
