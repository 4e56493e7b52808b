"""Chooses the formats to download: pure functions over a site's list.

What plays inside Telegram everywhere is h264 with aac in mp4, so that comes first, up to 1080p or
the height that was asked for. Who asks for more than 1080p wants it in any codec. The limit is held
by the *sum* of video and audio, which no sort key of yt-dlp looks at.

A codec of None is unknown, and counts as present; only the word "none" says that there is none.
Lists come sorted, worst first.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from procs.engine.forms.subtitles import matching
from procs.errors import NoSuchVariant, TooLarge
from procs.wishes.variant import parse

Format = dict[str, Any]
Streams = tuple[Format, ...]

TOP = 1080
#: Heights are rarely exact: 1088 is 1080p.
TOLERANCE = 1.1
#: When only the picture's sound is wanted and the site does not offer it alone.
SMALL = 360
#: Audio tracks worth trying beside one video; more make no better choice.
TRACKS = 4
H264 = ("avc1", "avc3", "h264")
AAC = ("mp4a", "aac")
#: The codecs that become such a file by copying; the others' is AAC.
COPIED = {"mp3": ("mp3",), "opus": ("opus",)}
WEBM = ("vp8", "vp08", "vp9", "vp09", "av1", "av01", "opus", "vorbis")
MP4 = ("mp4", "m4v", "mov", "m4a")


def pick(formats: Sequence[Format], *, variant: str = "best", limit: int) -> Streams:
    """One format, or a video and an audio to be merged.

    Raises TooLarge when every choice is known to exceed `limit` bytes, NoSuchVariant when there is
    nothing of the kind.
    """
    wish = parse(variant)
    wanted = wish.height or TOP
    formats = speaking(formats, wish.spoken) if wish.spoken else formats
    choices = list(listening(formats, wish.form) if wish.sound else watching(formats, wanted))
    for streams in choices:
        if wish.words_alone or wish.looks or (total(streams) or 0) <= limit:
            return streams
    if choices:
        raise TooLarge(f"smallest {min(total(s) or 0 for s in choices)} bytes, limit {limit}")
    raise NoSuchVariant(f"{variant} of {len(formats)} formats")


def languages(formats: Sequence[Format]) -> list[str]:
    """The site's codes of the languages in which there is sound, in the order of the list."""
    heard = [str(one["language"]) for one in formats if has_audio(one) and one.get("language")]
    return list(dict.fromkeys(heard))


def speaking(formats: Sequence[Format], language: str) -> list[Format]:
    """The formats without sound, and those whose sound is in a language. Raises NoSuchVariant where
    there is none."""
    code = matching(languages(formats), language)
    if not code:
        raise NoSuchVariant(f"sound in {language}")
    return [one for one in formats if not has_audio(one) or one.get("language") == code]


def watching(formats: Sequence[Format], height: int) -> Iterator[Streams]:
    """Choices with a picture, best first; sound alone where there is no picture at all."""
    places = {id(one): place for place, one in enumerate(formats)}
    choices: list[Streams] = [(one,) for one in formats if has_video(one) and has_audio(one)]
    sounds = [one for one in formats if has_audio(one) and not has_video(one)]
    for video in formats:
        if has_video(video) and not has_audio(video):
            choices += [(video, sound) for sound in beside(video, sounds)] or [(video,)]
    choices.sort(key=lambda streams: worth(streams, height, places), reverse=True)
    yield from choices or [(sound,) for sound in reversed(sounds)]


def listening(formats: Sequence[Format], form: str) -> Iterator[Streams]:
    """Choices for sound alone: what can be copied into the wanted file first."""
    sounds = [one for one in reversed(formats) if has_audio(one) and not has_video(one)]
    copied = COPIED.get(form, AAC)
    sounds.sort(key=lambda one: not codec(one, "acodec").startswith(copied))
    yield from ((one,) for one in sounds)
    if not sounds:
        yield from watching(formats, SMALL)


def beside(video: Format, sounds: Sequence[Format]) -> list[Format]:
    """The best tracks for one video: those that fit into its container first."""
    fitting = [one for one in reversed(sounds) if container((video, one)) != "mkv"]
    others = [one for one in reversed(sounds) if container((video, one)) == "mkv"]
    return (fitting + others)[:TRACKS]


