"""How fast do sealed bytes get in, digested and fsynced, against nginx? Target 0.9; fifty: 1.2.

The peer is nginx's PUT (ngx_http_dav), which writes to the same disk without digest or fsync; a
second one, the fairer, is made to force each file to the disk before it names it. Ours are parts of
8 MiB, three at a time for each file, as the bidder's tool sends them; a part counts when it is
durable. Digests are made beforehand. Client and servers share the cores. Beside them the bound: as
many threads as there are cores digest, write and force to the disk what is in memory already,
without any network. CPU seconds are of the server and of the client, a gigabyte.

Last the floor, each part of the work alone: the disk written past the page cache and forced, the
digest, the way through the loopback. If their CPU seconds together fill the cores at a rate below
the target, no server on this machine can meet it.
"""

import asyncio
import contextlib
import http.client
import json
import mmap
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.preload import preload
from benchmarks.receipts import cpu_seconds, prepare, program
from benchmarks.report import Row, report
from crypto.container_digest import PART_BYTES, part_root
from server import MIGRATIONS
from tendering.storage.blobs import Blobs
from tendering.storage.connection import open_connection
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate

SHAPES: Final = (("one of 768 MiB", 1, 768 << 20), ("fifty of 16 MiB", 50, 16 << 20))
PARTS_AT_ONCE: Final = 3
CREATED: Final = frozenset({200, 201, 204})

_NGINX: Final = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;
events {{ worker_connections 512; }}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path {folder}/temporary;
  server {{ listen 127.0.0.1:{port}; location / {{
    root {folder}/files; dav_methods PUT; create_full_put_path on; }} }}
}}
"""

# nginx names a file when it has all of it.
_FORCING: Final = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>
int rename(const char *from, const char *to) {
    static int (*real)(const char *, const char *);
    if (!real) real = (int (*)(const char *, const char *)) dlsym(RTLD_NEXT, "rename");
    int file = open(from, O_RDONLY);
    if (file >= 0) { fdatasync(file); close(file); }
    return real(from, to); }
"""


def put(port: int, path: str, body: memoryview, headers: dict[str, str]) -> None:
    """One PUT on a line of its own. Exits when it is refused."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120, blocksize=1 << 20)
    # Not as a buffer: the library would join it with the headers.
    line.request(
        "PUT",
        path,
        iter([body]),
        {"Content-Length": str(len(body)), **headers},
        encode_chunked=False,
    )
    answer = line.getresponse()
    answer.read()
    line.close()
    if answer.status not in CREATED:
        sys.exit(f"{path}: {answer.status}")


def to_nginx(port: int, content: memoryview) -> None:
    """A whole file in one request."""
    put(port, f"/{uuid4()}", content, {})


def to_platform(port: int, content: memoryview, roots: list[str], token: str) -> None:
    """A whole file in parts."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"size_bytes": len(content)})
    line.request("POST", "/api/v1/uploads", body, {**headers, "Idempotency-Key": uuid4().hex})
    upload = json.loads(line.getresponse().read())["id"]
    line.close()

    def send(part: int) -> None:
        piece = content[part * PART_BYTES : (part + 1) * PART_BYTES]
        path = f"/api/v1/uploads/{upload}/parts/{part}?root={roots[part]}"
        kind = {"Content-Type": "application/octet-stream", "Idempotency-Key": uuid4().hex}
        put(port, path, piece, {**headers, **kind})

    with ThreadPoolExecutor(PARTS_AT_ONCE) as pool:
        list(pool.map(send, range(len(roots))))


