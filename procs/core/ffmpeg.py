"""Finds ffmpeg and ffprobe: the system's own, else the ones that a wheel carries.

With PyAV in the environment (`has_libav`), ffprobe is not used, and ffmpeg seldom.
"""

import shutil
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from procs.errors import ChaparError

#: Where programs are looked for. The environment's PATH has no say: a worker under a supervisor and
#: a command in a terminal must find the same ones.
PATH = "/usr/local/bin:/usr/bin:/bin"
WHEEL, LIBAV = "imageio_ffmpeg", "av"
#: What ffmpeg may take a file of media for: no list that names other files or addresses.
FORMATS = (
    "mov,matroska,mp3,ogg,flac,wav,aac,mpegts,mpeg,avi,flv,asf,amr,aiff,w64,caf,"
    "image2,jpeg_pipe,png_pipe,webp_pipe,gif"
)


class NoFfmpeg(ChaparError):
    """There is no ffmpeg: install the system's package, or the extra `ffmpeg`."""


@dataclass(frozen=True, slots=True)
class MediaTools:
    """Absolute paths; `ffprobe` is None where there is none."""

    ffmpeg: str
    ffprobe: str | None


@cache
def tools() -> MediaTools:
    """The programs of this machine. Raises NoFfmpeg."""
    ffmpeg = shutil.which("ffmpeg", path=PATH) or from_wheel()
    if ffmpeg is None:
        raise NoFfmpeg(NoFfmpeg.__doc__)
    return MediaTools(ffmpeg, shutil.which("ffprobe", path=PATH))


def from_wheel() -> str | None:
    """The binary in the wheel, found without running it."""
    spec = find_spec(WHEEL)
    places = (spec.submodule_search_locations if spec else None) or ()
    found = [path for place in places for path in Path(place, "binaries").glob("ffmpeg-*")]
    return str(found[0]) if found else None


@cache
def has_libav() -> bool:
    """Whether a warm process can have libav, without importing it."""
    return find_spec(LIBAV) is not None
