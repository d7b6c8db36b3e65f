"""What a party and the platform said to each other, kept as JSON lines: never a secret.

Passwords, tokens, tickets, file keys and shares are struck out before anything is written, and
headers that carry a session are left away. Bytes that are no JSON are kept as their number.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

STRUCK_OUT: Final = "<secret>"
_SECRET: Final = frozenset(
    {
        *("csrf_token", "file_key", "file_keys", "password", "secret", "share", "shares"),
        *("ticket", "token"),
    }
)
_HEADERS: Final = ("Content-Type", "ETag", "Idempotency-Key", "If-Match", "WWW-Authenticate")
# How a message in a room's socket is told from an HTTP request.
SOCKET: Final = "SOCKET"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `asked` and `answered` are JSON, or a number of bytes, or None.

    `path` begins below /api/v1 and has the query. In a socket `method` is SOCKET and `status` 101.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    asked: Any
    status: int
    answer_headers: Mapping[str, str]
    answered: Any


def http_exchange(
    method: str,
    path: str,
    *,
    sent: Mapping[str, str],
    content: bytes | None,
    status: int,
    received: Mapping[str, str],
    answer: bytes | None,
) -> Exchange:
    """An HTTP exchange as it may be kept. `answer` None: a body that nobody kept in memory."""
    return Exchange(
        method,
        path,
        _shown(sent),
        _content(content, sent),
        status,
        _shown(received),
        _content(answer, received),
    )


def socket_exchange(path: str, message: str, answer: object) -> Exchange:
    """A message in a room and its answer."""
    return Exchange(SOCKET, path, {}, _without_secrets(json.loads(message)), 101, {}, answer)


class Transcript:
    """A file of exchanges; `heard` adds one."""

    def __init__(self, file: Path) -> None:
        """Go on in the file, or begin it."""
        self._file = file

    def heard(self, exchange: Exchange) -> None:
        """Write one line."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(exchange), ensure_ascii=False) + "\n")


def read_transcript(file: Path) -> list[Exchange]:
    """What `Transcript` wrote."""
    return [Exchange(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _HEADERS if name in headers}


def _content(content: bytes | None, headers: Mapping[str, str]) -> Any:
    if not content:
        return None
    if "json" not in headers.get("Content-Type", ""):
        return len(content)
    return _without_secrets(json.loads(content))


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _struck_out(each) if _is_secret(name, value) else _without_secrets(each)
        for name, each in value.items()
    }


def _is_secret(name: str, beside: Mapping[str, Any]) -> bool:
    # A time-stamping authority's token is for everybody; every other one opens a door.
    return name in _SECRET and not (name == "token" and "authority" in beside)


def _struck_out(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _struck_out(each) for name, each in value.items()}
    return STRUCK_OUT
