"""The real engine on the real site: every form in which media is served."""

import av
import pytest

from procs import errors
from procs.engine.protocol.messages import THUMBNAIL_FILE, Order
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

FILM = ["h264", "aac"]


def streams(path):
    """Codecs in a file, video first."""
    with av.open(str(path)) as media:
        return [one.codec_context.name.removesuffix("float") for one in media.streams]


def lasts(path):
    with av.open(str(path)) as media:
        return media.duration / av.time_base


@pytest.mark.parametrize(
    ("path", "name", "codecs"),
    [
        ("/clip.mp4", "clip.mp4", FILM),
        ("/clip.webm", "clip.webm", ["vp9", "opus"]),
        ("/clip.mkv", "clip.mkv", FILM),
        ("/song.mp3", "song.mp3", ["mp3"]),
        ("/odd/clip.mp4", "فیلم آزمایشی.mp4", FILM),
        ("/unsized/clip.mp4", "clip.mp4", FILM),
        ("/redirect/3/clip.mp4", "clip.mp4", FILM),
        ("/hls/master.m3u8", "master.mp4", FILM),
        ("/hls/muxed.m3u8", "muxed.mp4", FILM),
        ("/hls/fmp4.m3u8", "fmp4.mp4", FILM),
        ("/hls/aes.m3u8", "aes.mp4", FILM),
        ("/dash/manifest.mpd", "manifest.mp4", FILM),
        ("/page/video.html", "A page with a film.mp4", FILM),
        ("/page/sources.html", "Two qualities.mp4", FILM),
        ("/page/og.html", "فیلم کوتاه.mp4", FILM),
        ("/page/jsonld.html", "clip.mp4", FILM),
        ("/page/hls.html", "A stream.mp4", FILM),
    ],
)
async def test_films_and_songs(fetch, tmp_path, path, name, codecs):
    fetched = await fetch(path)
    assert fetched.files == [name]
    assert streams(tmp_path / name) == codecs
    assert lasts(tmp_path / name) == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/photo.jpg", "photo.jpg", "photo"),
        ("/archive.zip", "archive.zip", "file"),
        ("/paper.pdf", "paper.pdf", "file"),
        ("/odd/paper.pdf", "فیلم آزمایشی.pdf", "file"),
        ("/notes.txt", "notes.txt", "file"),
        ("/data.xml", "data.xml", "file"),
        ("/drawing.svg", "drawing.svg", "photo"),
        ("/odd/report.html", "فیلم آزمایشی.html", "file"),
    ],
)
async def test_plain_files_come_as_they_are(fetch, site, tmp_path, path, name, kind):
    fetched = await fetch(path)
    original = site.files / path.rpartition("/")[2]
    assert (fetched.files, fetched.facts.kind) == ([name], kind)
    assert (tmp_path / name).read_bytes() == original.read_bytes()


async def test_a_song_with_its_facts_and_cover(fetch, tmp_path):
    fetched = await fetch("/page/song.html", "mp3")
    facts = fetched.facts
    assert (facts.title, facts.performer, facts.kind) == ("The Long Sine", "Oscillator", "audio")
    assert streams(tmp_path / fetched.cover) == ["mjpeg"]


async def test_sound_alone_leaves_the_picture_where_it_is(fetch, site, tmp_path):
    fetched = await fetch("/hls/master.m3u8", "audio")
    assert streams(tmp_path / fetched.files[0]) == ["aac"]
    assert site.hits("/hls/video0.ts") == 0


async def test_the_quality_that_was_asked_for(fetch, site):
    await fetch("/hls/master.m3u8", "180p")
    assert (site.hits("/hls/low0.ts"), site.hits("/hls/video0.ts")) == (1, 0)


