"""The name of this machine, as rows about machines have it: workers, disks, engine versions."""

import re
import socket

#: What a name may be made of, and how long it may be: it stands in the name of a socket.
MACHINE_NAME, MOST_LETTERS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"), 24

#: What a machine may do for all: carry jobs, look after the common rows, run the bot.
ROLES = ("worker", "keeper", "bot")


class Here:
    """This process's machine: what it was told, else the host's own name."""

    def __init__(self) -> None:
        self.told = ""

    @property
    def name(self) -> str:
        """The name that was told, else that of the host."""
        return self.told or socket.gethostname()


HERE = Here()


def name() -> str:
    """The name of this machine."""
    return HERE.name


def shared() -> str:
    """The name, where machines share a database; "" where this one is alone."""
    return HERE.told


def give(name: str) -> None:
    """Tell this process the name of its machine, one of those that share a database."""
    HERE.told = name


def proposed() -> str:
    """A name made of the host's: its first label in lower case, with nothing else in it."""
    label = socket.gethostname().partition(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", label)[:MOST_LETTERS].strip("-") or "chapar"
