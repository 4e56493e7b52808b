"""What yt-dlp may start: tried with its own classes."""

import subprocess
import sys

import pytest

from procs.core.ffmpeg import tools
from procs.engine.jail.child_programs import JOINED, WORKING, guarded
from tests import ROOT
from tests.sandbox.site import files

#: Has yt-dlp work on a file that was fetched, as after every download. Says what came of it.
WORKS = """
import sys
from yt_dlp import YoutubeDL
from yt_dlp.postprocessor.ffmpeg import FFmpegMergerPP
from yt_dlp.utils import Popen
from procs.engine.jail import child_programs
from procs.core.ffmpeg import tools

if sys.argv[1] == "guarded":
    child_programs.tie(Popen)
options = {"quiet": True, "no_warnings": True, "ffmpeg_location": tools().ffmpeg}
with YoutubeDL(options) as ydl:
    try:
        FFmpegMergerPP(ydl).run_ffmpeg(sys.argv[2], "made.mp4", ["-c", "copy"])
        print("made")
    except Exception as error:
        print(type(error).__name__)
"""

#: Has yt-dlp's class start a program.
STARTS = """
import sys
from yt_dlp.utils import Popen
from procs.engine.jail import child_programs

child_programs.tie(Popen)
try:
    Popen.run(sys.argv[2:], shell=sys.argv[1] == "shell")
    print("started")
except PermissionError as error:
    print(error.strerror)
"""


def says(code, *words, folder):
    argv = [sys.executable, "-c", code, *map(str, words)]
    around = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(argv, cwd=folder, env=around, capture_output=True, text=True, timeout=60)
    return ran.stdout.strip() or ran.stderr


def work(how, name, folder):
    return says(WORKS, how, name, folder=folder)


@pytest.fixture(scope="module")
def film():
    return files.folder() / "small.mp4"


@pytest.fixture
def disguised(tmp_path, film):
    """Fetched as a film; really a list that names somebody else's. (Newer ones of ffmpeg want to
    see such a list by its name too; older ones take it by any.)"""
    (tmp_path / "job").mkdir()
    part = tmp_path / "theirs.ts"
    make = [tools().ffmpeg, "-v", "error", "-i", film, "-c", "copy", "-t", "1", part]
    subprocess.run(make, check=True)
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:9", "#EXTINF:1,", str(part), "#EXT-X-ENDLIST"]
    for name in ("media.mp4", "media.m3u8"):
        (tmp_path / "job" / name).write_text("\n".join(lines))
    return tmp_path / "job"


def test_a_list_in_disguise_is_not_followed_after_the_download(disguised):
    for name in ("media.mp4", "media.m3u8"):
        assert work("guarded", name, disguised) == "FFmpegPostProcessorError"


def test_it_would_be_without_the_guard(disguised):
    assert work("free", "media.m3u8", disguised) == "made"


def test_a_true_film_is_worked_on(tmp_path, film):
    (tmp_path / "media.mp4").write_bytes(film.read_bytes())
    assert work("guarded", "media.mp4", tmp_path) == "made"


@pytest.mark.parametrize(
    "argv",
    [
        *(["aria2c", "x"], ["/usr/bin/curl", "x"], ["rtmpdump", "-r", "x"], ["/bin/sh", "-c", "x"]),
        *(["phantomjs", "x"], ["mplayer", "x"], ["wget", "x"], ["/tmp/ffmpeg", "-i", "x"]),
        [sys.executable, "-c", "x"],
    ],
)
def test_nothing_else_is_started(argv, tmp_path):
    assert says(STARTS, "plain", *argv, folder=tmp_path) == "not a program for downloads"


def test_no_shell_is_started(tmp_path):
    assert says(STARTS, "shell", tools().ffmpeg, "-version", folder=tmp_path).startswith("no shell")


def test_every_input_has_a_guard_and_an_output_none():
    ffmpeg = tools().ffmpeg
    given = [ffmpeg, "-y", "-i", "file:a", "-protocol_whitelist", "http", "-i", "http://b", "c"]
    assert guarded([*given, "-i", "d"]) == [
        *(ffmpeg, "-y", *WORKING, "-i", "file:a", "-protocol_whitelist", "http"),
        *("-i", "http://b", "c", *WORKING, "-i", "d"),
    ]
    joined = [ffmpeg, "-f", "concat", "-safe", "0", "-i", "file:list", "-f", "mp4", "a"]
    assert guarded(joined)[5:9] == list(JOINED)
    assert guarded([ffmpeg, "-version"]) == [ffmpeg, "-version"]


@pytest.mark.parametrize("argv", [["deno", "run"], ["/usr/bin/node", "-"], [b"deno", b"run"]])
def test_runtimes_of_scripts_are_started_as_they_are(argv):
    assert guarded(argv)[1] in ("run", "-")
