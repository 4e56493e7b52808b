"""Merges a film's picture and sound while the picture is still being downloaded, so that the film
can be uploaded meanwhile.

yt-dlp merges when both are there, and then writes the film twice, because its index goes to the
front. Here the sound comes first; ffmpeg has it, and the picture through a pipe. It leaves room for
the index (-moov_size), so that what lies behind is final once it is written. What came of it is
taken only when it is surely right; otherwise it is thrown away, and yt-dlp merges as ever.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from yt_dlp.postprocessor.ffmpeg import FFmpegMergerPP, FFmpegMetadataPP
from yt_dlp.utils import Popen

from procs.core.ffmpeg import tools
from procs.engine.forms import formats
from procs.engine.jail import child_programs
from procs.engine.protocol.folder_lock import SCRATCH
from procs.engine.protocol.messages import LATER, MERGED, Order
from procs.engine.streams.pipe_feed import PipeFeed

#: Ways by which a stream comes as one file that only grows.
GROWING = ("http", "https", "m3u8_native", "http_dash_segments")
#: Bytes of an index for one picture and one sample of sound at most: its size, its two times, a
#: chunk of its own, its mark as a key (ISO/IEC 14496-12, 8.6 and 8.7). What is usual is a third.
PICTURE, SOUND = 44, 32
#: Samples a second where the site does not say, and never more than that; those of AAC at 48 kHz.
RATE, FASTEST, SOUNDS = 60.0, 240.0, 47
#: Bytes for the boxes around, and for one chapter; before and behind the room for the index.
BOXES, CHAPTER, AROUND = 4096, 1024, 4096
#: The room is no larger than such a part of the film: it goes up too.
SHARE = 8
#: Seconds for which ffmpeg may work on when all of it came.
FFMPEG_TIMEOUT = 120.0
META, SAID = f"{SCRATCH}/chapters", f"{SCRATCH}/merging"
ESCAPED = str.maketrans({one: f"\\{one}" for one in "\\=;#\n"})

Info = dict[str, Any]
Say = Callable[[str, Any], None]
Warn = Callable[[str], None]


class MergeHooks:
    """What a loader does about films in two streams. `say` tells the worker when one begins to be
    made; `warn` hears why it is made later after all."""

    def __init__(self, order: Order, say: Say, warn: Warn) -> None:
        self.order = order
        self.say = say
        self.warn = warn
        self.one: StreamMerge | None = None

    @contextmanager
    def of(self, info: Info) -> Iterator[None]:
        """While one media is fetched: its sound first, if it is such a film."""
        if fits(info, self.order):
            info["requested_formats"] = sorted(info["requested_formats"], key=formats.has_video)
            self.one = StreamMerge(self)
        try:
            yield
        finally:
            one, self.one = self.one, None
            if one:
                one.close()


class StreamMerge:
    """One film. `done` says that it is there, and whole."""

    def __init__(self, all_of_them: MergeHooks) -> None:
        self.most = all_of_them.order.max_file_size
        self.say = all_of_them.say
        self.warn = all_of_them.warn
        self.sound = ""
        self.room = 0
        self.feed: PipeFeed | None = None
        self.ffmpeg: subprocess.Popen[bytes] | None = None
        self.done = False

    @contextmanager
    def beside(self, name: str, info: Info) -> Iterator[None]:
        """While the sound or the picture is fetched into a file of this name."""
        if not formats.has_video(info):
            yield
            self.sound = name
            return
        if self.sound and not info.get("sponsorblock_chapters"):
            try:
                self.begin(name, info)
            except OSError as error:
                self.warn(f"{LATER}{error}")
        yield
        if self.feed:
            self.feed.whole.set()

    def begin(self, name: str, info: Info) -> None:
        """Start ffmpeg, and give it what comes."""
        self.room = room(info)
        chapters = info.get("chapters") or []
        if chapters:
            Path(META).write_text(marks(chapters), encoding="utf-8")
        argv = command(self.sound, self.room, chapters=bool(chapters))
        with open(SAID, "wb") as said:
            ends = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": said}
            self.ffmpeg = Popen(argv, **ends)
        assert self.ffmpeg.stdin
        self.feed = PipeFeed(name, self.ffmpeg.stdin)
        self.feed.start()
        self.say("merging", self.room + AROUND)

    def instead(self, pp: Any, info: Info) -> Any:
        """The replacement for one of yt-dlp's steps: nothing, where its work is done already."""
        if isinstance(pp, FFmpegMergerPP) and self.finish(info["filepath"]):
            return MergedAlready(info["__files_to_merge"])
        if isinstance(pp, FFmpegMetadataPP) and self.done:
            return MergedAlready()
        return pp

    def finish(self, path: str) -> bool:
        """Whether the film is whole: it lies at `path` then. Else nothing is left of it."""
        if self.feed and self.ffmpeg:
            why = self.fault(self.feed, self.ffmpeg)
            self.done = not why
            if self.done:
                os.replace(MERGED, path)
            else:
                self.warn(f"{LATER}{why}")
        self.close()
        return self.done

    def fault(self, feed: PipeFeed, ffmpeg: subprocess.Popen[bytes]) -> str:
        """What is wrong with the film; nothing when ffmpeg had every byte of the picture that lies
        there now, complained about nothing, and had room enough, and the film may be sent as one.
        ffmpeg ends with 0 whatever the picture was like."""
        try:
            feed.join(FFMPEG_TIMEOUT)
            code = ffmpeg.wait(FFMPEG_TIMEOUT)
            said = Path(SAID).read_text(encoding="utf-8", errors="replace")
            if code or said or not feed.gave_all():
                why = (f"exit {code}", feed.failed, said[-200:].strip() or "not all of the picture")
                return ", ".join(filter(None, why))
            if Path(MERGED).stat().st_size > self.most or not has_index(Path(MERGED), self.room):
                return "too large, or not in order"
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Nothing runs any more. What was not taken holds no room on the disk, whoever has it
        open."""
        if self.feed and self.ffmpeg:
            self.feed.stop()
            # Not every jail lets us send signals; without its input ffmpeg ends by itself, and with
            # us in any case.
            with suppress(PermissionError):
                self.ffmpeg.kill()
            with suppress(subprocess.TimeoutExpired):
                self.ffmpeg.wait(FFMPEG_TIMEOUT)
        with suppress(FileNotFoundError), open(MERGED, "r+b") as film:
            film.truncate(0)
            os.unlink(MERGED)


class MergedAlready:
    """In the place of a step of yt-dlp whose work is done; these files have served."""

    def __init__(self, files: Sequence[str] = ()) -> None:
        self.files = list(files)

    def run(self, info: Info) -> tuple[list[str], Info]:
        """The files that yt-dlp may delete now, and `info` as it came."""
        return self.files, info


def fits(info: Info, order: Order) -> bool:
    """Whether a media is a film of one picture and one sound that an mp4 takes as they are, which
    is large enough, and fits into one file together with the room for its index."""
    streams = formats.chosen(info)
    size = formats.total(tuple(sorted(streams, key=formats.has_video, reverse=True)))
    return bool(
        order.stream_from
        and is_pair(streams)
        and all(one.get("protocol") in GROWING for one in streams)
        and info.get("ext") == "mp4"
        and not (info.get("is_live") or info.get("stretched_ratio") not in (None, 1))
        and all(is_timed(one) for one in info.get("chapters") or [])
        and 0 < room(info) * SHARE <= (size or 0)
        and order.stream_from <= (size or 0) <= order.max_file_size - room(info)
    )


def is_pair(streams: formats.Streams) -> bool:
    """One picture in h264, one sound in AAC; a site need not name the sound's codec."""
    pictures = [one for one in streams if formats.has_video(one) and not formats.has_audio(one)]
    sounds = [one for one in streams if formats.has_audio(one) and not formats.has_video(one)]
    return (
        (len(pictures), len(sounds), len(streams)) == (1, 1, 2)
        and formats.codec(pictures[0], "vcodec").startswith(formats.H264)
        and formats.playable((pictures[0], sounds[0]))
    )


