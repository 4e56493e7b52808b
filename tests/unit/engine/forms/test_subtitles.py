"""Subtitles: which there are, which are chosen, and that they come from the site."""

import pytest

from procs import errors
from procs.engine.forms.subtitles import choose, heard, written
from procs.engine.protocol.messages import Order
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]


def info(*codes, machine=()):
    return {"subtitles": dict.fromkeys(codes), "automatic_captions": dict.fromkeys(machine)}


@pytest.mark.parametrize(
    ("there", "wanted", "chosen"),
    [
        (info("en", "fa"), "fa", "fa"),
        (info("fa-IR", "en"), "fa", "fa-IR"),
        (info("en", machine=["fa-orig"]), "fa", "fa-orig"),
        (info("fa-IR", machine=["fa"]), "fa", "fa-IR"),
        (info("pt"), "pt-br", "pt"),
        (info("zh_Hans"), "zh-hans", "zh_Hans"),
    ],
)
def test_the_nearest_language(there, wanted, chosen):
    assert choose(there, wanted) == chosen


@pytest.mark.parametrize("there", [{}, info("en"), info("fargo"), info("fa/../../x", "live_chat")])
def test_a_language_that_is_not_there(there):
    with pytest.raises(errors.NoSuchVariant):
        choose(there, "fa")


def test_what_is_listed():
    there = info("fa", "live_chat", "../x", machine=["en"])
    assert (written(there), heard(there)) == (["fa"], ["en"])


async def test_languages_are_known_before_the_download(site, engine, tmp_path):
    order = Order(site.url("/page/subtitles.html"), allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert found.subtitles == ["fa", "en"]
    assert site.hits("/subs/fa.vtt") == 0


async def test_words_without_their_film(fetch, site, tmp_path):
    fetched = await fetch("/page/subtitles.html", "subs:fa")
    assert fetched.files == ["A film with words.vtt"]
    assert "سلام دنیا" in (tmp_path / fetched.files[0]).read_text(encoding="utf-8")
    assert site.bytes("/clip.mp4") < 100_000


async def test_words_beside_their_film(fetch, tmp_path):
    fetched = await fetch("/page/subtitles.html", "best+subs:en")
    assert fetched.files == ["A film with words.mp4"]
    assert "Hello" in (tmp_path / fetched.subtitles).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/page/subtitles.html", "/clip.mp4"])
async def test_words_that_nobody_wrote(fetch, site, path):
    with pytest.raises(errors.NoSuchVariant):
        await fetch(path, "best+subs:tr")


async def test_a_clip_behind_the_end_is_refused_before_the_download(fetch, site):
    with pytest.raises(errors.NoSuchVariant):
        await fetch("/hls/master.m3u8", "best@60-90")
    assert site.hits("/hls/video0.ts") == 0
