"""Probes a file in a process of its own."""

import sys
from pathlib import Path

from procs.core.ffmpeg import FORMATS, tools
from procs.media import file_facts
from procs.media.ffmpeg_run import GUARD, PROTOCOLS, Run
from procs.media.file_facts import MediaFacts

PYAV = str(Path(__file__).with_name("pyav_probe.py"))
#: Seconds; a file that takes longer to open is not worth knowing.
PROBE_TIMEOUT = 60.0


async def probe(run: Run, folder: Path, path: Path) -> MediaFacts | None:
    """The facts of a file; None when it is no media that we may open."""
    ran = await run(command(path), folder, PROBE_TIMEOUT)
    return file_facts.read(ran.out) if ran.code == 0 else None


def command(path: Path) -> list[str]:
    ffprobe = tools().ffprobe
    if ffprobe is None:
        return [sys.executable, "-I", PYAV, PROTOCOLS, FORMATS, f"file:{path}"]
    wanted = ["-show_format", "-show_streams", "-of", "json"]
    return [ffprobe, "-v", "error", *GUARD, *wanted, f"file:{path}"]
