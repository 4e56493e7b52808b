"""Converts subtitles to SRT, and puts them into a film."""

from pathlib import Path

from procs.errors import ProcessingFailed
from procs.media.ffmpeg_run import Runner, ffmpeg

#: Text forms of words, and nothing that could lead elsewhere.
GUARD = ("-protocol_whitelist", "file", "-format_whitelist", "webvtt,srt,ass,ttml")
CONVERT_TIMEOUT = 120.0
#: The names of languages in an mp4 (ISO 639-2); others are undetermined.
LANGUAGE_NAMES = (
    "fa:fas en:eng ar:ara tr:tur ku:kur de:deu fr:fra es:spa ru:rus it:ita pt:por zh:zho ja:jpn"
    " ko:kor hi:hin ur:urd az:aze he:heb uk:ukr nl:nld pl:pol"
)


def source(path: Path) -> list[str]:
    """Words as an input of ffmpeg."""
    return [*GUARD, "-i", f"file:{path}"]


def inside(language: str, place: int) -> list[str]:
    """The words of the input at `place`, as a track that can be switched on and off."""
    names = dict(pair.split(":") for pair in LANGUAGE_NAMES.split())
    name = names.get(language.partition("-")[0], "und")
    return ["-map", f"{place}:s:0", "-c:s", "mov_text", "-metadata:s:s:0", f"language={name}"]


async def as_srt(tools: Runner, path: Path, made: Path) -> Path:
    """The subtitles converted to SubRip; the old file is deleted. Raises ProcessingFailed."""
    await ffmpeg(
        tools, path.parent, *source(path), "-f", "srt", f"{made}.new", timeout=CONVERT_TIMEOUT
    )
    path.unlink()
    fresh = Path(f"{made}.new")
    if not fresh.stat().st_size:
        raise ProcessingFailed(f"no words in {path.name}")
    return fresh.rename(made)
