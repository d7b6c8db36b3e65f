"""Debian's Janus as a process of its own for a test: its WebSocket API on a loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

JANUS = "/usr/bin/janus"
LIBRARIES = "/usr/lib/x86_64-linux-gnu/janus"
SECRET = "示范-secret-1"
SECONDS = 20


@asynccontextmanager
async def janus(folder: Path) -> AsyncIterator[str]:
    """Serve until the block ends; the address of the API."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    plugins, transports = folder / "plugins", folder / "transports"
    for place, kind, name in (
        (plugins, "plugins", "libjanus_videoroom.so"),
        (transports, "transports", "libjanus_websockets.so"),
    ):
        place.mkdir()
        (place / name).symlink_to(Path(LIBRARIES, kind, name))
    (folder / "janus.jcfg").write_text(
        f'general: {{ configs_folder = "{folder}"\n plugins_folder = "{plugins}"\n'
        f' transports_folder = "{transports}"\n events_folder = "{folder}/none"\n'
        f' loggers_folder = "{folder}/none"\n api_secret = "{SECRET}"\n'
        ' protected_folders = [] }\nnat: { ice_enforce_list = "127.0.0.1" }\n'
    )
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ ws = true\n ws_port = {port}\n ws_ip = "127.0.0.1"\n json = "compact" }}\n'
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    program = await asyncio.create_subprocess_exec(
        *(JANUS, "--configs-folder", str(folder), "--config", str(folder / "janus.jcfg")),
        *("--disable-colors",),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stdout is not None
        async with asyncio.timeout(SECONDS):
            # Its last words before it serves.
            while b"WebSockets thread started" not in await program.stdout.readline():
                assert program.returncode is None
        draining = asyncio.create_task(program.stdout.read())
        yield f"ws://127.0.0.1:{port}"
        draining.cancel()
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()
