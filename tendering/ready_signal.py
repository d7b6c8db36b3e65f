"""A word to the init system that started us: systemd's `Type=notify` (sd_notify(3))."""

import os
import socket


def tell_supervisor(state: str) -> None:
    """Say `READY=1` or the like; nothing where nobody wants to hear it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        # An abstract address begins with a zero byte, which the environment cannot hold.
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.send(state.encode())
