"""Words to the service manager that started us (sd_notify(3)): nothing happens without one."""

import socket
from collections.abc import MutableMapping
from contextlib import suppress

SOCKET_NAME, WATCHDOG = "NOTIFY_SOCKET", "WATCHDOG_USEC"


class ServiceManager:
    """The manager's socket, taken out of the environment: processes of ours shall not speak for
    the service."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        address = environ.pop(SOCKET_NAME, "")
        environ.pop(WATCHDOG, None)
        environ.pop("WATCHDOG_PID", None)
        self.address = f"\0{address[1:]}" if address.startswith("@") else address

    def send(self, *words: str) -> None:
        """Tell it `NAME=value` words, in one datagram. One that does not listen is no failure."""
        if not self.address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line, suppress(OSError):
            line.sendto("\n".join(words).encode(), self.address)
