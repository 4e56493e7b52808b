"""The whole product in a place where everything can go wrong: its ways to Telegram and to the site
lead through proxies, its home is a small disk, and its wall clock can be set."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from procs.errors import StoreError
from tests.chaos.network_proxy import NetworkProxy
from tests.chaos.small_disk import SmallDisk
from tests.chaos.wall_clock import WallClock
from tests.sandbox.stack import Stack

#: Tries to start again after supervisord was killed, each when the ones before it are gone.
STARTS, BETWEEN = 8, 2.0


class StormStack(Stack):
    """A stack and the means to trouble it. `telegram_way` and `site_way` are open once it is up;
    `seed` is that of what they lose."""

    def __init__(self, home: Path | None = None, *, seed: int = 1, **settings: str) -> None:
        small = {"disk_floor": "1MiB", "ballast_size": "1MiB"}
        super().__init__(home, judged=False, **{**small, **settings})
        self.seed = seed
        self.telegram_way: NetworkProxy | None = None
        self.site_way: NetworkProxy | None = None
        self.disk = SmallDisk(self.state)
        self.home.mkdir(parents=True, exist_ok=True)
        self.wall_clock = WallClock(self.home)

    async def up(self) -> None:
        if self.telegram_way is None:
            await self.furnish()
        await super().up()

    async def furnish(self) -> None:
        """Open the proxies, mount the disk, build the clock."""
        telegram, site = (self.servers[name].facts["address"] for name in ("telegram", "site"))
        self.telegram_way = await self.ends.enter_async_context(self.way(telegram))
        site_way = self.way(site.partition("://")[2])
        self.site_way = await self.ends.enter_async_context(site_way)
        await asyncio.to_thread(self.disk.mount)
        await asyncio.to_thread(self.wall_clock.build)

    def way(self, target: str) -> NetworkProxy:
        """A way to a server (host:port), closed yet."""
        return NetworkProxy(target, self.seed)

    def keep(self) -> Path:
        """Copy the logs and the database from the small disk, for whoever looks for the cause, and
        give the disk back. The folder."""
        kept = self.home / "kept"
        kept.mkdir(exist_ok=True)
        for path in (*self.state.glob("chapar.db*"), *self.state.glob("logs/*")):
            shutil.copy(path, kept)
        self.disk.unmount()
        return kept

    @contextmanager
    def removed(self) -> Iterator[Self]:
        """Afterwards nothing is left of it, or what `keep` keeps when an error leaves the block: a
        disk that stays mounted is copied into the mounts of each child of any engine."""
        try:
            yield self
        except BaseException:
            self.keep()
            raise
        self.remove()

    def remove(self) -> None:
        self.disk.unmount()
        super().remove()

    @property
    def environment(self) -> dict[str, str]:
        found = {**super().environment, **self.wall_clock.environment}
        if self.telegram_way is not None:
            found["CHAPAR_TELEGRAM_SERVER"] = self.telegram_way.address
        return found

    def url(self, path: str) -> str:
        """The address of a page of the site, by the way that can be bad."""
        if self.site_way is None or path.startswith("/_"):
            return super().url(path)
        return f"http://{self.site_way.address}{path}"

    async def starts_again(self) -> None:
        """`chapar up` after supervisord was killed, as an init system does it: again until those
        that it left behind are gone. Raises AssertionError."""
        assert self.chapar is not None
        await self.chapar.wait()
        self.close_database()
        for left in reversed(range(STARTS)):
            try:
                return await self.up()
            except AssertionError:
                if not left:
                    raise
                await asyncio.sleep(BETWEEN)

    def close_database(self) -> None:
        if self.database is not None:
            self.database.close()
            self.database = None

    def read(self, sql: str, facts: dict[str, Any] | None = None) -> list[Any] | None:
        """Rows; None while there is no database to read."""
        with suppress(StoreError):
            if self.database is not None:
                return list(self.database.all(sql, facts or {}))
        return None
