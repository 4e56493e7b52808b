"""A pipe is given a file while it comes down."""

import asyncio
import io

import pytest

from procs.engine.streams.pipe_feed import PipeFeed
from tests.sandbox.films import MIB

pytest_plugins = ["tests.sandbox.site.fixtures"]


class Pipe(io.BytesIO):
    """What was written can be read after it was closed."""

    def close(self):
        self.given = self.getvalue()
        super().close()


@pytest.fixture
def feed(tmp_path):
    """A feed of a file that has begun to come."""
    part = tmp_path / "media-0.fv.mp4.part"
    part.write_bytes(b"a" * MIB)
    feed = PipeFeed(str(part.with_suffix("")), Pipe())
    feed.start()
    yield feed, part
    feed.stop()
    feed.join()


async def given(feed, size):
    """Wait until so many bytes were given."""
    while feed.given.size < size:
        await asyncio.sleep(0.01)


async def test_a_pipe_is_given_what_comes_and_then_its_end(feed):
    feed, part = feed
    await given(feed, MIB)
    with part.open("ab") as file:
        file.write(b"b" * MIB)
    part.rename(feed.path)
    feed.whole.set()
    feed.join()
    assert feed.gave_all()
    assert feed.pipe.given == b"a" * MIB + b"b" * MIB


@pytest.mark.parametrize("size", [MIB // 2, MIB, 2 * MIB], ids=["shorter", "as long", "longer"])
async def test_a_download_that_began_anew_is_not_what_was_given(feed, size):
    feed, part = feed
    await given(feed, MIB)
    part.write_bytes(b"b" * size)
    part.rename(feed.path)
    feed.whole.set()
    feed.join()
    assert not feed.gave_all()
