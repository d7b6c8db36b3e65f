"""Uploads over HTTP: parts in any order and any number of times, nobody else's, and a full disk."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from crypto.container_digest import part_root
from tendering.clockwork import clear_strays
from tendering.domain.roles import Role
from tendering.storage import passkeys, rate_limits, sessions
from tendering.storage import uploads as stored
from tendering.storage.blobs import PART_BYTES, Blobs, DiskFull
from tendering.storage.connection import Pool, reading, transaction
from tests.support.platform import Answer, Platform, begin_session, enter, serving
from tests.support.postgres import Database

SIZE = PART_BYTES + 1000
LONG_AGO = 1_000_000_000
FIRST, LAST = os.urandom(PART_BYTES), os.urandom(1000)


@pytest.fixture
async def platform(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform that takes uploads of more than one part."""
    async with serving(database, tmp_path, upload_bytes_max=64 << 20) as served:
        yield served


async def announce(platform: Platform, size: int = SIZE) -> Answer:
    """Announce an upload."""
    return await platform.request(
        "POST",
        "/api/v1/uploads",
        role=Role.BIDDER,
        data=json.dumps({"size_bytes": size}).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
    )


async def upload(platform: Platform) -> str:
    """The id of an upload of two parts."""
    answer = await announce(platform)
    assert answer.status == 201
    return str(json.loads(answer.body)["id"])


async def put(
    platform: Platform, upload_id: str, part: int, data: bytes, *, root: str = "", token: str = ""
) -> Answer:
    """Send a part."""
    path = f"/api/v1/uploads/{upload_id}/parts/{part}?root={root or part_root(data).hex()}"
    return await platform.request(
        "PUT",
        path,
        role=Role.BIDDER,
        token=token,
        data=data,
        headers={"Content-Type": "application/octet-stream", "Idempotency-Key": uuid4().hex},
    )


def content(platform: Platform, upload_id: str) -> bytes:
    """The bytes as they lie on the disk."""
    return platform.running.context.blobs.path(UUID(upload_id)).read_bytes()


async def received(platform: Platform, upload_id: str) -> Any:
    """The parts that the platform says it has."""
    answer = await platform.request("GET", f"/api/v1/uploads/{upload_id}", role=Role.BIDDER)
    return json.loads(answer.body)["received"]


async def test_parts_arrive_in_any_order_at_once_and_again(platform: Platform) -> None:
    upload_id = await upload(platform)

    answers = await asyncio.gather(
        put(platform, upload_id, 1, LAST),
        put(platform, upload_id, 0, FIRST),
        put(platform, upload_id, 1, LAST),
    )
    again = await put(platform, upload_id, 0, FIRST)

    assert [answer.status for answer in (*answers, again)] == [204] * 4
    assert await received(platform, upload_id) == [0, 1]
    assert content(platform, upload_id) == FIRST + LAST


@pytest.mark.parametrize(
    ("part", "data", "root", "code"),
    [
        pytest.param(1, LAST[:-1], "", "part-mismatch", id="truncated"),
        pytest.param(1, LAST + b"x", "", "body-too-large", id="oversized"),
        pytest.param(0, LAST, "", "part-mismatch", id="reordered"),
        pytest.param(2, LAST, "", "not-found", id="one too many"),
        pytest.param(1, LAST, "00" * 32, "part-mismatch", id="another root"),
        pytest.param(1, bytes(1000), part_root(LAST).hex(), "part-mismatch", id="flipped"),
    ],
)
async def test_a_wrong_part_is_refused_and_the_right_one_takes_its_place(
    platform: Platform, part: int, data: bytes, root: str, code: str
) -> None:
    upload_id = await upload(platform)

    answer = await put(platform, upload_id, part, data, root=root)

    assert answer.code == code
    assert await received(platform, upload_id) == []
    assert [
        (await put(platform, upload_id, *each)).status for each in enumerate((FIRST, LAST))
    ] == [
        204,
        204,
    ]
    assert content(platform, upload_id) == FIRST + LAST


async def test_a_stored_part_cannot_be_changed(platform: Platform) -> None:
    upload_id = await upload(platform)
    await put(platform, upload_id, 1, LAST)

    answer = await put(platform, upload_id, 1, bytes(1000))

    assert answer.code == "part-mismatch"
    assert content(platform, upload_id)[PART_BYTES:] == LAST


async def test_somebody_elses_upload_does_not_exist(platform: Platform) -> None:
    upload_id = await upload(platform)
    context = platform.running.context
    async with transaction(context.pool) as connection:
        other = await enter(connection, 99, Role.BIDDER, password_hash="-", at=context.now())
        token = await begin_session(connection, other.authorization_id)

    answer = await put(platform, upload_id, 1, LAST, token=token)

    assert answer.code == "not-found"
    assert content(platform, upload_id) == b""