def worth(streams: Streams, height: int, places: dict[int, int]) -> tuple[Any, ...]:
    """The sort key of a choice, the weightiest part first."""
    video, side = streams[0], short_side(streams[0])
    low_enough = side <= height * TOLERANCE
    sharp = (low_enough, side if low_enough else -side)
    return (
        *((sharp, playable(streams)) if height > TOP else (playable(streams), sharp)),
        len(streams) == 1,
        str(video.get("protocol") or "").startswith("http"),
        tuple(places[id(one)] for one in streams),
    )


def playable(streams: Streams) -> bool:
    """Whether a format plays inside the chat without being encoded anew, as far as its facts
    tell."""
    videos = [codec(one, "vcodec") for one in streams]
    audios = [codec(one, "acodec") for one in streams]
    return (
        container(streams) == "mp4"
        and all(not name or name.startswith(H264) for name in videos)
        and all(not name or name.startswith(AAC) for name in audios)
    )


def container(streams: Streams) -> str:
    """The file type that holds these streams without being encoded anew."""
    if len(streams) == 1:
        return "mp4" if streams[0].get("ext") in MP4 else str(streams[0].get("ext") or "")
    codecs = [codec(streams[0], "vcodec"), codec(streams[1], "acodec")]
    if all(one.startswith(WEBM) for one in codecs):
        return "webm"
    in_mp4 = codecs[0].startswith((*H264, "hev", "hvc")) or not codecs[0]
    return "mp4" if in_mp4 and (codecs[1].startswith(AAC) or not codecs[1]) else "mkv"


def merged(streams: Streams) -> Format:
    """The result of a selector for yt-dlp: one format, or a description of a merge."""
    if len(streams) == 1:
        return streams[0]
    video, sound = streams
    return {
        "requested_formats": list(streams),
        "format_id": f"{video['format_id']}+{sound['format_id']}",
        "format": f"{video.get('format')}+{sound.get('format')}",
        "ext": container(streams),
        "protocol": f"{video.get('protocol')}+{sound.get('protocol')}",
        "width": video.get("width"),
        "height": video.get("height"),
        "vcodec": video.get("vcodec"),
        "acodec": sound.get("acodec"),
        "filesize_approx": total(streams),
    }


def chosen(info: Format) -> Streams:
    """The formats chosen of a media that was already looked at."""
    return tuple(info.get("requested_formats") or (info,))


def total(streams: Streams) -> int | None:
    """Bytes of all streams together; None when any is unknown. An HLS variant's rate includes the
    sound that belongs to it (RFC 8216, 4.3.4.2)."""
    sizes = [int(one.get("filesize") or one.get("filesize_approx") or 0) for one in streams]
    if sizes[0] and "m3u8" in str(streams[0].get("protocol")) and not any(sizes[1:]):
        return sizes[0]
    return sum(sizes) if all(sizes) else None


def words(streams: Streams) -> str:
    """The choice in words for the log: `137+140 1080p avc1+mp4a`."""
    ids = "+".join(str(one.get("format_id")) for one in streams)
    side = short_side(streams[0])
    codecs = "+".join(c for c in (codecs_of(one) for one in streams) if c)
    return " ".join(part for part in (ids, f"{side}p" if side else "", codecs) if part)


def codecs_of(one: Format) -> str:
    """The codecs of a format, picture first, joined by `+`."""
    return "+".join(c for c in (codec(one, "vcodec"), codec(one, "acodec")) if c)


def short_side(one: Format) -> int:
    """The p of 720p: the shorter side, so that a phone's upright video counts alike; 0 unknown."""
    return min((int(s) for s in (one.get("width"), one.get("height")) if s), default=0)


def has_video(one: Format) -> bool:
    """Whether a format has a picture; one that does not say counts."""
    return one.get("vcodec") != "none"


def has_audio(one: Format) -> bool:
    """Whether a format has sound; one that does not say counts."""
    return one.get("acodec") != "none"


def codec(one: Format, which: str) -> str:
    """The codec's family, `avc1` of `avc1.64001f`; empty when unknown or absent."""
    name = one.get(which)
    return "" if name in (None, "none") else str(name).lower().split(".")[0]
