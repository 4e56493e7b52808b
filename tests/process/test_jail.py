"""What a job's process can reach, tried from inside one, by programs that do their best."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from procs.engine import jail, landlock, syscalls
from procs.tools import tools

pytest_plugins = ["tests.sandbox.site.fixtures"]

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    not (landlock.has_tcp() and syscalls.is_known()), reason=f"the kernel has: {jail.state()}"
)


@pytest.fixture
def canary():
    """Somebody who listens on loopback, and must never be called."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener.getsockname()[1]
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.fixture
def inside(engine, tmp_path):
    """Run Python code in a child without a way out. Returns what it printed, or its last word."""

    async def inside(code, *words):
        argv = [sys.executable, "-c", code, *map(str, words)]
        ran = await engine.run(argv, tmp_path / "job", 20)
        return (ran.out or ran.err.splitlines()[-1]).decode().strip()

    return inside


READ = "import sys; print(open(sys.argv[1], 'rb').read(1))"
WRITE = "import sys; open(sys.argv[1], 'a').write('x'); print('written')"


async def test_other_peoples_files_are_out_of_reach(inside, tmp_path, short_home):
    other = tmp_path / "other.mp4"
    other.write_bytes(b"theirs")
    secrets = [other, short_home / "run", ROOT / "README.md", ROOT / ".env.example", "/etc/shadow"]
    for path in secrets:
        assert "Permission denied" in await inside(READ, path), path
    assert "Permission denied" in await inside(f"import os; os.listdir({str(tmp_path)!r})")


async def test_the_workers_environment_is_out_of_reach(inside):
    assert "Permission denied" in await inside(READ, f"/proc/{os.getpid()}/environ")
    assert "Permission denied" in await inside(READ, f"/proc/{os.getpid()}/mem")


async def test_only_the_own_folder_is_written(inside, tmp_path):
    assert await inside(WRITE, tmp_path / "job" / "mine") == "written"
    for path in (
        tmp_path / "yours",
        "/tmp/chapar-jail",
        ROOT / "x",
        sys.prefix + "/x",
        "/dev/shm/x",
    ):
        assert "Permission denied" in await inside(WRITE, path), path


async def test_what_was_downloaded_is_not_run(inside, tmp_path):
    code = """
import os, shutil, sys
shutil.copy("/bin/echo", "echo")
os.execv("./echo", ["echo", "ran"])
"""
    assert "Permission denied" in await inside(code)


async def test_a_link_out_of_the_folder_leads_nowhere(inside, tmp_path):
    (tmp_path / "other").write_text("theirs")
    code = "import os, sys; os.symlink(sys.argv[1], 'l'); print(open('l').read())"
    assert "Permission denied" in await inside(code, tmp_path / "other")


KINDS = """
AF_INET,SOCK_STREAM,0 AF_INET6,SOCK_STREAM,0 AF_INET,SOCK_DGRAM,0 AF_INET6,SOCK_DGRAM,0
AF_UNIX,SOCK_STREAM,0 AF_UNIX,SOCK_DGRAM,0 AF_NETLINK,SOCK_RAW,0 AF_PACKET,SOCK_RAW,0
AF_INET,SOCK_RAW,1 AF_INET,SOCK_STREAM,262 AF_VSOCK,SOCK_STREAM,0
"""


@pytest.mark.parametrize("kind", KINDS.split())
async def test_a_program_has_no_sockets(inside, kind):
    family, what, protocol = kind.split(",")
    code = f"from socket import *; socket({family}, {what}, {protocol}); print('made')"
    said = await inside(code)
    assert said != "made"
    assert "Permission denied" in said


@pytest.mark.parametrize(
    "url", ["http://{}/x.mp4", "tcp://{}", "rtmp://{}/a/b", "rtsp://{}/a", "udp://{}", "ftp://{}/a"]
)
async def test_ffmpeg_by_itself_reaches_nobody(engine, tmp_path, canary, url):
    words = ["-v", "error", "-i", url.format(f"127.0.0.1:{canary}"), "-f", "null", "-"]
    ran = await engine.run([tools().ffmpeg, "-rw_timeout", "1000000", *words], tmp_path, 20)
    assert ran.code != 0
    assert b"denied" in ran.err or b"not found" in ran.err


#: What a child with a way out tries beside it: one line for each try, with what came of it.
TRIES = """
import ctypes, os, socket, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from procs.engine import jail, syscalls
canary = int(sys.argv[2])
door = jail.way_out()
port = door.getsockname()[1]
jail.enter(Path.cwd(), port)

def tried(name, work):
    try:
        print(name, work())
    except OSError as error:
        print(name, error.strerror)

def connect(port, host="127.0.0.1"):
    socket.create_connection((host, port), timeout=2)
    return "connected"

def bind():
    socket.socket().bind(("127.0.0.1", 0))
    return "bound"

def fast():
    s = socket.socket()
    s.sendto(b"x", 0x20000000, ("127.0.0.1", canary))
    return "sent"

def made(family, kind, protocol=0):
    socket.socket(family, kind, protocol)
    return "made"

def call(number, *words):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *words) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "called"

tried("own", lambda: connect(port))
tried("canary", lambda: connect(canary))
tried("canary6", lambda: connect(canary, "::ffff:127.0.0.1"))
tried("bind", bind)
tried("fast", fast)
tried("udp", lambda: made(socket.AF_INET, socket.SOCK_DGRAM))
tried("unix", lambda: made(socket.AF_UNIX, socket.SOCK_STREAM))
tried("mptcp", lambda: made(socket.AF_INET, socket.SOCK_STREAM, 262))
tried("ring", lambda: call(425, 8, 0))
tried("kill", lambda: os.kill(os.getppid(), 0))
tried("room", lambda: call(272 if os.uname().machine == "x86_64" else 97, 0x10000000))
"""


def test_beside_the_way_out_there_is_none(canary, tmp_path):
    argv = [sys.executable, "-c", TRIES, str(ROOT), str(canary)]
    ran = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    said = dict(line.split(" ", 1) for line in ran.stdout.splitlines())
    assert said.pop("own") == "connected"
    refused = {"Permission denied", "Operation not permitted", "Connection refused"}
    assert {name: word for name, word in said.items() if word not in refused} == {}


def test_the_state_of_the_jail_is_said():
    assert "TCP" in jail.state()
    assert jail.is_tight()
