"""What a real run leaves on the disk, and what its processes are like, whoever started it how."""

import os
import stat
from pathlib import Path

import psutil
import pytest

from tests.process.conftest import gets
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

#: What to start from: the mask of a careless shell, and none at all.
MASKS = (0o022, 0o000)


def open_to_others(home: Path) -> list[str]:
    """Everything that others could use, were its folder open. Sockets are doors, not files."""
    paths = [home, *home.rglob("*")]
    found = [(path, path.lstat().st_mode) for path in paths if path.exists()]
    return [
        f"{stat.filemode(mode)} {path}"
        for path, mode in found
        if mode & 0o077 and not stat.S_ISLNK(mode)
    ]


def facts(process: psutil.Process) -> tuple[str, str]:
    """Its mask, and the size of the largest core that it may leave."""
    place = Path("/proc", str(process.pid))
    mask = next(line for line in (place / "status").read_text().splitlines() if "Umask" in line)
    limits = (place / "limits").read_text().splitlines()
    core = next(line for line in limits if line.startswith("Max core file size"))
    return mask.split()[1], core.split()[4]


@pytest.mark.parametrize("mask", MASKS)
async def test_a_run_leaves_nothing_open_to_others(mask: int) -> None:
    before = os.umask(mask)
    try:
        async with Stack() as stack:
            person = await stack.telegram.person("Sara")
            hello = await person.starts()
            await person.sees(lambda m: m.id > hello.id, timeout=60)
            await gets(person, await person.sends(stack.url(CLIP)))
            place = stack.home / "fetched"
            place.mkdir()
            code, said = await stack.says("fetch", stack.url(f"{CLIP}?more"), "--to", str(place))
            assert code == 0, said
            assert stack.chapar is not None
            top = psutil.Process(stack.chapar.pid)
            ours = [top, *top.children(recursive=True)]

            assert {facts(process) for process in ours} == {("0077", "0")}
            assert len(ours) > 6  # supervisord, bot, keeper, listener, three workers, nursery
            assert open_to_others(stack.state) == []
        assert open_to_others(stack.state) == []
        assert {path.name for path in (stack.state / "logs").iterdir()} >= {
            *("supervisord.log", "bot.log", "keeper.log", "nursery.log", "watch.log"),
            "worker-00.log",
        }
        assert list((stack.state / "sessions").iterdir())
        stack.remove()
    finally:
        os.umask(before)