async def test_buffers_that_are_used_again_carry_nothing_over(platform: Platform) -> None:
    ids = [await upload(platform) for _ in range(12)]

    await asyncio.gather(*(put(platform, each, 0, FIRST) for each in ids))
    await asyncio.gather(*(put(platform, each, 1, LAST) for each in ids))

    assert [content(platform, each) for each in ids] == [FIRST + LAST] * 12


async def test_a_full_disk_refuses_new_bytes_and_says_so(platform: Platform) -> None:
    upload_id = await upload(platform)
    await put(platform, upload_id, 1, LAST)
    platform.running.context.blobs._free_bytes_min = 1 << 62

    announced = await announce(platform)
    part = await put(platform, upload_id, 0, FIRST)
    ready = await platform.request("GET", "/health/ready")
    metrics = await platform.request("GET", "/metrics")

    assert (announced.code, part.code) == ("storage-full", "storage-full")
    assert json.loads(ready.body) == {"status": "ready", "storage": "full"}
    assert b"kaibiao_storage_full 1.0" in metrics.body
    assert content(platform, upload_id)[PART_BYTES:] == LAST

    platform.running.context.blobs._free_bytes_min = 0
    assert (await put(platform, upload_id, 0, FIRST)).status == 204
    assert content(platform, upload_id) == FIRST + LAST


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MiB of its own; skips where nothing may be mounted."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(tmp_path)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_disk_that_fills_up_while_writing_loses_nothing(small_disk: Path) -> None:
    blobs = Blobs(small_disk, free_bytes_min=0)
    first, second = uuid4(), uuid4()
    for upload_id in (first, second):
        blobs.path(upload_id).touch()
    with blobs.open_part(first, 0, PART_BYTES) as file:
        file.append(memoryview(FIRST))
        file.sync()

    with pytest.raises(DiskFull):
        blobs.open_part(second, 0, PART_BYTES)

    assert blobs.path(first).read_bytes() == FIRST
    with pytest.raises(DiskFull):
        blobs.make_room(uuid4(), PART_BYTES)
    blobs.delete(second)
    assert not blobs.is_full


async def test_what_a_crash_has_left_is_cleared_away_and_nothing_else(platform: Platform) -> None:
    context = platform.running.context
    kept = await upload(platform)
    stray, fresh = uuid4(), uuid4()
    for upload_id in (stray, fresh):
        context.blobs.make_room(upload_id, 10)
    for old in (context.blobs.path(UUID(kept)), context.blobs.path(stray)):
        os.utime(old, (LONG_AGO, LONG_AGO))

    assert await clear_strays(context) == [stray]

    assert not context.blobs.path(stray).exists()
    assert context.blobs.path(fresh).exists()
    assert context.blobs.path(UUID(kept)).exists()


async def test_what_is_over_is_forgotten_by_one_process_and_keeps_no_other_waiting(
    pool: Pool,
) -> None:
    async with transaction(pool) as connection:
        for number in range(2):
            await passkeys.insert_challenge(
                connection, bytes([number]) * 32, person_id=None, lifetime=-timedelta(seconds=1)
            )
    left = "SELECT count(*) FROM tendering.passkey_challenges"

    async with transaction(pool) as one, transaction(pool) as other:
        for process in (one, other):
            # Waiting for the other's rows would be cut off as a lock that is not available.
            await passkeys.delete_expired_challenges(process)
            await sessions.delete_expired(process)
            await rate_limits.delete_full(process)
        seen = [await process.fetchval(left) for process in (one, other)]

    assert seen == [0, 2]


async def test_an_abandoned_upload_is_forgotten_and_its_last_part_finds_nothing(
    platform: Platform,
) -> None:
    upload_id = await upload(platform)
    pool = platform.running.context.pool
    async with transaction(pool) as connection:
        await stored.delete_abandoned(connection, hours=0, limit=10)

    answer = await put(platform, upload_id, 1, LAST)

    assert answer.code == "not-found"
    async with reading(pool) as connection:
        assert await stored.known_among(connection, [UUID(upload_id)]) == set()


async def test_the_same_bytes_twice_are_uploads_of_their_own(
    platform: Platform,
) -> None:
    ids = [await upload(platform) for _ in range(2)]

    answers = await asyncio.gather(*(put(platform, each, 1, LAST) for each in ids))
    context = platform.running.context
    async with transaction(context.pool) as connection:
        await stored.delete_abandoned(connection, hours=0, limit=1)

    assert [answer.status for answer in answers] == [204, 204]
    async with reading(context.pool) as connection:
        left = await stored.known_among(connection, list(map(UUID, ids)))
    assert len(left) == 1
    (kept,) = left
    assert content(platform, str(kept))[PART_BYTES:] == LAST
