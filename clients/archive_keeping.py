"""Keeping an archive for decades: its evidence record, renewed in time, and the four tests.

The record (RFC 4998) stands beside the archive, `FILE.ers`; the archive itself never changes. An
authority is asked over HTTP (RFC 3161), any that one trusts.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiohttp

from clients.evidence_files import digests_of, read_record, record_file
from clients.verify import Report, Status
from crypto.certificates import facts
from crypto.errors import BadCertificate, BadTimestamp
from crypto.evidence_record import EMPTY, dump, renewed, to_stamp
from crypto.timestamp import (
    MESSAGE_BYTES_MAX,
    TimestampFacts,
    certificates_of,
    make_request,
    token_of,
    verify,
)

ANSWER_SECONDS_MAX: Final = 30
NONCE_BYTES: Final = 8

# The steps of a verification by the tests of DA/T 103, after secondary sources: not verified.
# What stands in none of them belongs to the first.
COMPLETE: Final = frozenset(
    {
        "digests of all files",
        "tender documents",
        "list of bids against custody",
        "sealed containers",
        "receipts",
        "reports of the evaluation",
        "signed documents",
        "how long it is kept, and the four tests",
    }
)
USABLE: Final = frozenset({"framing of the archive file", "tender, keys and journals can be read"})
SAFE: Final = frozenset(
    {"no file that nothing speaks of", "revoked certificates", "evidence record beside the archive"}
)


class AuthorityRefused(Exception):
    """The time-stamping authority gave no token; the sentence says why."""


@dataclass(frozen=True, slots=True)
class KeepingTest:
    """One of the four tests: `holds` unless a step of it fails; what was found."""

    name_zh: str
    name_en: str
    holds: bool
    steps: int
    found: tuple[str, ...]


async def renew(archive: Path, *, authority: str, root: bytes, algorithm: str) -> TimestampFacts:
    """Stamp the archive, or its newest time stamp, once more; what the token says.

    The new token is checked against `root` (DER) before the record is replaced. Raises OSError,
    BadTimestamp, AuthorityRefused.
    """
    record = read_record(archive) or EMPTY
    digest = to_stamp(record, algorithm, digests_of(archive)[algorithm])
    token, told = await _stamped(authority, digest, root)
    _replace(record_file(archive), dump(renewed(record, algorithm, token)))
    return told


@dataclass(frozen=True, slots=True)
class Renewal:
    """When the stamp of an archive must be renewed; `before` is None where there is no stamp."""

    archive: str
    before: datetime | None
    why: str = ""

    def is_due(self, at: datetime) -> bool:
        """Is there no time to lose?"""
        return self.before is None or self.before <= at


def renewals_in(folder: Path) -> list[Renewal]:
    """Every archive of a folder, `*.zip`, the one that must be renewed first at the head.

    Reads the records and no archive. Raises OSError.
    """
    found = [_renewal(file) for file in sorted(folder.glob("*.zip"))]
    return sorted(found, key=lambda one: (one.before is not None, one.before or now()))


def write_metrics(file: Path, found: Sequence[Renewal]) -> None:
    """The instants in Prometheus' text format; 0 where there is no stamp."""
    name = "kaibiao_archive_renew_before_seconds"
    lines = [f"# TYPE {name} gauge"]
    for one in found:
        label = one.archive.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        seconds = 0 if one.before is None else int(one.before.timestamp())
        lines.append(f'{name}{{archive="{label}"}} {seconds}')
    _replace(file, ("\n".join(lines) + "\n").encode())


def four_tests(report: Report) -> tuple[KeepingTest, ...]:
    """Authentic, complete, usable, safe: the steps of a verification as archivists ask for them."""
    rest = frozenset(step.name_en for step in report.steps) - COMPLETE - USABLE - SAFE
    groups = (
        ("真实性", "authentic", rest),
        ("完整性", "complete", COMPLETE),
        ("可用性", "usable", USABLE),
        ("安全性", "safe", SAFE),
    )
    return tuple(_test(report, zh, en, names) for zh, en, names in groups)


def now() -> datetime:
    """This machine's clock: a command's only."""
    return datetime.now(UTC)


def _renewal(archive: Path) -> Renewal:
    try:
        record = read_record(archive)
        if record is None:
            return Renewal(archive.name, None, "no evidence record")
        certificate, _ = certificates_of(record.newest)
        return Renewal(archive.name, facts(certificate).not_after)
    except (BadTimestamp, BadCertificate) as error:
        return Renewal(archive.name, None, str(error))


def _test(report: Report, zh: str, en: str, names: frozenset[str]) -> KeepingTest:
    steps = [step for step in report.steps if step.name_en in names]
    failed = [step for step in steps if step.status is Status.FAILS]
    open_ones = [step for step in steps if step.status is Status.CANNOT_CHECK]
    found = tuple(
        f"{step.name_zh} / {step.name_en}: {step.detail.splitlines()[0]}"
        for step in (*failed, *open_ones)
        if step.detail
    )
    # A test of which nothing was looked at has not been passed.
    return KeepingTest(zh, en, bool(steps) and not failed, len(steps), found)


async def stamp_by(authority: str, digest: bytes, *, root: bytes) -> bytes:
    """A time-stamp token over a digest, checked against `root` (DER).

    Raises BadTimestamp, AuthorityRefused.
    """
    return (await _stamped(authority, digest, root))[0]


async def _stamped(authority: str, digest: bytes, root: bytes) -> tuple[bytes, TimestampFacts]:
    nonce = int.from_bytes(secrets.token_bytes(NONCE_BYTES))
    token = token_of(await _asked(authority, make_request(digest, nonce)))
    return token, verify(token, digest=digest, trusted_roots=[root], nonce=nonce)


async def _asked(authority: str, request: bytes) -> bytes:
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(authority, data=request, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MESSAGE_BYTES_MAX)
            if not answer.ok:
                raise AuthorityRefused(f"the authority answers {answer.status}")
            return body
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise AuthorityRefused(f"the authority cannot be reached: {error}") from error


def _replace(file: Path, content: bytes) -> None:
    """Write beside and rename: a power cut leaves the old record or the new one."""
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
