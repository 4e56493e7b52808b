"""Brings a version of yt-dlp into use: installs it apart, checks and tests it, then switches."""

import os
from collections.abc import Callable
from pathlib import Path

from packaging.version import Version as Number

from procs.core import disk
from procs.engine.releases import installer
from procs.engine.releases.versions import (
    DISTRIBUTION,
    UNFINISHED,
    EngineRefused,
    Version,
    Versions,
    check_floor,
    number,
)
from procs.engine.updates import smoke_test
from procs.engine.updates.smoke_test import SmokeTrial

Say = Callable[[str], object]


class Updater:
    """Brings other versions under one CHAPAR_HOME. `say` gets a line about each step."""

    def __init__(self, home: Path, trial: SmokeTrial, say: Say) -> None:
        self.home = home
        self.versions = Versions(home / "engines")
        self.trial = trial
        self.say = say

    async def newest(self, *, pre: bool = False) -> str:
        """The number of the newest version that could be had. Raises EngineRefused."""
        return await installer.newest(pre=pre)

    async def update(self, wanted: str = "", *, pre: bool = False) -> Version:
        """Have the version that is wanted, the newest when none is named, and use it. Raises
        EngineRefused; then the version in use is the one it was."""
        with self.versions.alone():
            name = str(number(wanted)) if wanted else await self.newest(pre=pre)
            check_floor(Version(name))
            if name == self.versions.current().name:
                self.say(f"{DISTRIBUTION} {name} is in use already")
                return self.versions.current()
            version = self.versions.find(name) or await self.bring(name)
            self.versions.use(version)
            self.say(f"{DISTRIBUTION} {name} is in use; running jobs finish on the one before")
            return version

    async def bring(self, name: str) -> Version:
        """Install a version, try it, and keep it when it is good."""
        fresh = self.versions.root / f"{UNFINISHED}{name}-{os.getpid()}"
        try:
            self.say(f"installing {DISTRIBUTION} {name}")
            await installer.install(name, fresh)
            check_is(Number(name), installer.found(fresh))
            self.say(f"trying {DISTRIBUTION} {name}")
            await self.test(Version(name, fresh))
            fresh.rename(self.versions.root / name)
        finally:
            if fresh.exists():
                disk.remove(fresh)
        return Version(name, self.versions.root / name)

    async def test(self, version: Version) -> None:
        """Raises EngineRefused when it does not do what it must."""
        await smoke_test.test(version, self.home, self.trial, old=self.versions.current())

    async def use(self, name: str) -> Version:
        """Use a version that is here already. Raises EngineRefused."""
        with self.versions.alone():
            version = self.versions.find(str(number(name)))
            if version is None:
                have = ", ".join(one.name for one in self.versions.kept())
                raise EngineRefused(
                    f"{name} is not here (here are {have}); try: engine update {name}"
                )
            await self.test(version)
            self.versions.use(version)
            return version

    def rollback(self) -> Version:
        """Use the version before again. Raises EngineRefused when there is none."""
        with self.versions.alone():
            before = self.versions.before()
            if before is None:
                raise EngineRefused("no version was in use before this one")
            self.versions.use(before)
            return before


def check_is(wanted: Number, got: Number) -> None:
    """Raise EngineRefused when pip installed another version than the one that was wanted."""
    if wanted != got:
        raise EngineRefused(f"pip brought {DISTRIBUTION} {got} instead of {wanted}")
