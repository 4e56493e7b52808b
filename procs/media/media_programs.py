"""Does with ffprobe and ffmpeg what a child of libav does, on a machine without PyAV."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from procs.core import codec
from procs.core.ffmpeg import tools as programs
from procs.errors import ProcessingFailed
from procs.media.ffmpeg_run import GUARD, ProgramRun, Runner, ffmpeg, source


class MediaPrograms:
    """A program for each piece of work; each is dead when its work is done."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner = runner
        self.folder = folder.resolve()
        self.work: dict[str, Callable[..., Awaitable[Any]]] = {
            "facts": self.facts,
            "frame": self.frame,
        }

    async def ask(self, work: str, timeout: float, **words: Any) -> Any:
        """The value of one piece of work. Raises as `FileTools.ask`."""
        if (do := self.work.get(work)) is None:
            raise ProcessingFailed(f"no program for {work}")
        return await do(timeout, **words)

    def run(self, argv: list[str], folder: Path, timeout: float) -> Awaitable[ProgramRun]:
        """Run a program."""
        return self.runner.run(argv, folder, timeout)

    async def seal(self) -> None:
        """Nothing: no child is left."""

    async def facts(self, timeout: float, *, name: str) -> Any:
        """What ffprobe says of a file."""
        wanted = ["-show_format", "-show_streams", "-of", "json"]
        path = self.folder / name
        argv = [str(programs().ffprobe), "-v", "error", *GUARD, *wanted, f"file:{path}"]
        ran = await self.run(argv, self.folder, timeout)
        if ran.code:
            raise ProcessingFailed(f"exit {ran.code}")
        try:
            return codec.load(ran.out)
        except ValueError as error:
            raise ProcessingFailed(str(error)) from None

    async def frame(
        self,
        timeout: float,
        *,
        name: str,
        made: str,
        at: float,
        box: tuple[int, int],
        quality: int,
    ) -> None:
        """A JPEG of a file's picture."""
        width, height = box
        fits = f"'min({width},iw)':'min({width},ih)':force_original_aspect_ratio=decrease"
        scale = f"scale={width}:{height}" if height else f"scale={fits}"
        seek = ["-ss", f"{at:.2f}"] if at else []
        one = ["-map", "0:v:0", "-frames:v", "1", "-vf", scale, "-q:v", str(quality)]
        words = [*seek, *source(self.folder / name), *one, "-f", "mjpeg", str(self.folder / made)]
        await ffmpeg(self, self.folder, *words, timeout=timeout)
