"""The whole product on this machine: loopback Telegram, loopback site, and the real `chapar up`.

async with Stack(home) as stack:
    sara = await stack.telegram.person("Sara", language="fa")
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Self

from daemon.supervisor.control import Supervisor
from procs.config.setting_table import TABLE
from procs.store.database import Database, open_database
from procs.store.health import workers as rows
from tests import ROOT
from tests.sandbox.log_scan import secrets
from tests.sandbox.sandbox_server import Server
from tests.sandbox.telegram.control import Control
from tests.sandbox.whole_machine import WholeMachine

#: Pages of the site that most stories use: a short film, and the same at 100 kB a second.
CLIP = "/clip.mp4"
SLOW = "/slow/clip.mp4"

#: In the form that real ones have.
TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
API_HASH = "0123456789abcdef0123456789abcdef"

#: Seconds: the longest that a start or an event may take on a busy machine.
PATIENCE = 60.0
#: How long running jobs have when Chapar is stopped.
GRACE = next(one for one in TABLE if one.name == "CHAPAR_DRAIN_GRACE")
#: Seconds between two looks at something that tells nobody when it changes.
LOOK = 0.05


class Stack(WholeMachine):
    """Telegram, a site, and Chapar under its real supervisord, in one short folder. One `beside`
    another is a machine more, which has its Telegram and its site."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        judged: bool = True,
        beside: "Stack | None" = None,
        inside: Sequence[str] = (),
        host: str = "127.0.0.1",
        around: Mapping[str, str] | None = None,
        **settings: str,
    ) -> None:
        self.home = home or Path(tempfile.mkdtemp(prefix="chapar-"))
        self.settings = settings
        #: Whether a bot that spoke too often is an error of whoever ends the stack.
        self.judged = judged
        self.beside = beside
        #: What its commands begin with, which brings them into a network of their own; where its
        #: servers listen; and what is in the environment besides.
        self.inside, self.host, self.around = inside, host, around or {}
        self.servers = beside.servers if beside else self.own_servers()
        self.chapar: asyncio.subprocess.Process | None = None
        #: 0: a process group of its own, which Ctrl-C at the terminal does not reach.
        self.group: int | None = None
        self.database: Database | None = None
        self.ends = AsyncExitStack()

    def own_servers(self) -> dict[str, Server]:
        return {
            "telegram": Server(
                *("tests.sandbox.telegram", "--home", str(self.home / "telegram")),
                *("--token", TOKEN, "--strict", "--host", self.host),
            ),
            "site": Server("tests.sandbox.site", "--host", self.host),
        }

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self.judged:
                await self.is_polite()
        finally:
            await self.stop()
        if kind is None:
            self.is_discreet()

    def is_discreet(self) -> None:
        """Raises AssertionError when a log has a token, a hash or the query of a link in it."""
        told = secrets(self.state / "logs", (self.servers["telegram"].facts["token"], API_HASH))
        assert not told, told

    async def is_polite(self) -> None:
        """Raises AssertionError when the bot spoke more often than Telegram allows."""
        broken = await self.telegram.violations()
        assert not broken, broken

    async def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if not self.beside:
            await asyncio.gather(*(server.start() for server in self.servers.values()))
        await self.ends.enter_async_context(self.telegram)
        await self.up()

    async def stop(self) -> None:
        """End everything; the servers also where Chapar does not end, or nobody waits for it."""
        try:
            await self.down()
        finally:
            await self.ends.aclose()
            for server in () if self.beside else self.servers.values():
                await server.stop()

    @cached_property
    def telegram(self) -> Control:
        return Control(self.servers["telegram"].facts["control"])

    @property
    def state(self) -> Path:
        """CHAPAR_HOME."""
        return self.home / "home"

    @property
    def said(self) -> Path:
        """What `chapar up` printed."""
        return self.home / "up.log"

    @property
    def environment(self) -> dict[str, str]:
        telegram = self.servers["telegram"].facts
        ours = {
            "CHAPAR_HOME": str(self.state),
            "CHAPAR_API_ID": "12345",
            "CHAPAR_API_HASH": API_HASH,
            "CHAPAR_BOT_TOKEN": telegram.get("token", ""),
            "CHAPAR_TELEGRAM_SERVER": telegram.get("address", ""),
            "CHAPAR_TELEGRAM_SERVER_KEY": telegram.get("key", ""),
            "CHAPAR_ALLOWED_NETWORKS": "127.0.0.0/8",
            "CHAPAR_WORKERS": "2",
            "CHAPAR_DRAIN_GRACE": "20",
            "CHAPAR_MESSAGES_PER_MINUTE": "0",  # people of tests write as fast as they can
            "CHAPAR_ENV_FILE": "/dev/null",
            **{f"CHAPAR_{name.upper()}": value for name, value in self.settings.items()},
        }
        others = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
        return {**others, **self.around, **ours}

    async def command(self, *words: str, to: int | BinaryIO) -> asyncio.subprocess.Process:
        """Start one `chapar` command."""
        ending = (sys.executable, "-m", "tests.sandbox.ending_child") if words[0] == "up" else ()
        return await asyncio.create_subprocess_exec(
            *(*self.inside, *ending, sys.executable, "-m", "daemon.cli", *words),
            cwd=ROOT,
            env=self.environment,
            stdout=to,
            stderr=asyncio.subprocess.STDOUT,
            process_group=self.group,
        )

    async def says(self, *words: str) -> tuple[int, str]:
        """Run one `chapar` command to its end: the exit code and what it printed."""
        process = await self.command(*words, to=asyncio.subprocess.PIPE)
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE * 2)
        return process.returncode or 0, out.decode()

    async def up(self) -> None:
        """Start Chapar and wait until all N workers serve and the bot listens."""
        with open(self.said, "wb") as said:
            self.chapar = await self.command("up", to=said)
        await self.until(self.is_up)
        url = self.settings.get("database_url", f"sqlite:///{self.state}/chapar.db")
        self.database = open_database(url, run=self.state / "run")
        await self.until(lambda: len(self.serving()) == int(self.environment["CHAPAR_WORKERS"]))
        await self.until_listening()

    def is_up(self) -> bool:
        """Whether supervisord answers. Raises AssertionError when it ended instead."""
        assert self.chapar is not None
        assert self.chapar.returncode is None, self.said.read_text()
        return self.supervisor.is_up()

    async def down(self) -> None:
        """Stop Chapar as `systemctl stop` does, and wait for its end."""
        if self.database is not None:
            self.database.close()
            self.database = None
        if self.frozen:
            self.thaw()
        if self.chapar is not None and self.chapar.returncode is None:
            self.chapar.terminate()
            await asyncio.wait_for(self.chapar.communicate(), self.ending)

    @property
    def ending(self) -> float:
        """Seconds that an end may take: the grace of running jobs, and what a busy machine adds."""
        told = self.environment.get(GRACE.name) or GRACE.default(self.environment)
        return float(GRACE.value(told)) + PATIENCE

    @property
    def db(self) -> Database:
        assert self.database is not None
        return self.database

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.state / "run")

    def url(self, path: str) -> str:
        """The address of a page of the site."""
        return f"{self.servers['site'].facts['address']}{path}"

    async def asked(self, path: str) -> int:
        """How often the site was asked for a path."""
        return (await self.counted(path)).get("hits", 0)

    async def counted(self, path: str) -> dict[str, int]:
        """What the site counted of a path: hits, bytes, and the first byte of its latest answer."""
        with await asyncio.to_thread(urllib.request.urlopen, self.url("/_hits")) as answer:
            rows: dict[str, dict[str, int]] = json.load(answer)
        return rows.get(path, {})

    async def visits(self) -> list[dict[str, Any]]:
        """The site's own record: every ask, as in `Site.visits`."""
        with await asyncio.to_thread(urllib.request.urlopen, self.url("/_visits")) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    async def grows(self, feed: int) -> int:
        """Let a feed of the site (`/growing/<feed>/feed.xml`) have one entry more: its number."""
        url = self.url(f"/_grow/{feed}")
        with await asyncio.to_thread(urllib.request.urlopen, url) as answer:
            return int(answer.read())

    async def outage(self, state: str) -> None:
        """Let the site answer 500 to everything (`on`), or work again (`off`)."""
        await self.tells_site(f"outage/{state}")

    async def refuses(self, address: str) -> None:
        """Let the site answer 429 to who comes from an address, or to nobody (`none`)."""
        await self.tells_site(f"refuse/{address}")

    async def tells_site(self, words: str) -> None:
        (await asyncio.to_thread(urllib.request.urlopen, self.url(f"/_{words}"))).close()

    def pid(self, title: str) -> int:
        """The process id of `bot`, `keeper`, `worker:worker-00`; 0 while it starts anew."""
        return next(one.pid for one in self.supervisor.processes() if one.title == title)

    def workers(self) -> list[rows.Worker]:
        machine = self.settings.get("machine")
        here = [one for one in rows.present(self.db) if machine in (None, one.host)]
        return [worker for worker in here if worker.alive]

    def serving(self) -> list[rows.Worker]:
        """The workers that hold a slot, draining or not."""
        return [worker for worker in self.workers() if worker.slot is not None]

    def kill(self, pid: int, signum: signal.Signals = signal.SIGKILL) -> None:
        """0, of a process that is not there yet, is refused: it names our own process group."""
        assert pid > 0, "no process to kill"
        os.kill(pid, signum)

    async def until_listening(self) -> None:
        """The bot is connected: it asked for its place in the updates, or what it missed."""
        bot = self.servers["telegram"].facts["bot"]
        async with asyncio.timeout(PATIENCE):
            while not await self.telegram.calls("updates.get*", account=bot):
                await asyncio.sleep(LOOK)

    async def until(self, true: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """The first true value of something that tells nobody when it changes."""
        async with asyncio.timeout(patience):
            while not (value := true()):
                await asyncio.sleep(LOOK)
        return value

    def log(self, name: str) -> str:
        """Everything one kind of process wrote, `worker` or `bot`."""
        files = sorted((self.state / "logs").glob(f"{name}*"))
        return "\n".join(file.read_text(errors="replace") for file in files)

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
