"""`kaibiao archive` as its users run it: four tests, and stamps renewed by an authority."""

import asyncio
import base64
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clients.archive_keeping import four_tests
from clients.authority_files import to_pem
from clients.cli import main
from clients.evidence_files import read_record, record_file
from clients.verify import verify_archive
from crypto.canonical import canonical
from tendering.domain.archive import TENDER
from tendering.domain.archive_keys import archive_keys_json
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay
from tests.support.programs import Program, running


@pytest.fixture(scope="module")
def full() -> Archive:
    """The archive of a tender that went well."""
    return TenderPlay().played().archive()


async def command(*arguments: object) -> Result:
    """Run the command in a thread: it has a loop of its own."""
    texts = ["archive", *map(str, arguments)]
    return await asyncio.to_thread(CliRunner().invoke, main, texts)


def root_of(authority: Program, file: Path) -> Path:
    """The authority's root certificate as a file."""
    file.write_bytes(to_pem(base64.b64decode(str(authority.facts["root"]))))
    return file


async def test_an_archive_is_stamped_renewed_by_another_authority_and_by_another_hash(
    full: Archive, tmp_path: Path
) -> None:
    file = full.write(tmp_path / "archive.zip")
    before = file.read_bytes()
    roots = [tmp_path / "first.pem", tmp_path / "second.pem"]
    for number, algorithm in enumerate(("sha256", "sha256", "sha512")):
        name = f"示范时间戳{min(number, 1)}"
        arguments = ("--key-folder", tmp_path / name, "--name", name)
        async with running("clients.tsa", *arguments) as authority:
            root = root_of(authority, roots[min(number, 1)])
            done = await command(
                *("renew", file, "--tsa", authority.url, "--root", root),
                *("--algorithm", algorithm),
            )
        assert done.exit_code == 0, done.output

    checked = await command("check", file, "--root", roots[0], "--root", roots[1])
    alone = await command("check", file, "--root", roots[0])

    record = read_record(file)
    assert record is not None
    assert [(one.algorithm, len(one.tokens)) for one in record.chains] == [
        ("sha256", 2),
        ("sha512", 1),
    ]
    assert checked.exit_code == 0, checked.output
    assert "通过 / PASSED" in checked.output
    assert alone.exit_code == 1
    assert file.read_bytes() == before


async def test_a_renewal_by_nobody_leaves_the_record_as_it_was(
    full: Archive, tmp_path: Path
) -> None:
    file = full.write(tmp_path / "archive.zip")
    root = tmp_path / "root.pem"
    root.write_text("no certificate")

    nobody = await command("renew", file, "--tsa", "http://127.0.0.1:9", "--root", root)

    assert nobody.exit_code == 1
    assert not record_file(file).exists()


async def test_the_four_tests_hold_of_an_honest_archive(full: Archive, tmp_path: Path) -> None:
    trust = tmp_path / "keys.json"
    trust.write_bytes(canonical(archive_keys_json(full.trust)))

    done = await command("check", full.write(tmp_path / "archive.zip"), "--trust", trust)

    assert done.exit_code == 0, done.output
    assert all(word in done.output for word in ("真实性", "完整性", "可用性", "安全性"))


def test_a_changed_byte_is_named_by_the_test_it_breaks(full: Archive, tmp_path: Path) -> None:
    file = full.write(tmp_path / "archive.zip")
    content = bytearray(file.read_bytes())
    place = content.index(TENDER.encode()) + len(TENDER) + 40
    content[place] ^= 1
    file.write_bytes(content)

    tests = {one.name_en: one.holds for one in four_tests(verify_archive(file))}

    assert tests["usable"] is False
    assert tests["complete"] is False


async def test_a_record_that_is_none_is_said_to_be_none(full: Archive, tmp_path: Path) -> None:
    file = full.write(tmp_path / "archive.zip")
    record_file(file).write_bytes(b"nonsense")
    root = tmp_path / "root.pem"
    root.write_text("no certificate")

    done = await command("check", file, "--root", root)

    assert done.exit_code == 1
    assert "evidence record" in done.output


async def stamped(archive: Path, folder: Path) -> Path:
    """The root of the authority that stamped an archive."""
    arguments = ("--key-folder", folder / "tsa", "--name", "示范时间戳")
    async with running("clients.tsa", *arguments) as authority:
        root = root_of(authority, folder / "tsa.pem")
        done = await command("renew", archive, "--tsa", authority.url, "--root", root)
    assert done.exit_code == 0, done.output
    return root


async def verify(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["verify", *map(str, arguments)])


async def test_verify_reads_the_record_beside_the_archive(full: Archive, tmp_path: Path) -> None:
    file = full.write(tmp_path / "archive.zip")
    without = await verify(file)
    root = await stamped(file, tmp_path)

    known = await verify(file, "--root", root)
    unknown = await verify(file)
    record_file(file).write_bytes(record_file(file).read_bytes()[:-1])
    cut_short = await verify(file, "--root", root)

    assert "evidence record" not in without.output
    assert known.exit_code == 0, known.output
    assert "✓ 档案旁的证据记录" in known.output
    assert "? 档案旁的证据记录" in unknown.output
    assert cut_short.exit_code == 1
    assert "✗ 档案旁的证据记录" in cut_short.output


async def test_a_record_of_another_archive_does_not_hold(full: Archive, tmp_path: Path) -> None:
    file, other = full.write(tmp_path / "a.zip"), tmp_path / "b.zip"
    other.write_bytes(b"another file")
    root = await stamped(other, tmp_path)
    record_file(file).write_bytes(record_file(other).read_bytes())

    done = await verify(file, "--root", root)

    assert done.exit_code == 1
    assert "DOES NOT HOLD: evidence record beside the archive" in done.output


async def test_the_watch_names_what_must_be_renewed_and_fails(
    full: Archive, tmp_path: Path
) -> None:
    folder, metrics = tmp_path / "kept", tmp_path / "archives.prom"
    folder.mkdir()
    file = full.write(folder / "good.zip")
    await stamped(file, tmp_path)

    quiet = await command("watch", folder, "--metrics", metrics)
    far = await command("watch", folder, "--days", 3650)
    (folder / "bare.zip").write_bytes(b"no record")
    (folder / 'odd"name.zip').write_bytes(b"nor here")
    (folder / 'odd"name.zip.ers').write_bytes(b"nonsense")
    loud = await command("watch", folder, "--metrics", metrics)

    assert quiet.exit_code == 0, quiet.output
    assert "1 archives, 0 to be renewed" in quiet.output
    assert far.exit_code == 1
    assert loud.exit_code == 1
    assert "! bare.zip: no evidence record" in loud.output
    told = metrics.read_text()
    assert 'archive="bare.zip"} 0' in told
    assert 'archive="odd\\"name.zip"} 0' in told
    assert 'archive="good.zip"} ' in told