def is_timed(chapter: Info) -> bool:
    """Whether a chapter has both ends."""
    return chapter.get("start_time") is not None and chapter.get("end_time") is not None


def room(info: Info) -> int:
    """Bytes that the index of a film takes at most; 0 when its duration is unknown."""
    pictures = [one for one in formats.chosen(info) if formats.has_video(one)]
    pieces = pictures[0].get("fragments") or ()
    duration = float(info.get("duration") or sum(one.get("duration") or 0 for one in pieces))
    if not duration:
        return 0
    rate = min(float(pictures[0].get("fps") or RATE), FASTEST)
    chapters = len(info.get("chapters") or ())
    second = int(PICTURE * rate + SOUND * SOUNDS)
    return BOXES + CHAPTER * chapters + second * (int(duration) + 2)  # sites round


def command(sound: str, size: int, *, chapters: bool) -> list[str]:
    """ffmpeg's words. Nothing of the sound is written ahead of the picture that it belongs to,
    however late that comes (-max_interleave_delta)."""
    named = ("-f", "ffmetadata", "-i", f"file:{META}", "-map_metadata", "2")
    return [
        *(tools().ffmpeg, "-nostdin", "-v", "error", "-y"),
        *(
            *child_programs.PIPED,
            "-i",
            "pipe:0",
            "-i",
            f"file:{sound}",
            *(named if chapters else ()),
        ),
        *("-map", "0:v:0", "-map", "1:a:0", "-c", "copy", "-max_interleave_delta", "0"),
        *("-moov_size", str(size), "-f", "mp4", f"file:{MERGED}"),
    ]


def marks(chapters: Sequence[Info]) -> str:
    """Chapters in ffmpeg's own form (ffmpeg-formats, Metadata)."""
    lines = [";FFMETADATA1"]
    for one in chapters:
        start, end = (int(one[name] * 1000) for name in ("start_time", "end_time"))
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}"]
        lines += [f"title={str(one.get('title') or '').translate(ESCAPED)}"]
    return "\n".join(lines) + "\n"


def has_index(path: Path, size: int) -> bool:
    """Whether an index lies in front, within the space that was left for it."""
    with path.open("rb") as source:
        first = int.from_bytes(source.read(4), "big")
        source.seek(first)
        head = source.read(8)
    return head[4:] == b"moov" and int.from_bytes(head[:4], "big") <= size - 8
