"""A disk that is full to the last byte: whatever was accepted is kept, and done once there is
room."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from procs.errors import DiskFull
from procs.texts import i18n
from tests.process.conftest import PATIENCE, gets, got
from tests.sandbox.stack import CLIP, SLOW, Stack

#: Bytes of the small disk.
SMALL = 48 << 20
#: Seconds for what begins anew when there is room: a job that found none looks every 15 to 30.
LONG = 3 * PATIENCE
#: Downloads of 1.4 MB that last longer than it takes to fill the disk.
CRAWL = f"{SLOW}?rate=500000"


class Tmpfs:
    """A small disk of its own, full when a file takes what is left of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def fill(self, stack: Stack) -> None:
        with suppress(OSError), open(self.filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def free(self, stack: Stack) -> None:
        self.filler.unlink()


class Ulimit:
    """For who may not mount: no process may write to a file any more (setrlimit(2))."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.limits: dict[psutil.Process, tuple[int, int]] = {}

    def fill(self, stack: Stack) -> None:
        for process in psutil.Process(stack.supervisor.pid()).children():
            soft, hard = process.rlimit(psutil.RLIMIT_FSIZE)
            self.limits[process] = (soft, hard)
            process.rlimit(psutil.RLIMIT_FSIZE, (0, hard))

    def free(self, stack: Stack) -> None:
        for process, limits in self.limits.items():
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_FSIZE, limits)


def mounted(folder: Path) -> bool:
    """Whether a small file system could be mounted on a folder."""
    words = ("mount", "-t", "tmpfs", "-o", f"size={SMALL}", "chapar-test", str(folder))
    return os.geteuid() == 0 and subprocess.run(words, check=False).returncode == 0


@pytest.fixture
def disk() -> Iterator[Tmpfs | Ulimit]:
    folder = Path(tempfile.mkdtemp(prefix="ch-"))
    small = mounted(folder)
    yield Tmpfs(folder) if small else Ulimit(folder)
    if small:
        subprocess.run(("umount", "-l", str(folder)), check=True)
    shutil.rmtree(folder)


@pytest.mark.long
async def test_a_full_disk_keeps_every_accepted_request(disk: Tmpfs | Ulimit) -> None:
    async with Stack(disk.folder, disk_floor="1MiB", ballast_size="1MiB") as stack:
        ann, ben = [await stack.telegram.person(name) for name in ("Ann", "Ben")]
        for person in (ann, ben):
            await person.starts()
        accepted = [await ann.sends(stack.url(f"{CRAWL}&n={n}")) for n in range(2)]
        for sent in accepted:
            await ann.sees(lambda m, sent=sent: m.reply == sent.id, timeout=PATIENCE)

        disk.fill(stack)
        refused = await ben.sends(stack.url(CLIP))
        told = await ben.sees(lambda m: m.reply == refused.id, timeout=PATIENCE)
        disk.free(stack)

        assert told.text == i18n.say("en", DiskFull.say)
        for sent in accepted:
            await gets(ann, sent, patience=LONG)
        assert [len(await got(ann, sent)) for sent in accepted] == [1] * len(accepted)
        assert len(await got(ben, refused)) == 0
