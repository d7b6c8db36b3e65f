"""`kaibiao age`: what strangers run on their own files, and what it leaves behind when it fails."""

import hashlib
import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clients.cli import main
from crypto.age_file import open_plain, seal_plain
from crypto.keys import HybridKey, OpeningKey
from tests.support.age_testkit import Vector, load_vectors

CLASSIC = OpeningKey(b"\x07" * 32)
HYBRID = HybridKey(b"\x08" * 32)
EXIT_CODES = {
    "success": 0,
    "header failure": 3,
    "no match": 4,
    "HMAC failure": 6,
    "payload failure": 7,
    "armor failure": 8,
}
MALFORMED, UNMATCHED, PASSPHRASE = 3, 4, 5
CHUNK = 65_536


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> list[Vector]:
    return load_vectors(shared_data)


def run(*arguments: object, stdin: bytes = b"") -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, ["age", *map(str, arguments)], input=stdin)


def identity_file(folder: Path, *identities: str) -> Path:
    """A file of identities."""
    file = folder / "identities"
    file.write_text("# for a test\n\n" + "\n".join(identities) + "\n")
    return file


def sealed(plaintext: bytes, recipient: str = CLASSIC.recipient) -> bytes:
    """An age file."""
    target = io.BytesIO()
    seal_plain(io.BytesIO(plaintext), target, [recipient])
    return target.getvalue()


def expected_code(vector: Vector, code: int) -> bool:
    """Is this the exit code that the vector asks for?"""
    if vector.wants_passphrase:
        return code in {PASSPHRASE, MALFORMED, UNMATCHED}
    return code == EXIT_CODES[vector.expect]


def test_every_vector_of_the_age_kit_gets_its_exit_code(
    tmp_path: Path, vectors: list[Vector]
) -> None:
    wrong = []
    for vector in vectors:
        keys = identity_file(tmp_path, *(vector.identities or [CLASSIC.identity]))
        (tmp_path / "in").write_bytes(vector.file)
        result = run("open", "-i", keys, "-o", tmp_path / "out", tmp_path / "in")
        written = (tmp_path / "out").read_bytes() if result.exit_code == 0 else b""
        digest = hashlib.sha256(written).hexdigest()
        left = sorted(path.name for path in tmp_path.iterdir())
        if not (
            expected_code(vector, result.exit_code)
            and (result.exit_code != 0 or digest == vector.plaintext_digest)
            and left == ["identities", "in", *(["out"] if result.exit_code == 0 else [])]
            and (result.exit_code == 0) is (result.stderr == "")
        ):
            wrong.append((vector.name, vector.expect, result.exit_code, result.stderr, left))
        (tmp_path / "out").unlink(missing_ok=True)

    assert len(vectors) == 143
    assert wrong == []


def test_every_vector_does_the_same_as_a_stream(tmp_path: Path, vectors: list[Vector]) -> None:
    wrong = []
    for vector in vectors:
        keys = identity_file(tmp_path, *(vector.identities or [CLASSIC.identity]))
        result = run("open", "-i", keys, stdin=vector.file)
        digest = hashlib.sha256(result.stdout_bytes).hexdigest()
        told = vector.plaintext_digest and not vector.wants_passphrase
        right = digest == vector.plaintext_digest if told else not result.stdout_bytes
        if not (expected_code(vector, result.exit_code) and right):
            wrong.append((vector.name, vector.expect, result.exit_code, result.stderr))

    assert wrong == []


def test_a_passphrase_is_refused_with_the_reason(tmp_path: Path, vectors: list[Vector]) -> None:
    file = next(vector.file for vector in vectors if vector.name == "scrypt")

    result = run("open", "-i", identity_file(tmp_path, CLASSIC.identity), stdin=file)

    assert result.exit_code == PASSPHRASE
    assert "passphrase" in result.stderr
    assert result.stdout_bytes == b""


@pytest.mark.parametrize("key", [CLASSIC, HYBRID], ids=["classic", "hybrid"])
@pytest.mark.parametrize("size", [0, 1, CHUNK, 40 * CHUNK + 3])
def test_files_and_streams_go_both_ways(
    tmp_path: Path, key: OpeningKey | HybridKey, size: int
) -> None:
    plaintext = os.urandom(size)
    plain = tmp_path / "plain"
    plain.write_bytes(plaintext)
    keys = identity_file(tmp_path, key.identity)

    run("seal", "-r", key.recipient, "-o", tmp_path / "sealed", plain)
    streamed = run("seal", "-r", key.recipient, stdin=plaintext).stdout_bytes
    from_file = run("open", "-i", keys, tmp_path / "sealed").stdout_bytes
    run("open", "-i", keys, "-o", tmp_path / "opened", stdin=streamed)

    assert from_file == plaintext
    assert (tmp_path / "opened").read_bytes() == plaintext


def test_classic_and_hybrid_recipients_do_not_go_into_one_file(tmp_path: Path) -> None:
    result = run(
        "seal", "-r", CLASSIC.recipient, "-r", HYBRID.recipient, "-o", tmp_path / "out", stdin=b"x"
    )

    assert result.exit_code == 2
    assert "do not go together" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("recipient", ["age1x", "ssh-ed25519 AAAA", CLASSIC.identity, ""])