async def test_the_probe_tells_all_before_anything_is_downloaded(site, engine, tmp_path):
    order = Order(site.url("/hls/master.m3u8"), allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert (found.duration, found.kind, found.size) == (6, "video", 1_875_000)
    assert found.plan == "2500+a-Sound 360p avc1"
    assert site.hits("/hls/video0.ts") == 0


async def test_the_qualities_of_a_page_are_offered_by_their_heights(site, engine, tmp_path):
    order = Order(site.url("/page/hd.html"), "look", allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert [one.variant for one in found.choices][:2] == ["720p", "360p"]


async def test_the_picture_of_a_media_comes_without_the_media(site, engine, tmp_path):
    order = Order(site.url("/page/chapters.html"), "look", allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        await child.probe()
        assert await child.thumbnail() == THUMBNAIL_FILE
    assert (tmp_path / THUMBNAIL_FILE).read_bytes() == (site.files / "cover.jpg").read_bytes()
    assert (site.hits("/cover.jpg"), site.hits("/hls/video0.ts")) == (1, 0)


@pytest.mark.parametrize("variant", ["look", "best"])
async def test_a_list_has_the_picture_of_its_first_entry_with_one(site, engine, tmp_path, variant):
    order = Order(site.url("/page/covers.xml"), variant, whole=True, allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
        assert (found.kind, found.thumbnail) == ("list", True)
        assert await child.thumbnail() == THUMBNAIL_FILE
    assert (tmp_path / THUMBNAIL_FILE).read_bytes() == (site.files / "cover.jpg").read_bytes()


@pytest.mark.parametrize("path", ["/page/feed.xml", "/page/post.html"])
async def test_a_list_or_a_post_without_a_picture_has_none(site, engine, tmp_path, path):
    order = Order(site.url(path), "look", whole=True, allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        assert (await child.probe()).thumbnail is False
        assert await child.thumbnail() == ""


async def test_a_media_without_a_picture_has_none(site, engine, tmp_path):
    order = Order(site.url("/page/video.html"), "look", allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        await child.probe()
        assert await child.thumbnail() == ""


async def test_an_id_that_only_a_page_knows_is_no_key(fetch):
    assert [(await fetch(p)).facts.key for p in ("/clip.mp4", "/page/video.html")] == ["", ""]


async def test_progress_comes_four_times_a_second_at_most(site, engine, tmp_path):
    size = (site.files / "clip.mp4").stat().st_size
    order, lines = Order(site.url(f"/clip.mp4?rate={size}"), allowed_networks=LOOPBACK), []
    async with engine.open(order, tmp_path) as child:
        await child.probe()
        await child.fetch(lambda *line: lines.append(line))
    assert 2 <= len(lines) <= 7
    assert [done for done, _, _ in lines] == sorted(done for done, _, _ in lines)
    assert {total for _, total, _ in lines} == {size}
    assert lines[-1][0] == size


@pytest.mark.parametrize(
    "path", ["/clip.mp4", "/unsized/clip.mp4", "/endless.mp4", "/hls/muxed.m3u8"]
)
async def test_too_large_whether_the_length_is_known_or_not(fetch, site, path):
    with pytest.raises(errors.TooLarge):
        await fetch(path, limit=1_000_000)


async def test_what_is_too_large_by_its_length_is_not_downloaded(fetch, site):
    with pytest.raises(errors.TooLarge):
        await fetch("/slow/clip.mp4", limit=1_000_000)
    assert site.hits("/slow/clip.mp4") == 1


@pytest.mark.parametrize("path", ["/clip.mp4", "/hls/muxed.m3u8"])
async def test_what_will_be_cut_may_be_larger(site, engine, tmp_path, path):
    order = Order(site.url(path), max_file_size=1_000_000, parts=3, allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
        fetched = await child.fetch(lambda *line: None)
    assert found.parts == (2 if found.size else 1)
    assert lasts(tmp_path / fetched.files[0]) == pytest.approx(6, abs=0.2)


async def test_an_archive_will_not_be_cut(site, engine, tmp_path):
    order = Order(site.url("/archive.zip"), max_file_size=100, parts=99, allowed_networks=LOOPBACK)
    with pytest.raises(errors.TooLarge):
        async with engine.open(order, tmp_path) as child:
            await child.probe()


async def test_a_lower_quality_that_fits(fetch, site):
    fetched = await fetch("/hls/master.m3u8", limit=1_000_000)
    assert fetched.facts.plan.startswith("700+")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nothing.mp4", errors.NoSuchFile),
        ("/status/403", errors.Refused),
        ("/status/410", errors.NoSuchFile),
        ("/status/401", errors.LoginNeeded),
        ("/status/429", errors.SiteBusy),
        ("/status/503", errors.SiteBusy),
        ("/status/500", errors.SiteBroken),
        ("/loop", errors.RedirectLoop),
        ("/page/plain.html", errors.Unsupported),
        ("/report.html", errors.Unsupported),
        ("/page/login.html", errors.LoginNeeded),
        ("/hls/gap.m3u8", errors.PartMissing),
    ],
)
async def test_dead_links_are_called_by_their_names(fetch, path, kind):
    with pytest.raises(kind) as failed:
        await fetch(path)
    assert type(failed.value) is kind
    assert failed.value.site == "127.0.0.1"
    assert failed.value.detail


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x", "/etc/passwd", ""]
)
async def test_only_the_web_is_fetched(engine, tmp_path, url):
    with pytest.raises(errors.Forbidden):
        async with engine.open(Order(url), tmp_path) as child:
            await child.probe()


async def test_nobody_answers(engine, tmp_path):
    order = Order("http://127.0.0.1:9/x.mp4", allowed_networks=LOOPBACK)
    with pytest.raises(errors.NetworkBroken):
        async with engine.open(order, tmp_path) as child:
            await child.probe()


async def test_sound_of_an_archive(fetch):
    with pytest.raises(errors.NoSuchVariant):
        await fetch("/archive.zip", "mp3")


async def test_nothing_lies_outside_the_folder(fetch, tmp_path):
    await fetch("/hls/master.m3u8")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp", "master.mp4"]
    assert [path.name for path in (tmp_path / ".tmp").iterdir()] == ["in-use"]
