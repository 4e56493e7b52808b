"""What a media can be had as, before anything is downloaded."""

import pytest

from procs import errors
from procs.engine.forms.choices import chapters, offered
from procs.engine.protocol.decode import into
from procs.engine.protocol.messages import Choice, Order, Probed
from tests.sandbox.site.server import LOOPBACK
from tests.unit.engine.forms.test_formats import MIB, TUBE, muxed, sound, video

pytest_plugins = ["tests.sandbox.site.fixtures"]


def told(formats, *, limit=2000 * MIB, parts=1, duration=60):
    order = Order("https://site.example/a", max_file_size=limit, parts=parts)
    return {one.variant: one for one in offered({"formats": formats, "duration": duration}, order)}


def test_every_height_and_every_form_of_sound_with_its_size():
    there = told(TUBE)
    assert list(there) == ["2160p", "1080p", "720p", "480p", "360p", "m4a", "mp3", "opus"]
    assert there["720p"] == Choice("720p", 93 * MIB, "avc1+mp4a", 1)
    assert there["m4a"] == Choice("m4a", 3 * MIB, "mp4a", 1)
    assert there["mp3"].size == 60 * 24_000


def test_what_would_be_cut_says_into_how_many_parts():
    there = told(TUBE, limit=100 * MIB, parts=3)
    assert (there["720p"].parts, there["1080p"].parts) == (1, 2)
    assert "2160p" not in there


def test_what_does_not_fit_is_not_offered():
    assert "1080p" not in told(TUBE, limit=100 * MIB)


def test_unknown_sizes_stay_unknown():
    there = told([sound(), video(720)], duration=0)
    assert (there["720p"].size, there["m4a"].size, there["mp3"].size) == (None, None, None)


def test_a_silent_film_offers_no_sound():
    assert list(told([video(360)])) == ["360p"]


def test_sound_out_of_a_film_has_the_size_of_sound():
    assert told([muxed(360, 20 * MIB)])["m4a"].size == 60 * 20_000


def test_a_list_without_end_is_no_menu():
    assert told([muxed(360)] * 500) == {}


def test_chapters():
    info = {"chapters": [{"start_time": 0, "title": "One"}, {"start_time": 61.5, "title": None}]}
    assert chapters(info) == [(0.0, "One"), (61.5, "")]


def test_found_comes_back_from_the_wire_as_it_left():
    found = Probed("k", "s", "t", choices=[Choice("720p", 5)], chapters=[(0.0, "One")])
    wire = {"choices": [{"variant": "720p", "size": 5}], "chapters": [[0.0, "One"]]}
    assert into(Probed, {"key": "k", "site": "s", "title": "t", **wire}) == found


async def test_choices_are_known_before_the_download(site, engine, tmp_path):
    order = Order(site.url("/hls/master.m3u8"), allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path) as child:
        found = await child.probe()
    assert [one.variant for one in found.choices][:2] == ["360p", "180p"]
    assert site.hits("/hls/video0.ts") == 0


@pytest.mark.parametrize("variant", ["best", "mp3", "best@1-3"])
async def test_a_live_broadcast_is_refused_by_its_name(fetch, site, variant):
    with pytest.raises(errors.LiveNow):
        await fetch("/live.m3u8", variant)
    assert site.hits("/hls/muxed0.ts") == 0
