"""How fast do sealed bytes get in, digested and fsynced, against nginx? Target 0.9; fifty: 1.2.

The peer is nginx's PUT (ngx_http_dav), which writes to the same disk without digest or fsync. Ours
are parts of 8 MiB, three at a time for each file, as the bidder's tool sends them; a part counts
when it is durable. Digests are made beforehand. Client and servers share the cores.
"""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.receipts import prepare, program
from benchmarks.report import Row, report
from crypto.container_digest import PART_BYTES, part_root
from server import MIGRATIONS
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
def nginx(folder: Path) -> Iterator[tuple[int, int]]:
    """The peer; its port and the process id of its worker's parent."""
    program_file = shutil.which("nginx")
    if program_file is None:
        sys.exit("the peer is missing: apt-get install nginx-light")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("files", "temporary"):
        (folder / name).mkdir(parents=True)
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port))
    child = subprocess.Popen([program_file, "-c", str(folder / "nginx.conf")])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port, child.pid
    finally:
        child.terminate()
        child.wait(10)


def timed(files: int, content: memoryview, send: object) -> float:
    """Send so many files at once; MB/s."""
    assert callable(send)
    started = time.perf_counter()
    with ThreadPoolExecutor(files) as pool:
        list(pool.map(lambda _: send(content), range(files)))
    return files * len(content) / 1e6 / (time.perf_counter() - started)


async def compare(folder: Path) -> None:
    """Both shapes, ours and the peer's in turn."""
    content = memoryview(os.urandom(max(size for _, _, size in SHAPES)))
    starts = range(0, len(content), PART_BYTES)
    roots = [part_root(content[start : start + PART_BYTES]).hex() for start in starts]
    async with embedded_postgres(folder / "postgres") as database:
        (folder / "dsn").write_text(database.app_dsn)
        async with open_connection(database.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
            _, bidders = await prepare(connection, folder, tender_count=1, first=1)
        token = bidders[0].token
        async with program("serve", str(folder), environment={}) as (ours, _):
            with nginx(folder / "peer") as (peer, _):
                for name, files, size in SHAPES:
                    piece, parts = content[:size], roots[: -(-size // PART_BYTES)]
                    theirs = await asyncio.to_thread(
                        timed, files, piece, lambda each, port=peer: to_nginx(port, each)
                    )
                    figure = await asyncio.to_thread(
                        timed,
                        files,
                        piece,
                        lambda each, known=parts: to_platform(ours, each, known, token),
                    )
                    report(
                        f"upload, {name}",
                        unit="MB/s",
                        rows=[Row("nginx, no digest, no fsync", theirs), Row("ours", figure)],
                        ours="ours",
                    )
    print(f"{datetime.now(UTC):%F}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    """Measure in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        asyncio.run(compare(Path(folder)))


if __name__ == "__main__":
    main()
