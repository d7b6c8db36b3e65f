"""A server of rooms as a process that a test may kill: `python -m tests.support.room_process DSN`.

`DSN` is a file. It prints one ready line and serves until it is ended.
"""

import asyncio
import json
import sys
from pathlib import Path

from tendering.storage.connection import open_pool
from tests.support.room_server import room_server


async def main(dsn: str) -> None:
    """Serve."""
    async with open_pool(dsn, size=4) as pool, room_server(pool, dsn) as server:
        sys.stdout.write(json.dumps({"ready": server.address}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).read_text("utf-8")))
