"""A disk without room: people read that they wait, and nothing is started."""

from procs.store import record
from tests.sandbox.stack import CLIP, Stack


async def test_no_download_starts_below_the_floor_and_the_person_reads_why() -> None:
    async with Stack(disk_floor="1000TiB") as stack:
        ann = await stack.telegram.person("Ann")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id)
        sent = await ann.sends(stack.url(CLIP))
        await ann.sees(lambda m: m.reply == sent.id and "disk is full; this is kept" in m.text)
        _, said = await stack.says("status")
        (job,) = record.latest(stack.db)
    stack.remove()

    assert (job.state.name, job.attempt) == ("QUEUED", 0)
    assert "LOW since" in said
