"""`kaibiao sign` as its users run it: one after another, and nothing that was changed."""

import asyncio
import base64
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result

from clients.authority_files import to_pem
from clients.cli import main
from clients.demo.pdf_maker import make_pdf
from clients.key_files import KeyFolder
from clients.pdf_signing import check_file
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import generate_signing_key
from crypto.pdf_signatures import signatures
from tests.support.programs import running

NOW = datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """Folders with certified keys, an authority for certificates and one for time stamps."""

    folder: Path
    tsa: str
    root: bytes
    tsa_root: bytes

    async def sign(self, file: Path, *more: str, who: str = "a") -> Result:
        """Run the command in a thread: it has a loop of its own."""
        arguments = ["sign", str(file), "--keys", str(self.folder / who), "--tsa", self.tsa]
        arguments += ["--tsa-root", str(self.folder / "tsa.pem"), *more]
        return await asyncio.to_thread(CliRunner().invoke, main, arguments)

    def names(self, file: Path) -> list[str]:
        """Who signed."""
        return [one.signer.common_name for one in check_file(file, [self.root, self.tsa_root])]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Two organizations with keys."""
    authority = generate_signing_key()
    start = NOW - timedelta(days=1)
    root = make_authority("示范CA", key=authority, at=start, years=2)
    for who in ("a", "b"):
        keys = KeyFolder(tmp_path / who)
        request = make_request(keys.signing_key(), common_name="-", organization="-", uscc="-")
        subject = CertificateSubject(f"示范单位{who}", f"示范单位{who}", "91510100MA0000001X")
        certificate = issue(root, authority, request, at=start, days=365, subject=subject)
        keys.keep_certificate(certificate, [root])
    arguments = ("--key-folder", tmp_path / "tsa", "--name", "示范时间戳")
    async with running("clients.tsa", *arguments) as program:
        tsa_root = base64.b64decode(str(program.facts["root"]))
        (tmp_path / "tsa.pem").write_bytes(to_pem(tsa_root))
        yield Office(tmp_path, program.url, root, tsa_root)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A PDF with three pages that nobody has signed."""
    file = tmp_path / "paper.pdf"
    make_pdf(file, title="示范", paragraphs=["内容"] * 60, size_bytes=60_000)
    return file


async def test_two_sign_one_after_another_and_both_hold(office: Office, paper: Path) -> None:
    first = await office.sign(paper)
    once = paper.with_suffix(".signed.pdf")
    second = await office.sign(once, "--output", str(office.folder / "both.pdf"), who="b")

    both = office.folder / "both.pdf"
    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert "第 2 个签名" in second.output
    assert office.names(once) == ["示范单位a"]
    assert office.names(both) == ["示范单位a", "示范单位b"]
    assert both.read_bytes().startswith(once.read_bytes())


@pytest.mark.needs("pdfsig")
async def test_an_independent_program_finds_them_valid(office: Office, paper: Path) -> None:
    await office.sign(paper)
    both = office.folder / "both.pdf"
    await office.sign(paper.with_suffix(".signed.pdf"), "--output", str(both), who="b")

    told = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this test
        ["pdfsig", "-nocert", both], capture_output=True, text=True, check=True
    ).stdout

    assert told.count("Signature is Valid.") == 2
    assert told.count("- Total document signed") == 1
    with pikepdf.open(both) as document, pikepdf.open(paper) as before:
        assert len(document.pages) == len(before.pages)


async def test_a_packed_file_is_written_anew_and_signed(office: Office, paper: Path) -> None:
    packed = office.folder / "packed.pdf"
    with pikepdf.open(paper) as document:
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    done = await office.sign(packed)

    assert done.exit_code == 0, done.output
    assert office.names(packed.with_suffix(".signed.pdf")) == ["示范单位a"]


async def test_what_was_changed_after_signing_gets_no_signature(
    office: Office, paper: Path
) -> None:
    await office.sign(paper)
    once = paper.with_suffix(".signed.pdf")
    good = once.read_bytes()
    changed = office.folder / "changed.pdf"
    target = office.folder / "never.pdf"
    for content in (
        good.replace(b"/MediaBox", b"/CropBox ", 1),
        good + b"\n",
        good + b"8 0 obj\n<<>>\nendobj\n",
        good[:-30],
    ):
        assert content != good
        changed.write_bytes(content)
        done = await office.sign(changed, "--output", str(target), who="b")
        assert done.exit_code == 1, done.output
        assert not target.exists()


async def test_what_is_no_pdf_or_is_there_already_is_refused(office: Office, paper: Path) -> None:
    nonsense = office.folder / "nonsense.pdf"
    nonsense.write_bytes(b"%PDF-1.7\nnonsense")

    first = await office.sign(paper)
    again = await office.sign(paper)
    none = await office.sign(nonsense)

    assert first.exit_code == 0
    assert again.exit_code == none.exit_code == 1
    assert len(signatures(paper.with_suffix(".signed.pdf").read_bytes())) == 1


async def test_without_a_file_or_a_document_it_says_what_is_missing(office: Office) -> None:
    keys = str(office.folder / "a")

    done = await asyncio.to_thread(CliRunner().invoke, main, ["sign", "--keys", keys])

    assert done.exit_code == 2
    assert "--tender" in done.output
