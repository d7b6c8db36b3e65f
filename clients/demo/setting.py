"""What stands on the stage before any party comes: the platform and those who watch over it.

Outside certificate authority, second time-stamping authority, two witnesses and two insurers are
processes of their own with keys of their own; the platform is told their public halves.
"""

import base64
import json
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clients.authority_files import to_pem
from clients.demo.processes import Stage
from clients.platform import open_platform
from clients.serving import write_private
from clients.witness import read_key
from crypto.keys import NoteKey

HOST: Final = "127.0.0.1"
WITNESSES: Final = ("witness-a", "witness-b")
AUTHORITY_NAME: Final = "示范外部证书机构"
STAMPER_NAME: Final = "示范第二时间戳机构"
SERVER: Final = "server"


@dataclass(frozen=True, slots=True)
class Watcher:
    """A witness: its key is made before the platform's, its port is kept for it."""

    name: str
    key: NoteKey
    port: int


@dataclass(frozen=True, slots=True)
class Authority:
    """An outside authority as the platform is told of it; `url` if it stamps time."""

    name: str
    root: Path
    url: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where everything is: addresses, the operator's account, and what the platform keeps."""

    platform: str
    authority: str
    operator_login: str
    operator_password: str
    data: Path


async def set_stage(
    stage: Stage,
    folder: Path,
    *,
    holders: Sequence[dict[str, str]],
    told: Callable[[str], None],
) -> Setting:
    """Start everything that serves; the server is started again when it dies.

    Raises ProcessFailed.
    """
    keys = folder / "keys"
    (keys / "trust").mkdir(mode=0o700, parents=True)
    server_port, *witness_ports = free_ports(1 + len(WITNESSES))
    platform = f"http://{HOST}:{server_port}"
    authority, stamper = await _start_authorities(stage, keys, platform, holders)
    witnesses = [
        Watcher(name, read_key(keys / f"{name}.key", name), port)
        for name, port in zip(WITNESSES, witness_ports, strict=True)
    ]
    roots = [Authority(AUTHORITY_NAME, _root(keys / "trust" / "outside-ca.pem", authority))]
    stampers = [Authority(stamper["name"], _root(keys / "tsa.pem", stamper), stamper["ready"])]
    # A name of its own for each run: where the database's user cannot enter this folder, its files
    # lie elsewhere under the same name, and an earlier run's must not be taken up again.
    data = folder / f"platform-{secrets.token_hex(4)}"
    config = folder / "server.toml"
    config.write_text(
        server_config(
            data,
            port=server_port,
            trust_folder=keys / "trust",
            witnesses=witnesses,
            certifiers=roots,
            stampers=stampers,
        )
    )

    async def start_server() -> dict[str, Any]:
        return await stage.start_ready(
            SERVER, ["server.py", "serve", "--demonstration", "--config", str(config)]
        )

    await stage.start_and_keep(SERVER, start_server, told)
    await _start_witnesses(stage, keys, platform, witnesses)
    return Setting(platform, authority["ready"], *_operator(data), data)


def server_config(
    folder: Path,
    *,
    port: int,
    trust_folder: Path,
    witnesses: Sequence[Watcher],
    certifiers: Sequence[Authority],
    stampers: Sequence[Authority],
) -> str:
    """The platform's configuration file, TOML (`tendering.settings`)."""
    tables = [
        _table("[server]", host=HOST, port=port),
        _table("[platform]", folder=str(folder), trust_folder=str(trust_folder)),
        _table("[clock]", mode="demonstration"),
        # The clock jumps, and nobody waits a minute until the witnesses have seen it.
        _table("[log]", interval_seconds=1, idle_interval_seconds=2, quorum=len(witnesses)),
    ]
    tables += [
        _table(
            "[[log.witnesses]]",
            url=f"http://{HOST}:{one.port}",
            verifier=one.key.cosigner,
            run_by=f"示范见证方 {one.name}",
            independent=True,
        )
        for one in witnesses
    ]
    tables += [
        _table("[[log.certifiers]]", name=one.name, root_file=str(one.root)) for one in certifiers
    ]
    tables += [
        _table("[[log.authorities]]", name=one.name, root_file=str(one.root), url=one.url)
        for one in stampers
    ]
    return "\n".join(tables)


async def _start_authorities(
    stage: Stage, keys: Path, platform: str, holders: Sequence[dict[str, str]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The outside certificate authority and the second time-stamping authority."""
    clock = f"{platform}/api/v1/clock"
    listed = keys / "holders.json"
    write_private(listed, json.dumps(list(holders), ensure_ascii=False).encode())
    authority = await stage.start_ready(
        "outside-ca",
        [
            *("-m", "clients.outside_ca", "--name", AUTHORITY_NAME, "--clock-url", clock),
            *("--key-folder", str(keys / "outside-ca"), "--holders", str(listed)),
        ],
    )
    stamper = await stage.start_ready(
        "tsa",
        [
            *("-m", "clients.tsa", "--name", STAMPER_NAME, "--clock-url", clock),
            *("--key-folder", str(keys / "tsa")),
        ],
    )
    return authority, stamper


async def _start_witnesses(
    stage: Stage, keys: Path, platform: str, witnesses: Sequence[Watcher]
) -> None:
    """A witness watches one log: its key is known when the platform runs."""
    async with open_platform(platform) as line:
        log_key = (await line.get("/log/keys"))["log_keys"][0]
    for one in witnesses:
        await stage.start_ready(
            one.name,
            [
                *("-m", "clients.witness", "--listen", f"{HOST}:{one.port}", "--name", one.name),
                *("--key", str(keys / f"{one.name}.key")),
                *("--state", str(keys / f"{one.name}.state")),
                *("--log-key", log_key, "--origin", log_key.partition("+")[0]),
                *("--clock-url", f"{platform}/api/v1/clock"),
            ],
        )


def _root(file: Path, said: dict[str, Any]) -> Path:
    """Keep the root certificate that a program showed when it was ready, as PEM."""
    file.write_bytes(to_pem(base64.b64decode(said["root"])))
    return file


def _table(heading: str, **values: str | int | bool) -> str:
    """A table of a TOML file: its strings are written as in JSON."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([heading, *lines, ""])


def _operator(platform: Path) -> tuple[str, str]:
    account = json.loads((platform / "operator.json").read_text())
    return account["login"], account["password"]


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now. A program that is killed finds its port again."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
