"""The port that the platform listens on, bound before anything is started."""

import socket

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
        where = f"{chosen.host}:{chosen.port}"
        raise PortTaken(f"cannot listen on {where}: {error.strerror}") from error
