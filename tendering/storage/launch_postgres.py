"""Become a PostgreSQL program: run as a script by `embedded_postgres`, never imported.

Gives up root, asks the kernel to stop this process when its parent dies, and replaces itself by the
program. It is a process of its own because PostgreSQL refuses root, and because Python code between
fork and exec of a process with threads is unsafe.

Arguments: the parent's process id, the user id, the group id, then the program with its arguments.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def launch(arguments: Sequence[str]) -> None:
    """Replace this process by the program in `arguments`; returns only if the parent is gone."""
    parent, user, group = (int(argument) for argument in arguments[:3])
    command = arguments[3:]
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    os.umask(0o077)
    os.chdir("/")
    # After the change of user, which would clear it. SIGINT is PostgreSQL's fast shutdown.
    status = ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT))
    assert status == 0, "the kernel does not end a process with its parent"
    # A parent that died before the line above sends no signal any more.
    if os.getppid() == parent:
        os.execve(command[0], list(command), ENVIRONMENT)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    launch(sys.argv[1:])
