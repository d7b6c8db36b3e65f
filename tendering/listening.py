"""The port that the platform listens on, bound before anything is started."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tendering.settings import ServerSettings


class PortTaken(Exception):
    """Another program listens where the platform should."""


def listen(chosen: ServerSettings) -> socket.socket:
    """Bind first: a taken port is noticed at once. Raises PortTaken."""
    try:
        return socket.create_server(
            (chosen.host, chosen.port), backlog=1024, reuse_port=chosen.processes > 1
        )
    except OSError as error:
        raise _taken(chosen, error) from error


@contextmanager
def reserve(chosen: ServerSettings) -> Iterator[socket.socket]:
    """Keep a port that nobody else has for processes that share it, without listening.

    Raises PortTaken.
    """
    try:
        # Alone first: a port that is shared is also shared with strangers of the same user.
        with socket.create_server((chosen.host, chosen.port)) as alone:
            place = alone.getsockname()
        line = socket.socket(alone.family, socket.SOCK_STREAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        line.bind(place)
    except OSError as error:
        raise _taken(chosen, error) from error
    with line:
        yield line


def _taken(chosen: ServerSettings, error: OSError) -> PortTaken:
    return PortTaken(f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror}")
