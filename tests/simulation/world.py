"""What all actors of one episode share: the machine, the disk, Telegram, the judge."""

import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from procs import config
from procs.config import Settings
from tests.simulation.disk import Disk
from tests.simulation.machine import Machine
from tests.simulation.oracle import Oracle
from tests.simulation.telegram_record import TelegramRecord

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
#: Rules of the sites that people send links to: one is visited by one at a time, at a pace.
SITES = """
["one.example"]
concurrency = 1
gap = "2s"
["two.example"]
rate = "40/min"
egress = ["default", "direct"]
"""
HOSTS = ("one.example", "two.example", "three.example")
PEOPLE = (1, 2, 3, 4, 5, 6)
#: Seats of a user, and downloads that run at once.
CAP, ROOMS = 2, 4
#: Of so many episodes one is a rush, one is about followed lists, and in one people ask alone.
RUSHES = 4


@dataclass
class World:
    """`calm` is the end of an episode: no trouble comes any more, and all work in turn."""

    machine: Machine
    disk: Disk
    settings: Settings
    oracle: Oracle
    telegram: TelegramRecord
    calm: bool = False
    #: Whether everybody asks for much at once, which Telegram has already.
    rush: bool = False
    #: Whether most of the work is looks at followed lists, and what they bring.
    lists: bool = False
    #: Whether most people ask for one link in their own chat, which Telegram has already: what the
    #: bot sends itself.
    alone: bool = False
    #: The numbers of messages of people, which Telegram gives.
    messages: int = 0
    #: Messages that came, for those that come twice.
    inbox: list[object] = field(default_factory=list)
    #: How many entries each followed list has.
    entries: dict[int, int] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether Telegram has all films, and all work is deliveries."""
        return self.rush or self.alone

    @classmethod
    def fresh(cls, folder: Path, seed: int) -> "World":
        machine, disk = Machine(seed), Disk(folder)
        world = cls(machine, disk, settings(), Oracle(disk), TelegramRecord(machine))
        world.rush, world.lists, world.alone = (seed % RUSHES == one for one in range(3))
        return world


@cache
def settings() -> Settings:
    """Nothing lies in this home: what the simulation keeps is in its database."""
    with tempfile.TemporaryDirectory() as home:
        sites = Path(home) / "sites.toml"
        sites.write_text(SITES)
        sites.chmod(0o600)
        return config.load(
            {
                "CHAPAR_API_ID": "12345",
                "CHAPAR_API_HASH": "0" * 32,
                "CHAPAR_BOT_TOKEN": TOKEN,
                "CHAPAR_HOME": home,
                "CHAPAR_SITES": str(sites),
            },
            env_file=None,
        )
