"""The child that works on media: one for a job, and what happens when its file takes it over."""

import os
import shutil
import signal
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from procs import media
from procs.engine.jail import jail
from procs.engine.media_child import MediaChild
from procs.engine.protocol.messages import RunResult
from procs.errors import ProcessingFailed, TimedOut
from procs.media import MediaPrograms
from procs.media.pictures import dimensions
from tests.sandbox.originals import MIB, originals

__all__ = ["originals"]
pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Seconds; and too few for a child that does not move.
SECONDS, SHORT = 30.0, 0.3


@pytest.fixture
def clip(originals, tmp_path):
    return Path(shutil.copy(originals / "clip.mp4", tmp_path)).name


def pid_of(context):
    assert context.line is not None
    return context.line.pid


async def prepared(context, folder, *names):
    return await media.prepare(
        context, folder, names, variant="best", title="A title", max_file_size=100 * MIB
    )


class Counted(MediaChild):
    """Notes the children that it had."""

    def __init__(self, *words):
        super().__init__(*words)
        self.pids = []

    async def begin(self):
        line = await super().begin()
        self.pids.append(line.pid)
        return line


@pytest.mark.parametrize("names", [("clip.mp4",), ("clip.mkv",), ("clip.mp4", "clip.mkv")])
async def test_films_that_are_only_copied_take_one_child_and_no_program(
    engine, originals, tmp_path, names
):
    for name in names:
        shutil.copy(originals / name, tmp_path)
    context, programs = Counted(engine, tmp_path), engine.programs
    files = await prepared(context, tmp_path, *names)
    assert all(file.thumbnail and file.kind == "video" for file in files)
    assert (len(context.pids), engine.programs) == (1, programs)


async def test_a_decoder_that_crashes_ends_its_child_and_nothing_else(engine, media_tools, clip):
    await media_tools.ask("facts", SECONDS, name=clip)
    dead, nursery = pid_of(media_tools), engine.presence.pid
    os.kill(dead, signal.SIGSEGV)
    with pytest.raises(ProcessingFailed, match="ended with -11"):
        await media_tools.ask("facts", SECONDS, name=clip)
    assert await media_tools.ask("facts", SECONDS, name=clip)
    assert pid_of(media_tools) != dead
    assert engine.presence.pid == nursery
    assert not engine.is_stale()


async def test_a_decoder_that_hangs_is_killed_in_time(media_tools, clip):
    await media_tools.ask("facts", SECONDS, name=clip)
    stuck = pid_of(media_tools)
    os.kill(stuck, signal.SIGSTOP)
    with pytest.raises(TimedOut):
        await media_tools.ask("facts", SHORT, name=clip)
    with pytest.raises(ProcessLookupError):
        os.kill(stuck, 0)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ("facts", {"name": "/etc/hostname"}),
        ("facts", {"name": "http://127.0.0.1:9/"}),
        ("facts", {"name": "list.m3u8"}),
        ("facts", {"name": "list.ffconcat"}),
        ("frame", {"name": "clip.mp4", "made": "/tmp/x.jpg", "at": 0, "box": (9, 9), "quality": 4}),
        ("copy", {"name": "clip.mp4", "made": "../x.mp4", "sound": True}),
        ("copy", {"name": "clip.mp4", "made": "http://127.0.0.1:9/x", "sound": True}),
    ],
)
async def test_it_reads_and_writes_files_of_its_folder_alone(
    media_tools, clip, tmp_path, work, words
):
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:6,\n{clip}\n")
    (tmp_path / "list.ffconcat").write_text(f"ffconcat version 1.0\nfile {clip}\n")
    with pytest.raises(ProcessingFailed):
        await media_tools.ask(work, SECONDS, **words)


@pytest.mark.skipif(not jail.is_tight(), reason=f"the kernel has: {jail.state()}")
async def test_it_is_jailed_like_every_program_that_works_on_files(media_tools, clip):
    await media_tools.ask("facts", SECONDS, name=clip)
    lines = Path(f"/proc/{pid_of(media_tools)}/status").read_text().splitlines()
    facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert (facts["NoNewPrivs"], facts["Seccomp"]) == ("1", "2")
    assert int(facts["CapEff"], 16) == 0


class TakenOver(MediaChild):
    """A child whose file made it its own: when the work is done, it puts another thing in place."""

    def __init__(self, engine, folder, work, meddle):
        super().__init__(engine, folder)
        self.work, self.meddle = work, meddle

    async def ask(self, work, timeout, **words):
        value = await super().ask(work, timeout, **words)
        if work == self.work:
            self.meddle(self.folder)
        return value


@asynccontextmanager
async def tools_that(engine, folder, work, meddle):
    context = TakenOver(engine, folder, work, meddle)
    try:
        yield context
    finally:
        await context.seal()


def swap(folder, name, make):
    (folder / name).unlink()
    make(folder / name)


@pytest.mark.parametrize(
    ("work", "meddle"),
    [
        ("facts", lambda f: swap(f, "clip.mp4", lambda p: p.symlink_to("/etc/passwd"))),
        ("facts", lambda f: swap(f, "clip.mp4", os.mkfifo)),
        ("frame", lambda f: swap(f, "A title.mp4", lambda p: p.symlink_to("/etc/passwd"))),
        ("frame", lambda f: swap(f, "A title.mp4", lambda p: p.write_bytes(b"x"))),
        ("frame", lambda f: (f / "A title.mp4").unlink()),
    ],
    ids=["link", "pipe", "link in the end", "another in the end", "gone in the end"],
)
async def test_what_a_child_puts_in_the_place_of_its_file_goes_to_no_chat(
    engine, clip, tmp_path, work, meddle
):
    async with tools_that(engine, tmp_path, work, meddle) as context:
        with pytest.raises((ProcessingFailed, OSError)):
            await prepared(context, tmp_path, clip)


async def test_what_a_child_puts_in_the_place_of_a_thumbnail_goes_to_no_chat(
    engine, clip, tmp_path
):
    def link(folder):
        swap(folder, "thumbnail-0.jpg", lambda path: path.symlink_to("/etc/passwd"))

    async with tools_that(engine, tmp_path, "frame", link) as context:
        with pytest.raises(ProcessingFailed):
            await prepared(context, tmp_path, clip)


class WithoutProbe(MediaPrograms):
    """Programs on a machine that has no ffprobe: PyAV tells the facts in its form."""

    async def facts(self, timeout, *, name):
        return await self.runner.ask("facts", timeout, name=name)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "rotated.mp4"])
async def test_programs_make_the_same_of_a_film_where_there_is_no_libav(
    media_tools, originals, tmp_path, name
):
    made = []
    for context in (media_tools, WithoutProbe(media_tools, tmp_path)):
        shutil.copy(originals / name, tmp_path)
        (file,) = await prepared(context, tmp_path, name)
        made.append((file.kind, file.width, file.height, round(file.duration), shape(file)))
    assert made[0] == made[1]


def shape(file):
    with open(file.thumbnail, "rb") as source:
        return dimensions(source)


async def test_programs_are_told_what_they_may_open(media_tools, tmp_path):
    said = []

    class Runner:
        async def run(self, argv, folder, timeout):
            said.append(argv)
            return RunResult(0, b'{"streams": []}', b"")

    context = MediaPrograms(Runner(), tmp_path)
    assert await context.ask("facts", SECONDS, name="-clip.mp4") == {"streams": []}
    ((*_, last),) = said
    assert last == f"file:{tmp_path}/-clip.mp4"
    assert {"-protocol_whitelist", "-format_whitelist"} <= set(said[0])
