"""Which formats are chosen: synthetic lists in yt-dlp's order, worst first."""

import pytest

from procs.engine.forms.formats import merged, pick, words
from procs.errors import NoSuchVariant, TooLarge

MIB = 1024**2
LIMIT = 2000 * MIB


def video(height, codec="avc1.64001f", size=None, **more):
    width = height * 16 // 9
    facts = {"vcodec": codec, "acodec": "none", "ext": "mp4", "protocol": "https"}
    return {"format_id": f"v{height}-{codec[:4]}", "height": height, "width": width,
            "filesize": size, **facts, **more}  # fmt: skip


def sound(codec="mp4a.40.2", size=None, ext="m4a", **more):
    facts = {"vcodec": "none", "acodec": codec, "protocol": "https"}
    return {"format_id": f"a-{codec and codec[:4]}", "ext": ext, "filesize": size, **facts, **more}


def muxed(height, size=None, **more):
    return {**video(height, size=size), "format_id": f"m{height}", "acodec": "mp4a.40.2", **more}


#: A list like YouTube's: h264 to 1080p, newer codecs to 2160p, one muxed 360p.
TUBE = [
    sound("opus", 3 * MIB, "webm"),
    sound(size=3 * MIB),
    muxed(360, 20 * MIB),
    video(480, size=40 * MIB),
    video(720, size=90 * MIB),
    video(1080, "vp9", 100 * MIB, ext="webm"),
    video(1080, size=180 * MIB),
    video(2160, "av01", 700 * MIB),
]


def ids(streams):
    return [one["format_id"] for one in streams]


@pytest.mark.parametrize(
    ("variant", "chosen"),
    [
        ("best", ["v1080-avc1", "a-mp4a"]),
        ("1080p", ["v1080-avc1", "a-mp4a"]),
        ("720p", ["v720-avc1", "a-mp4a"]),
        ("360p", ["m360"]),
        ("144p", ["m360"]),
        ("audio", ["a-mp4a"]),
        ("m4a", ["a-mp4a"]),
        ("mp3", ["a-mp4a"]),
        ("opus", ["a-opus"]),
        ("file", ["v1080-avc1", "a-mp4a"]),
        ("2160p", ["v2160-av01", "a-mp4a"]),
    ],
)
def test_h264_with_aac_up_to_the_wanted_height(variant, chosen):
    assert ids(pick(TUBE, variant=variant, limit=LIMIT)) == chosen


def test_the_sum_of_the_streams_is_held_under_the_limit():
    streams = pick(TUBE, limit=92 * MIB)
    assert ids(streams) == ["v480-avc1", "a-mp4a"]


def test_nothing_fits():
    with pytest.raises(TooLarge):
        pick(TUBE, limit=1 * MIB)


def test_an_unknown_size_is_tried():
    formats = [sound(), video(720, size=10 * MIB), video(1080)]
    assert ids(pick(formats, limit=11 * MIB)) == ["v1080-avc1", "a-mp4a"]


def test_an_estimate_counts_like_a_size():
    formats = [muxed(360, 5 * MIB), muxed(720, filesize_approx=20 * MIB)]
    assert ids(pick(formats, limit=10 * MIB)) == ["m360"]


def test_an_unknown_codec_is_present():
    """HLS sound groups come with no codec: taken for absent, the film would be silent."""
    group = sound(None, ext="mp4", protocol="m3u8_native")
    assert ids(pick([group, video(360)], limit=LIMIT)) == ["v360-avc1", "a-None"]


def test_a_plain_file_of_unknown_codecs_is_taken_whole():
    plain = {"format_id": "0", "ext": "mp4", "vcodec": None, "acodec": None}
    assert pick([plain], limit=LIMIT) == (plain,)


def test_what_plays_goes_before_what_is_sharper():
    formats = [sound(), video(720), video(1080, "vp9", ext="webm")]
    assert ids(pick(formats, limit=LIMIT))[0] == "v720-avc1"


def test_webm_is_better_than_nothing():
    formats = [sound("opus", ext="webm"), video(1080, "vp9", ext="webm")]
    streams = pick(formats, limit=LIMIT)
    assert (ids(streams), merged(streams)["ext"]) == (["v1080-vp9", "a-opus"], "webm")


def test_h264_is_paired_with_aac_though_opus_is_better():
    formats = [sound(), sound("opus", ext="webm"), video(720)]
    assert ids(pick(formats, limit=LIMIT)) == ["v720-avc1", "a-mp4a"]


def test_an_upright_film_counts_by_its_short_side():
    formats = [sound(), video(1280, width=720), video(1920, width=1080)]
    assert pick(formats, variant="720p", limit=LIMIT)[0]["width"] == 720


def test_a_silent_film_is_a_film():
    assert ids(pick([video(360)], limit=LIMIT)) == ["v360-avc1"]


def test_sound_alone_when_there_is_no_picture():
    assert ids(pick([sound("opus"), sound()], limit=LIMIT)) == ["a-mp4a"]


def test_sound_out_of_the_smallest_film_when_it_is_not_offered_alone():
    assert ids(pick([muxed(360), muxed(1080)], variant="mp3", limit=LIMIT)) == ["m360"]


def test_mp3_is_taken_as_it_is():
    assert ids(pick([sound("mp3"), sound()], variant="mp3", limit=LIMIT)) == ["a-mp3"]


def test_pictures_of_the_timeline_are_no_film():
    board = {"format_id": "sb", "ext": "mhtml", "vcodec": "none", "acodec": "none"}
    assert ids(pick([board, muxed(360)], limit=LIMIT)) == ["m360"]


def test_nothing_at_all():
    with pytest.raises(NoSuchVariant):
        pick([], limit=LIMIT)


def test_a_variant_of_hls_includes_its_sound():
    hls = {"protocol": "m3u8_native"}
    streams = (video(360, filesize_approx=10 * MIB, **hls), sound(None, **hls))
    assert merged(streams)["filesize_approx"] == 10 * MIB


def test_the_plan_in_words():
    streams = pick(TUBE, variant="720p", limit=LIMIT)
    assert words(streams) == "v720-avc1+a-mp4a 720p avc1+mp4a"


def test_the_sound_is_taken_in_the_language_that_is_wished():
    spoken = {"vcodec": "none", "acodec": "mp4a", "ext": "m4a"}
    there = [
        {**spoken, "format_id": "s-en", "language": "en"},
        {**spoken, "format_id": "s-de", "language": "de-DE"},
        {"format_id": "v", "vcodec": "avc1", "acodec": "none", "ext": "mp4", "height": 720},
    ]
    for variant in ("720p+sound:de", "m4a+sound:de"):
        assert pick(there, variant=variant, limit=1)[-1]["format_id"] == "s-de"
    with pytest.raises(NoSuchVariant):
        pick(there, variant="720p+sound:fr", limit=1)
