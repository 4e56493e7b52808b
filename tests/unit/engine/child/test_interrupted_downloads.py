"""A child that is killed in the middle of a download, and what the next one asks the site for."""

import asyncio
import os
import signal

import pytest

from procs.engine.protocol import folder_lock
from procs.errors import EngineDied, SiteBroken
from procs.worker.jobs.resume import taken
from tests.chaos.network_proxy import NetworkProxy
from tests.sandbox.events import until
from tests.sandbox.own_nursery import ordered
from tests.sandbox.site.padding import altered, padding
from tests.sandbox.site.pages import page

pytest_plugins = ["tests.sandbox.site.fixtures"]

MIB = 1 << 20
#: So much of a file is padding, so much comes a second, and so much has come when the child dies.
PAD, RATE, CAME = 4 * MIB, 3 * MIB, 2 * MIB
QUERY = f"pad={PAD}&rate={RATE}"


async def interrupt(
    engine, url, folder, *, part="*.part", came=CAME, breaks=None, error=EngineDied
):
    """Begin a download, and kill its child when a good part of it lies there, or do what `breaks`
    does. The download ends with this error."""

    def lies():
        return sum(one.stat().st_size for one in folder.glob(part)) >= came

    async with engine.open(ordered(url), folder) as child:
        await child.probe()
        bringing = asyncio.create_task(child.fetch(lambda done, total, rate: None))
        await until(lies)
        breaks() if breaks else os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(error):
            await bringing


async def go_on(engine, url, folder):
    async with engine.open(ordered(url), folder) as child:
        await child.probe()
        (name,) = (await child.fetch(lambda done, total, rate: None)).files
    return (folder / name).read_bytes()


async def twice(engine, site, path, tmp_path, *, change=False):
    """A download that is killed and gone on with: its bytes, and the first that was sent again."""
    old, new = tmp_path / "1-1", tmp_path / "1-2"
    address, _, _ = path.partition("?")
    await interrupt(engine, site.url(path), old)
    site.changed = change
    assert taken(old, new) is not None
    body = await go_on(engine, site.url(path), new)
    return body, site.first[address]


def original(site):
    return (site.files / "clip.mp4").read_bytes() + padding(PAD)


@pytest.mark.parametrize("by", ["", "etag", "modified", "both&heeds=yes"])
async def test_what_came_is_not_fetched_twice(site, engine, tmp_path, by):
    path = f"/changed/clip.mp4?{QUERY}&by={by}"
    body, first = await twice(engine, site, path, tmp_path)

    assert body == original(site)
    assert first >= CAME - 1


@pytest.mark.parametrize("by", ["etag", "modified", "both", "etag&heeds=yes", "both&heeds=yes"])
async def test_a_file_that_changed_at_the_site_comes_whole(site, engine, tmp_path, by):
    path = f"/changed/clip.mp4?{QUERY}&by={by}"
    body, first = await twice(engine, site, path, tmp_path, change=True)

    assert body == altered(original(site))
    assert first == 0


@pytest.mark.parametrize("bend", ["rangeless", "unsized", "refusing"])
async def test_a_site_without_ranges_begins_again(site, engine, tmp_path, bend):
    body, _ = await twice(engine, site, f"/{bend}/clip.mp4?{QUERY}", tmp_path)

    assert body == original(site)


@pytest.mark.long  # yt-dlp asks ten times, each a little later
async def test_a_site_that_fails_in_the_middle_is_gone_on_with_once_it_works(
    site, engine, tmp_path
):
    path = f"/changed/clip.mp4?{QUERY}&by=etag"
    async with NetworkProxy(f"127.0.0.1:{site.port}") as way:

        def fail():
            site.outage = True
            way.reset()

        url, old = f"http://{way.address}{path}", tmp_path / "1-1"
        await interrupt(engine, url, old, breaks=fail, error=SiteBroken)
        site.outage = False
        assert taken(old, tmp_path / "1-2") == 1
        body = await go_on(engine, url, tmp_path / "1-2")

    assert body == original(site)
    assert site.first["/changed/clip.mp4"] >= CAME - 1


async def test_what_came_whole_of_a_post_of_several_is_not_fetched_twice(site, engine, tmp_path):
    films = ("/long.mp4", f"/clip.mp4?{QUERY}")
    body = "".join(f'<video src="{film}"></video>' for film in films)
    site.pages["/page/two.html"] = page("Two films", body=body)
    url, old, new = site.url("/page/two.html"), tmp_path / "1-1", tmp_path / "1-2"
    await interrupt(engine, url, old, part="media-1.*.part")
    assert taken(old, new) == 2

    async with engine.open(ordered(url), new) as child:
        await child.probe()
        names = (await child.fetch(lambda done, total, rate: None)).files

    assert names == ["Two films.mp4", "Two films (2).mp4"]
    first = (site.files / "long.mp4").read_bytes()
    assert [(new / name).read_bytes() for name in names] == [first, original(site)]
    assert site.first["/long.mp4"] == len(first) - 1
    assert site.first["/clip.mp4"] >= CAME - 1


async def test_a_child_whose_worker_stands_still_is_killed_and_gone_on_with(site, engine, tmp_path):
    path, old, new = f"/changed/clip.mp4?{QUERY}&by=etag", tmp_path / "1-1", tmp_path / "1-2"

    def evict():
        assert taken(old, new) is None
        assert folder_lock.evict(old) == 1

    await interrupt(engine, site.url(path), old, breaks=evict)
    assert taken(old, new) == 1
    body = await go_on(engine, site.url(path), new)

    assert body == original(site)
    assert site.first["/changed/clip.mp4"] >= CAME - 1
