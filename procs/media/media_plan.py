"""Plans what is made of a file: a pure decision from its facts.

Telegram plays h264 with aac in mp4 everywhere; nothing is promised beyond that. Pictures are
encoded anew only where that was wished and the operator allows it: what cannot be repacked goes
out as a document, as it is, and a clip begins at the key frame before its time.
"""

from dataclasses import dataclass, replace

from procs.errors import ClipBeyond, NoSound, NotEncoded
from procs.media.file_facts import MediaFacts
from procs.wishes.variant import Variant

#: The codecs that an mp4 may hold and players of Telegram know.
IN_MP4 = ("aac", "mp3")
#: Pictures that an mp4 may hold; a .mov may have others, which no copy takes along.
HELD = ("h264", "hevc", "av1", "vp9", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "vc1")
ENCODER = "libx264"
PIXELS = ("yuv420p", "yuvj420p", "")
#: Containers of sound files that a chat's player takes as they are, and their suffix; an ogg has
#: several.
PLAYED = {"mp3": ".mp3", "mov": ".m4a", "ogg": ""}


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """`kind` for Telegram, `suffix` of the new file, `sound` and `picture` as ffmpeg's codecs
    (`copy`, an encoder, or nothing). No codecs at all: leave the file as it is."""

    kind: str  # video | audio | document
    suffix: str = ""
    picture: str = ""
    sound: str = ""

    @property
    def untouched(self) -> bool:
        """Whether no stream is copied or encoded, so that the file stays as it came."""
        return not (self.picture or self.sound)


DOCUMENT = MediaPlan("document")


def plan(
    facts: MediaFacts | None, *, wish: Variant, streamable: bool, encode: float = 0.0
) -> MediaPlan:
    """What to do. `streamable` says that the file is an mp4 with its index in front, `encode` how
    many seconds may be encoded anew. Raises ClipBeyond, NoSound, NotEncoded."""
    if wish.clip and facts and facts.duration <= wish.clip.start:
        length = f"{facts.duration:g}"
        raise ClipBeyond(f"{wish} of {length} s", facts={"length": length})
    if wish.sound:
        return listen(facts, wish.form)
    if wish.anew and facts and facts.picture and (wish.clip or not plays(facts)):
        return encoded(facts, wish, encode)
    if wish.clip and facts:
        return part(facts, wish)
    if facts is None or wish.is_document:
        return DOCUMENT
    if wish.subtitles and not wish.beside and facts.picture:
        return replaced(watch(facts, streamable=False))
    if facts.picture is None:
        return as_it_is(facts)
    return watch(facts, streamable)


def watch(facts: MediaFacts, streamable: bool) -> MediaPlan:
    """A film: into an mp4 that can be played while it arrives, by copying."""
    assert facts.picture is not None
    in_mp4 = facts.container.startswith("mov")
    if not plays(facts) and not (in_mp4 and facts.picture.codec in HELD):
        return DOCUMENT
    fits = facts.sound in IN_MP4 or not facts.sound or not plays(facts)
    if in_mp4 and streamable and fits:
        return MediaPlan("video", ".mp4")
    sound = "" if not facts.sound else "copy" if fits else "aac"
    return MediaPlan("video", ".mp4", picture="copy", sound=sound)


def plays(facts: MediaFacts) -> bool:
    """Whether every chat shows the picture."""
    assert facts.picture is not None
    return facts.picture.codec == "h264" and facts.picture.pixels in PIXELS


def encoded(facts: MediaFacts, wish: Variant, most: float) -> MediaPlan:
    """A film, or the part that was wished, made anew so that it begins and plays as it should."""
    start, end = (wish.clip.start, wish.clip.end) if wish.clip else (0, facts.duration)
    length = min(end, facts.duration) - start
    if length > most:
        raise NotEncoded(f"{length:.0f} s to be encoded, at most {most:g}")
    kind = "document" if wish.is_document else "video"
    return MediaPlan(kind, ".mp4", picture=ENCODER, sound="aac" if facts.sound else "")


def replaced(plan: MediaPlan) -> MediaPlan:
    """The same with the film's picture copied, because something is added to it."""
    return plan if plan == DOCUMENT else replace(plan, picture="copy")


def part(facts: MediaFacts, wish: Variant) -> MediaPlan:
    """A clip by copying, from the key frame before it."""
    if facts.picture is None:
        return listen(facts, "audio")
    whole = watch(facts, streamable=False)
    if whole == DOCUMENT or wish.is_document:
        suffix = ".mp4" if facts.container.startswith("mov") else ".mkv"
        return MediaPlan("document", suffix, picture="copy", sound="copy" if facts.sound else "")
    return whole


def listen(facts: MediaFacts | None, form: str) -> MediaPlan:
    """Sound alone: mp3 or opus where it was asked for, else m4a, by copying wherever possible."""
    if facts is None or not facts.sound:
        raise NoSound("no sound in it")
    if form == "opus":
        return MediaPlan("audio", ".opus", sound="copy" if facts.sound == "opus" else "libopus")
    if form == "mp3" or (form == "audio" and facts.sound == "mp3"):
        return MediaPlan("audio", ".mp3", sound="copy" if facts.sound == "mp3" else "libmp3lame")
    return MediaPlan("audio", ".m4a", sound="copy" if facts.sound == "aac" else "aac")


def as_it_is(facts: MediaFacts) -> MediaPlan:
    """A sound file that was sent as a link: the file itself, if a chat can play it."""
    name = facts.container.partition(",")[0]
    return MediaPlan("audio", PLAYED[name]) if facts.sound and name in PLAYED else DOCUMENT
