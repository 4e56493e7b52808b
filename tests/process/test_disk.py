"""A disk without room: people read that they wait, nothing is started, and then it goes on."""

from pathlib import Path

from procs.core import disk as measure
from procs.store.health import alerts, low_disks
from procs.store.reports import job_record
from tests.process.conftest import PATIENCE, gets
from tests.process.test_full_disk import Tmpfs, Ulimit, disk
from tests.sandbox.stack import CLIP, Stack

__all__ = ["disk"]
MIB = 1 << 20
#: What of a disk of 48 MiB is low; and what no disk has, for who may not mount a small one.
FLOOR, ENDLESS = "20MiB", "1000TiB"


async def test_no_download_starts_below_the_floor_and_all_go_on_above_it(
    disk: Tmpfs | Ulimit,
) -> None:
    small = isinstance(disk, Tmpfs)
    settings = {"disk_floor": FLOOR if small else ENDLESS, "ballast_size": "4MiB"}
    async with Stack(disk.folder, **settings) as stack:
        ballast = stack.state / "ballast"
        ann = await stack.telegram.person("Ann")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id)
        if small:
            await stack.until(ballast.exists)
            take(disk.filler, leave=10 * MIB)
        await stack.until(lambda: low_disks.low(stack.db) and not ballast.exists())
        sent = await ann.sends(stack.url(CLIP))
        await ann.sees(
            lambda m: m.reply == sent.id and "disk is full; your request is kept" in m.text,
            PATIENCE,
        )
        _, said = await stack.says("status")
        (job,) = job_record.latest(stack.db)
        assert (job.state.name, job.attempt) == ("QUEUED", 0)
        assert "LOW since" in said
        assert [one.kind for one in alerts.standing(stack.db)] == ["disk-low"]
        if small:
            disk.free(stack)
            assert (await gets(ann, sent)).kind == "video"
            await stack.until(ballast.exists)
            await stack.until(lambda: not alerts.standing(stack.db))


def take(path: Path, *, leave: int) -> None:
    """Take all of a disk but so many bytes."""
    with open(path, "wb", buffering=0) as file:
        while (spare := measure.free(path.parent) - leave) > 0:
            file.write(bytes(min(spare, MIB)))
