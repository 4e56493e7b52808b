"""What is said of a page whose stream could not be asked for."""

import asyncio

import pytest
from yt_dlp.utils import YoutubeDLError

from procs import errors
from procs.engine.failures.classify import judged
from procs.engine.ytdlp.loader import Loader
from tests.sandbox.site import Site

pytest_plugins = ["tests.sandbox.site.fixtures"]
IMPATIENT = {"quiet": True, "no_warnings": True, "cachedir": False, "socket_timeout": 0.3}


def failure(url: str) -> errors.JobError:
    """What a look at a page fails with."""
    with Loader(IMPATIENT) as loader, pytest.raises(YoutubeDLError) as failed:
        loader.extract_info(url, download=False)
    return judged(failed.value)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/page/hls-away.html", errors.NetworkBroken),
        ("/page/plain.html", errors.Unsupported),
    ],
)
async def test_a_stream_that_does_not_answer_is_no_page_without_one(page, kind):
    async with Site() as site:
        assert isinstance(await asyncio.to_thread(failure, site.url(page)), kind)
