"""A network of machines on this computer: a network namespace for each, joined to a bridge by veth.

The whole of it is below the namespace of this process, which should be one of its own (`unshare
--net`): then nothing of the computer's network is touched. Only root may make it.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

#: The bridge, and the address that this process's servers have on it.
BRIDGE, HUB = "fleet", "10.87.0.1"
NETWORK = "10.87.0.0/16"
#: What a slow line lets through: 250 kB a second, and a queue of 0.4 s.
SLOW_LINE = ("tbf", "rate", "2mbit", "burst", "32kbit", "latency", "400ms")


class Namespace:
    """One machine's network. `number` is the end of its address."""

    def __init__(self, name: str, number: int) -> None:
        self.name = f"chapar-{os.getpid()}-{name}"
        self.line, self.far = f"line{number}", f"eth{number}"
        self.address = f"10.87.0.{number}"

    @property
    def words(self) -> tuple[str, ...]:
        """What a command begins with that runs in it."""
        return ("nsenter", f"--net=/run/netns/{self.name}")

    def make(self) -> None:
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.line, "type", "veth", "peer", "name", self.far)
        run("ip", "link", "set", self.far, "netns", self.name)
        run("ip", "link", "set", self.line, "master", BRIDGE)
        run(*self.words, "ip", "addr", "add", f"{self.address}/16", "dev", self.far)
        run(*self.words, "ip", "link", "set", self.far, "up")
        run(*self.words, "ip", "link", "set", "lo", "up")
        self.join()

    def cut(self) -> None:
        """Pull the plug: nothing comes or goes, and no connection learns of it."""
        run("ip", "link", "set", self.line, "down")

    def join(self) -> None:
        run("ip", "link", "set", self.line, "up")

    def slow(self) -> None:
        """Let little through from the others to this machine."""
        run("tc", "qdisc", "replace", "dev", self.line, "root", *SLOW_LINE)

    def quicken(self) -> None:
        subprocess.run(
            ["tc", "qdisc", "del", "dev", self.line, "root"], stderr=subprocess.DEVNULL, check=False
        )

    def remove(self) -> None:
        run("ip", "netns", "del", self.name)


def is_possible() -> bool:
    """Whether namespaces can be made here."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "tc", "unshare"))):
        return False
    tried = subprocess.run(
        ["unshare", "--net", "ip", "link", "add", BRIDGE, "type", "bridge"],
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return tried.returncode == 0


@contextmanager
def opened(names: tuple[str, ...]) -> Iterator[dict[str, Namespace]]:
    """The bridge and a namespace for each name."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    run("ip", "addr", "add", f"{HUB}/16", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    made: dict[str, Namespace] = {}
    try:
        for number, name in enumerate(names, 11):
            made[name] = Namespace(name, number)
            made[name].make()
        yield made
    finally:
        for one in made.values():
            one.remove()
        run("ip", "link", "del", BRIDGE)


def run(*words: str) -> None:
    """Raises CalledProcessError."""
    subprocess.run(words, check=True)
