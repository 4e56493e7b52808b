"""What becomes of a file, decided from its facts alone."""

import json

import pytest

from procs.errors import NoSuchVariant
from procs.media.file_facts import MediaFacts, Picture, read
from procs.media.media_plan import DOCUMENT, MediaPlan, plan
from procs.media.remux import within
from procs.wishes.variant import Variant

MP4, MKV = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"


def film(container=MP4, picture="h264", sound="aac", pixels="yuv420p"):
    return MediaFacts(container, 6.0, Picture(picture, 640, 360, pixels), sound)


def song(container, sound):
    return MediaFacts(container, 6.0, None, sound)


COPIED = MediaPlan("video", ".mp4", picture="copy", sound="copy")


@pytest.mark.parametrize(
    ("facts", "streamable", "wanted"),
    [
        (film(), True, MediaPlan("video", ".mp4")),
        (film(), False, COPIED),
        (film(MKV), False, COPIED),
        (film("mpegts"), False, COPIED),
        (film(sound=""), False, MediaPlan("video", ".mp4", picture="copy")),
        (film(MKV, sound="opus"), False, MediaPlan("video", ".mp4", picture="copy", sound="aac")),
        (film(sound="pcm_s16le"), True, MediaPlan("video", ".mp4", picture="copy", sound="aac")),
        (film(MKV, "vp9", "opus"), False, DOCUMENT),
        (film(MKV, pixels="yuv420p10le"), False, DOCUMENT),
        (film(picture="hevc"), True, MediaPlan("video", ".mp4")),
        (film(picture="av1", sound="opus"), False, COPIED),
        (song("mp3", "mp3"), False, MediaPlan("audio", ".mp3")),
        (song(MP4, "aac"), True, MediaPlan("audio", ".m4a")),
        (song("ogg", "opus"), False, MediaPlan("audio")),
        (song("wav", "pcm_s16le"), False, DOCUMENT),
        (None, False, DOCUMENT),
    ],
)
def test_as_it_comes(facts, streamable, wanted):
    assert plan(facts, wish=Variant(), streamable=streamable) == wanted


@pytest.mark.parametrize(
    ("facts", "variant", "suffix", "sound"),
    [
        (film(), "mp3", ".mp3", "libmp3lame"),
        (film(), "m4a", ".m4a", "copy"),
        (film(MKV, "vp9", "opus"), "audio", ".m4a", "aac"),
        (song("mp3", "mp3"), "mp3", ".mp3", "copy"),
        (song("mp3", "mp3"), "audio", ".mp3", "copy"),
        (song("mp3", "mp3"), "m4a", ".m4a", "aac"),
        (song("ogg", "vorbis"), "audio", ".m4a", "aac"),
        (film(MKV, "vp9", "opus"), "opus", ".opus", "copy"),
        (film(), "opus", ".opus", "libopus"),
    ],
)
def test_sound_alone(facts, variant, suffix, sound):
    assert plan(facts, wish=Variant(variant), streamable=True) == MediaPlan(
        "audio", suffix, sound=sound
    )


def test_a_film_wanted_as_a_file_stays_as_it_is():
    assert plan(film(), wish=Variant("file"), streamable=True) == DOCUMENT


@pytest.mark.parametrize("facts", [None, film(sound="")])
def test_sound_where_there_is_none(facts):
    with pytest.raises(NoSuchVariant):
        plan(facts, wish=Variant("mp3"), streamable=True)


def told(**stream):
    base = '{"format": {"format_name": "mov", "duration": "2.5"}, "streams": [%s]}'
    words = ", ".join(f'"{k}": {v}' for k, v in {"codec_type": '"video"', **stream}.items())
    return read(json.loads(base % f"{{{words}}}"))


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({}, (640, 360)),
        ({"sample_aspect_ratio": '"4:3"'}, (853, 360)),
        ({"sample_aspect_ratio": '"0:1"'}, (640, 360)),
        ({"side_data_list": '[{"rotation": -90}]'}, (360, 640)),
        ({"side_data_list": '[{}, {"rotation": 180}]'}, (640, 360)),
        ({"side_data_list": '[{"rotation": 90}]', "sample_aspect_ratio": '"1:2"'}, (360, 320)),
    ],
)
def test_the_size_is_what_a_person_sees(more, size):
    picture = told(width=640, height=360, **more).picture
    assert (picture.width, picture.height) == size


def test_a_cover_is_no_film():
    facts = told(disposition='{"attached_pic": 1}')
    assert (facts.picture, facts.cover, facts.duration) == (None, True, 2.5)


def test_no_stream_is_no_media():
    assert read({"format": {}, "streams": []}) is None


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 360), (320, 180)),
        ((360, 640), (180, 320)),
        ((100, 50), (100, 50)),
        ((9000, 2), (320, 2)),
    ],
)
def test_thumbnails_fit_into_their_square(size, small):
    assert within(*size) == small


@pytest.mark.parametrize(
    "words",
    [
        [],
        7,
        {"streams": "video"},
        {"streams": [7]},
        {"streams": [{"codec_type": "video", "width": "wide"}]},
        {"streams": [{"codec_type": "video", "side_data_list": [7]}]},
        {"streams": [{"codec_type": "audio"}], "format": 7},
        {"streams": [{"codec_type": "audio"}], "format": {"tags": 7}},
    ],
)
def test_what_no_child_says_are_no_facts(words):
    assert read(words) is None