def test_a_malformed_recipient_is_refused(recipient: str) -> None:
    result = run("seal", "-r", recipient, stdin=b"x")

    assert result.exit_code == 2
    assert result.stdout_bytes == b""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "identities"),
        ("AGE-SECRET-KEY-1X", "line 1"),
        (CLASSIC.recipient, "line 1"),
        (f"# mine\n{CLASSIC.identity.lower()}", "line 2"),
        (HYBRID.identity.lower(), "line 1"),
        ("age-encryption.org/v1\n-> scrypt", "itself sealed"),
        ("#" * (2 << 20), "too long"),
    ],
)
def test_a_bad_identity_file_is_refused_with_its_line(
    tmp_path: Path, content: str, said: str
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(content)

    result = run("open", "-i", keys, stdin=sealed(b"x"))

    assert result.exit_code == 2
    assert said in result.stderr
    assert CLASSIC.identity not in result.stderr.upper()


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    (tmp_path / "in").write_bytes(sealed(bytes(3 * CHUNK))[:-1])

    result = run(
        "open", "-i", identity_file(tmp_path, CLASSIC.identity), "-o", out, tmp_path / "in"
    )

    assert result.exit_code == EXIT_CODES["payload failure"]
    assert out.read_bytes() == b"precious"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_stream_that_fails_gave_the_authentic_beginning_only_and_says_so(tmp_path: Path) -> None:
    plaintext = os.urandom(40 * CHUNK)
    data = bytearray(sealed(plaintext))
    data[-30 * CHUNK] ^= 1

    result = run("open", "-i", identity_file(tmp_path, CLASSIC.identity), stdin=bytes(data))

    assert result.exit_code == EXIT_CODES["payload failure"]
    assert 0 < len(result.stdout_bytes) < len(plaintext)
    assert plaintext.startswith(result.stdout_bytes)
    assert "not the whole content" in result.stderr


def test_a_file_can_be_opened_onto_itself(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(sealed(bytes(3 * CHUNK)))

    run("open", "-i", identity_file(tmp_path, CLASSIC.identity), "-o", file, file)

    assert file.read_bytes() == bytes(3 * CHUNK)


def test_a_link_as_output_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("real")

    run("seal", "-r", CLASSIC.recipient, "-o", link, stdin=b"x")

    assert link.is_symlink()
    assert (tmp_path / "real").read_bytes().startswith(b"age-encryption.org/v1\n")


def test_a_device_as_output_is_written_to_and_not_replaced() -> None:
    result = run("seal", "-r", CLASSIC.recipient, "-o", os.devnull, stdin=b"x")

    assert result.exit_code == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize("missing", ["-i", "FILE", "folder"])
def test_what_cannot_be_read_or_written_ends_with_1(tmp_path: Path, missing: str) -> None:
    keys = identity_file(tmp_path, CLASSIC.identity)
    file = tmp_path / "in"
    file.write_bytes(sealed(b"x"))
    gone = tmp_path / "gone" / "x"

    result = run(
        "open",
        *("-i", gone if missing == "-i" else keys),
        *("-o", gone if missing == "folder" else tmp_path / "out"),
        gone if missing == "FILE" else file,
    )

    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_keygen_writes_what_open_reads_and_never_over_a_file(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    first = run("keygen", "--hybrid", "-o", keys)
    again = run("keygen", "-o", keys)

    recipient = first.stderr.removeprefix("Public key: ").strip()
    (tmp_path / "in").write_bytes(sealed(b"content", recipient))
    opened = run("open", "-i", keys, tmp_path / "in")

    assert again.exit_code == 1
    assert keys.stat().st_mode & 0o777 == 0o600
    assert opened.stdout_bytes == b"content"


def test_keygen_prints_a_key_that_the_library_reads() -> None:
    lines = run("keygen").stdout.splitlines()

    key = OpeningKey.from_identity(lines[1])
    target = io.BytesIO()
    open_plain(io.BytesIO(sealed(b"x", lines[0].split()[-1])), target, [key])
    assert target.getvalue() == b"x"


COMMAND = [sys.executable, "-m", "clients.cli", "age"]


@pytest.mark.needs("age")
def test_as_a_process_it_exchanges_files_with_the_stock_tool(tmp_path: Path) -> None:
    plaintext = os.urandom(40 * CHUNK + 3)
    keys = identity_file(tmp_path, CLASSIC.identity)

    ours = piped([*COMMAND, "seal", "-r", CLASSIC.recipient], plaintext)
    theirs = piped(["age", "--encrypt", "--armor", "-r", CLASSIC.recipient], plaintext)

    assert piped(["age", "--decrypt", "-i", keys], ours) == plaintext
    assert piped([*COMMAND, "open", "-i", keys], theirs) == plaintext


def test_as_a_process_it_fails_with_its_code_and_one_sentence(tmp_path: Path) -> None:
    keys = identity_file(tmp_path, HYBRID.identity)

    failed = subprocess.run(
        [*COMMAND, "open", "-i", keys],
        input=sealed(b"x"),
        check=False,
        capture_output=True,
        timeout=30,
    )

    assert failed.returncode == UNMATCHED
    assert failed.stdout == b""
    assert failed.stderr == b"kaibiao age: none of the identities opens this file\n"


def test_a_reader_that_goes_away_ends_it_without_a_traceback(tmp_path: Path) -> None:
    keys = identity_file(tmp_path, CLASSIC.identity)
    (tmp_path / "in").write_bytes(sealed(bytes(64 * CHUNK)))

    command = [*COMMAND, "open", "-i", str(keys), str(tmp_path / "in")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=30) == 1
        assert process.stderr is not None
        assert process.stderr.read() == b""


def piped(command: list[str | Path], data: bytes) -> bytes:
    """What a program makes of standard input."""
    done = subprocess.run(command, input=data, check=True, capture_output=True, timeout=30)
    return done.stdout
