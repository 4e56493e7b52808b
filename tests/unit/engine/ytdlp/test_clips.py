"""Chapters, sponsors' parts, broadcasts, and what a look has kept: the real engine on the site."""

import json
import zlib

import av
import pytest

from procs import errors, media
from procs.core import codec
from procs.engine.protocol.messages import LOOK_FILE, Order
from tests.sandbox.site import files
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: The id whose sponsors the site knows of: 10 s from the tenth second on.
SPONSORED = "sponsored01"
MIB = 1024**2


def film(site, number=SPONSORED, path="/long.mp4"):
    """A film of half a minute as a reader of its site would give it."""
    return {
        "id": number,
        "title": "A film",
        "extractor": "youtube",
        "extractor_key": "Youtube",
        "webpage_url": site.url("/page/plain.html"),
        "duration": 30,
        "formats": [
            {"format_id": "0", "url": site.url(path), "ext": "mp4", "protocol": "http",
             "vcodec": "avc1", "acodec": "mp4a", "width": 640, "height": 360}
        ],
        "chapters": [
            {"start_time": 0, "end_time": 20, "title": "One = first"},
            {"start_time": 20, "end_time": 30, "title": "دو"},
        ],
    }  # fmt: skip


@pytest.fixture
def fetch_kept(site, engine, tmp_path):
    """Fetch what a look has kept; the link itself leads nowhere, unless it is named."""

    async def fetch(info, variant, path="/status/404", live=0.0):
        body = codec.dump({"info": info, "file": None}).encode()
        (tmp_path / LOOK_FILE).write_bytes(zlib.compress(body))
        order = Order(
            *(site.url(path), variant), allowed_networks=LOOPBACK, kept=True, sponsors=site.url("")
        )
        async with engine.open(order, tmp_path) as child:
            await child.probe()
            return await child.fetch(lambda *line: None)

    return fetch


def told(path):
    """Seconds of a film, and its chapters."""
    with av.open(str(path)) as opened:
        chapters = [
            (float(one["start"] * one["time_base"]), one["metadata"].get("title"))
            for one in opened.chapters()
        ]
        return opened.duration / av.time_base, chapters


async def test_what_was_kept_is_fetched_without_asking_the_site_again(fetch_kept, site, tmp_path):
    fetched = await fetch_kept(film(site), "best")
    assert fetched.files == ["A film.mp4"]
    assert site.hits("/status/404") == 0


async def test_what_is_asked_for_anew_has_every_piece(fetch_kept, site, tmp_path):
    """yt-dlp counts a piece that came before its turn, and goes on behind it."""
    first = files.hls("muxed0.ts")
    (tmp_path / "media-0.mp4.part").write_bytes(first)
    (tmp_path / "media-0.mp4.part-Frag2").write_bytes(first)
    note = {"downloader": {"current_fragment": {"index": 2}}}
    (tmp_path / "media-0.mp4.ytdl").write_text(json.dumps(note))

    fetched = await fetch_kept(film(site, path="/status/403"), "best", path="/hls/muxed.m3u8")

    with av.open(str(tmp_path / fetched.files[0])) as opened:
        assert sum(packet.size > 0 for packet in opened.demux(video=0)) == 25 * files.SECONDS


async def test_kept_addresses_that_ran_out_are_asked_for_anew(fetch_kept, site):
    fetched = await fetch_kept(film(site, path="/status/403"), "best", path="/page/video.html")
    assert fetched.files == ["A page with a film.mp4"]


async def test_the_form_is_chosen_at_the_download_not_at_the_look(site, engine, tmp_path):
    look = Order(site.url("/hls/master.m3u8"), "look", allowed_networks=LOOPBACK)
    async with engine.open(look, tmp_path) as child:
        await child.probe()
    asked = site.hits("/hls/master.m3u8")
    order = Order(site.url("/hls/master.m3u8"), "180p", allowed_networks=LOOPBACK, kept=True)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
        await child.fetch(lambda *line: None)
    assert found.plan.startswith("700+")
    assert site.hits("/hls/master.m3u8") == asked
    assert (site.hits("/hls/low0.ts"), site.hits("/hls/video0.ts")) == (1, 0)


async def test_a_plain_file_keeps_its_real_name(site, engine, tmp_path):
    url = site.url("/odd/clip.mp4")
    async with engine.open(Order(url, "look", allowed_networks=LOOPBACK), tmp_path) as child:
        await child.probe()
    order = Order(url, "best", allowed_networks=LOOPBACK, kept=True)
    async with engine.open(order, tmp_path) as child:
        await child.probe()
        assert (await child.fetch(lambda *line: None)).files == ["فیلم آزمایشی.mp4"]


async def test_chapters_stay_in_the_film(fetch_kept, site, media_tools, tmp_path):
    files = (await fetch_kept(film(site), "best")).files
    (file,) = await media.prepare(
        media_tools, tmp_path, files, variant="best", title="A film", max_file_size=100 * MIB
    )
    assert told(file.path)[1] == [(0.0, "One = first"), (20.0, "دو")]


async def test_parts_that_sponsors_paid_for_are_left_out(fetch_kept, site, tmp_path):
    fetched = await fetch_kept(film(site), "best~")
    lasts, chapters = told(tmp_path / fetched.files[0])
    assert lasts == pytest.approx(20, abs=2.5)
    assert fetched.durations == [pytest.approx(20)]
    assert [(round(start), title) for start, title in chapters] == [(0, "One = first"), (10, "دو")]


@pytest.mark.parametrize("number", ["sponsorless", "away"])
async def test_no_marks_or_no_answer_cost_the_cuts_and_not_the_film(
    fetch_kept, site, tmp_path, number
):
    fetched = await fetch_kept(film(site, number), "best~")
    assert told(tmp_path / fetched.files[0])[0] == pytest.approx(30, abs=0.2)
    assert any("no cuts" in one for one in fetched.warnings) == (number == "away")


async def test_a_broadcast_is_recorded_for_so_long_where_that_is_allowed(site, engine, tmp_path):
    order = Order(site.url("/live.m3u8"), allowed_networks=LOOPBACK, live=3.0)
    async with engine.open(order, tmp_path) as child:
        await child.probe()
        (name,) = (await child.fetch(lambda *line: None)).files
    assert told(tmp_path / name)[0] == pytest.approx(3, abs=0.5)


async def test_a_part_of_a_broadcast_is_refused_all_the_same(site, engine, tmp_path):
    order = Order(site.url("/live.m3u8"), "best@1-2", allowed_networks=LOOPBACK, live=3.0)
    with pytest.raises(errors.LiveNow):
        async with engine.open(order, tmp_path) as child:
            await child.probe()