@contextlib.contextmanager
def nginx(folder: Path, *, forcing: bool) -> Iterator[tuple[int, Sequence[int]]]:
    """The peer; its port and its processes."""
    program_file = shutil.which("nginx")
    if program_file is None:
        sys.exit("the peer is missing: apt-get install nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("files", "temporary"):
        (folder / name).mkdir(parents=True)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    environment = preload(_FORCING, folder) if forcing else {}
    child = subprocess.Popen(
        [program_file, "-c", str(folder / "nginx.conf")], env={**os.environ, **environment}
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        workers = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
        yield port, [child.pid, *map(int, workers)]
    finally:
        child.terminate()
        child.wait(10)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: MB/s, and CPU seconds a gigabyte of the server and of the client."""

    rate: float
    server_cpu: float
    client_cpu: float


def timed(
    files: int, content: memoryview, send: Callable[[memoryview], None], *, servers: Sequence[int]
) -> Measured:
    """Send so many files at once to the processes `servers`."""
    before, mine = sum(map(cpu_seconds, servers)), time.process_time()
    started = time.perf_counter()
    with ThreadPoolExecutor(files) as pool:
        list(pool.map(lambda _: send(content), range(files)))
    seconds, gigabytes = time.perf_counter() - started, files * len(content) / 1e9
    return Measured(
        gigabytes * 1000 / seconds,
        (sum(map(cpu_seconds, servers)) - before) / gigabytes,
        (time.process_time() - mine) / gigabytes,
    )


def bound(folder: Path, content: memoryview) -> Measured:
    """Digest, write and force to the disk, part by part: what there is to do without a network."""
    blobs = Blobs(folder)
    upload_id = uuid4()
    blobs.make_room(upload_id, len(content))

    def store(part: int) -> None:
        piece = content[part * PART_BYTES : (part + 1) * PART_BYTES]
        with blobs.open_part(upload_id, part, len(piece)) as file:
            part_root(piece)
            file.append(piece)
            file.sync()

    def send(_: memoryview) -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(store, range(-(-len(content) // PART_BYTES))))

    return timed(1, content, send, servers=[])


def floor(folder: Path, content: memoryview) -> dict[str, Measured]:
    """Disk, digest and loopback, each alone and in as many threads as there are cores."""
    blobs, upload_id = Blobs(folder), uuid4()
    blobs.make_room(upload_id, len(content))
    starts = range(0, len(content), PART_BYTES)

    def write(start: int) -> None:
        piece = content[start : start + PART_BYTES]
        with blobs.open_part(upload_id, start // PART_BYTES, len(piece)) as file:
            file.append(piece)
            file.sync()

    def in_threads(work: Callable[[int], object]) -> Callable[[memoryview], None]:
        def send(_: memoryview) -> None:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(work, starts))

        return send

    # The second time, as a file that is there has its room.
    timed(1, content, in_threads(write), servers=[])
    return {
        "the disk alone, past the page cache": timed(1, content, in_threads(write), servers=[]),
        "the digest alone": timed(
            1,
            content,
            in_threads(lambda start: part_root(content[start : start + PART_BYTES])),
            servers=[],
        ),
        "the loopback alone": timed(1, content, loopback, servers=[]),
    }


def loopback(content: memoryview) -> None:
    """Through a line of this machine, from one thread to another, looked at by nobody."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as sending,
        ThreadPoolExecutor(1) as pool,
    ):
        receiving, _ = listening.accept()
        sent = pool.submit(sending.sendall, content)
        room, left = memoryview(bytearray(1 << 20)), len(content)
        with receiving:
            while left:
                left -= receiving.recv_into(room)
        sent.result()


def show_floor(parts: Mapping[str, Measured], peer: Measured) -> None:
    """What the parts of the work leave possible, beside the peer."""
    for name, one in parts.items():
        print(
            f"{name}: {one.rate:,.0f} MB/s, {one.rate / peer.rate:.2f} of nginx; "
            f"{one.client_cpu:.2f} CPU seconds a gigabyte"
        )
    together = sum(one.client_cpu for one in parts.values())
    most = min(*(one.rate for one in parts.values()), (os.cpu_count() or 1) * 1000 / together)
    print(
        f"the floor: {together:.2f} CPU seconds a gigabyte, so {most:,.0f} MB/s at the most, "
        f"{most / peer.rate:.2f} of nginx"
    )


def show(name: str, figures: Mapping[str, Measured]) -> None:
    """The table, and what it cost."""
    for contestant, one in figures.items():
        print(
            f"{contestant}: CPU seconds a gigabyte, server {one.server_cpu:.2f}, "
            f"client {one.client_cpu:.2f}; load {os.getloadavg()[0]:.1f}"
        )
    rows = [Row(contestant, one.rate) for contestant, one in figures.items()]
    report(f"upload, {name}", unit="MB/s", rows=rows, ours="ours")


async def compare(folder: Path) -> None:
    """Both shapes, ours and the peer's in turn."""
    memory = mmap.mmap(-1, max(size for _, _, size in SHAPES))
    memory.write(os.urandom(len(memory)))
    content = memoryview(memory)
    starts = range(0, len(content), PART_BYTES)
    roots = [part_root(content[start : start + PART_BYTES]).hex() for start in starts]
    async with embedded_postgres(folder / "postgres") as database:
        (folder / "dsn").write_text(database.app_dsn)
        async with open_connection(database.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
            _, bidders = await prepare(connection, folder, tender_count=1, first=1)
        token = bidders[0].token
        async with program("serve", str(folder), environment={}) as (ours, process):
            with (
                nginx(folder / "peer", forcing=False) as (peer, children),
                nginx(folder / "forcing", forcing=True) as (forcing, forcing_children),
            ):
                for name, files, size in SHAPES:
                    piece, parts = content[:size], roots[: -(-size // PART_BYTES)]
                    figures = {
                        "nginx, no digest, no fsync": await asyncio.to_thread(
                            timed,
                            files,
                            piece,
                            partial(to_nginx, peer),
                            servers=children,
                        ),
                        "nginx, no digest, fsync": await asyncio.to_thread(
                            timed,
                            files,
                            piece,
                            partial(to_nginx, forcing),
                            servers=forcing_children,
                        ),
                        "ours": await asyncio.to_thread(
                            timed,
                            files,
                            piece,
                            partial(to_platform, ours, roots=parts, token=token),
                            servers=[process],
                        ),
                        "digest and fsync, no network": await asyncio.to_thread(
                            bound, folder / name, content
                        ),
                    }
                    show(name, figures)
                    alone = await asyncio.to_thread(floor, folder / f"{name} alone", content)
                    show_floor(alone, figures["nginx, no digest, no fsync"])
    print(f"{datetime.now(UTC):%F}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    """Measure in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        asyncio.run(compare(Path(folder)))


if __name__ == "__main__":
    main()
