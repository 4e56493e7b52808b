"""What a child says and leaves is not believed: it may be in the hands of a hostile file."""

import asyncio
import os
import socket

import pytest

from procs.core import codec
from procs.engine import folder_cleanup
from procs.engine.failures.classify import classify
from procs.engine.nursery_connection import LINE_BYTES, LINES, NurseryConnection
from procs.engine.protocol.decode import ITEMS, fetched, into
from procs.engine.protocol.messages import ChildEnd, Choice, Fetched, Probed
from procs.errors import EngineDied

FOUND = {"key": "k", "site": "s", "title": "t"}


def test_a_true_word_is_read_whole():
    found = Probed("k", "s", "t", size=5, choices=[Choice("720p", None)], chapters=[(0.0, "One")])
    got = Fetched(["a.mp4"], found, warnings=["w"])
    assert into(Fetched, codec.load(codec.dump(got))) == got


@pytest.mark.parametrize("size", [5, 5.0, None])
def test_numbers_are_numbers(size):
    assert into(Probed, {**FOUND, "size": size, "duration": 3}).size == size


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, "text", [], {}, {"key": "k"}),
        {**FOUND, "strange": 1},
        {**FOUND, "title": 5},
        {**FOUND, "title": None},
        {**FOUND, "title": "x" * 10_000},
        {**FOUND, "size": "5"},
        {**FOUND, "size": True},
        {**FOUND, "size": 1 << 70},
        {**FOUND, "size": float("inf")},
        {**FOUND, "duration": float("nan")},
        {**FOUND, "thumbnail": "yes"},
        {**FOUND, "subtitles": "fa"},
        {**FOUND, "subtitles": ["fa", 5]},
        {**FOUND, "subtitles": ["fa"] * (ITEMS + 1)},
        {**FOUND, "choices": [{"variant": ["720p"]}]},
        {**FOUND, "chapters": [[1.0]]},
        {**FOUND, "chapters": [["1", "One"]]},
    ],
)
def test_what_no_child_says_is_not_believed(value):
    with pytest.raises(EngineDied):
        into(Probed, value)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/b", ".", "..", "", "missing", "link", "folder", "\0"]
)
def test_only_files_of_the_own_folder_are_taken(tmp_path, name):
    (job := tmp_path / "job").mkdir()
    (tmp_path / "secret").write_text("theirs")
    (job / "mine").write_text("mine")
    (job / "folder").mkdir()
    (job / "link").symlink_to(tmp_path / "secret")
    for said in ({"files": [name]}, {"files": ["mine"], "cover": name or "link"}):
        with pytest.raises(EngineDied):
            fetched({"facts": FOUND, **said}, job)
    assert fetched({"files": ["mine"], "facts": FOUND}, job).files == ["mine"]


@pytest.mark.parametrize(
    "names", [["TelegramWait", "JobError"], ["annotations", "JobError"], ["system", "JobError"]]
)
def test_a_child_names_no_failure_that_is_none_of_a_job(names):
    assert classify([{"names": names}]).name == "unknown"


@pytest.mark.parametrize("chain", ["no", [1], [{"names": "JobError"}], [{"names": [], "more": 1}]])
def test_a_failure_in_no_form_of_one_is_the_engines(chain):
    with pytest.raises(EngineDied):
        classify(chain)


@pytest.fixture
async def line():
    """A line, and the end of it at which somebody talks who is no honest child."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    theirs.send(b'{"began":%d}\n' % os.getpid())
    line = NurseryConnection(ours)
    assert await line.begin({"do": "fetch"})
    line.pid = 0  # nobody is to be killed for it
    reader, writer = await asyncio.open_connection(sock=theirs)
    yield line, reader, writer
    writer.close()
    await line.end()


@pytest.mark.parametrize(
    "noise",
    [b"[1]\n", b"5\n", b"null\n", b"{}\n", b'{"a":1,"b":2}\n', b"\xff\xfe\n", b"[" * 9999 + b"\n"],
)
async def test_noise_is_passed_over(line, noise):
    line, _, writer = line
    writer.write(noise + b'{"found":1}\n')
    assert await line.word() == ("found", 1)


async def test_who_says_too_long_a_word_is_hung_up_on(line):
    line, reader, writer = line
    writer.write(b"x" * (LINE_BYTES + 1024**2) + b"\n")
    hung_up = asyncio.create_task(reader.readuntil(b"\n"))  # our own request is the first line
    assert b"fetch" in await hung_up
    waiting = asyncio.create_task(line.word())
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    assert await waiting is None


async def test_who_says_too_many_words_is_hung_up_on(line):
    line, reader, writer = line

    async def talk():
        for _ in range(LINES // 1000 + 1):
            writer.write(b"{}\n" * 1000)
            await writer.drain()
        await reader.read()
        writer.close()

    talking = asyncio.create_task(talk())
    assert await asyncio.wait_for(line.word(), 30) is None
    await talking


async def test_who_says_that_it_is_dead_and_goes_on_is_not(line):
    line, _, writer = line
    ended = codec.dump({"ended": ChildEnd(0, 0.1, 1)}).encode() + b"\n"
    writer.write(ended + b'{"found":1}\n')
    assert (await line.word())[0] == "ended"
    assert (await line.word())[0] == "found"
    assert line.ended is None
    writer.write(ended)
    await line.word()
    assert line.ended == ChildEnd(0, 0.1, 1)


def test_what_is_no_file_goes_and_no_link_is_followed(tmp_path):
    (secret := tmp_path / "secret").mkdir()
    (secret / "theirs").write_text("theirs")
    (job := tmp_path / "job").mkdir()
    (job / "mine").write_text("mine")
    (job / "inner").mkdir()
    for place in (job, job / "inner"):
        (place / "link").symlink_to(secret / "theirs")
        (place / "way").symlink_to(secret)
        os.mkfifo(place / "pipe")
    (job / "inner").chmod(0)
    folder_cleanup.tidy(job)
    assert sorted(path.name for path in job.rglob("*")) == ["inner", "mine"]
    assert (secret / "theirs").read_text() == "theirs"


def deep(folder, levels):
    """So many folders, each in the one before it, made as only who walks into them can."""
    home = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    for level in range(levels):
        os.mkdir("x" * 200)
        os.chdir("x" * 200)
        open(f"file{level}", "w").close()
    os.fchdir(home)
    os.close(home)


def test_folders_too_deep_for_a_path_go(tmp_path):
    (tmp_path / "mine").write_text("mine")
    deep(tmp_path, 1500)
    assert folder_cleanup.weight(tmp_path) == float("inf")
    folder_cleanup.tidy(tmp_path)
    assert folder_cleanup.weight(tmp_path) < 1024**2
    assert (tmp_path / "mine").read_text() == "mine"
