"""What a job's process can reach, tried from inside one, by programs that do their best."""

import json
import os
import re
import select
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from signal import SIGSYS

import pytest

from procs.core.ffmpeg import tools
from procs.engine.jail import jail, landlock, seccomp
from procs.engine.protocol.messages import Limits
from procs.errors import TooLarge
from tests import ROOT

pytest_plugins = ["tests.sandbox.site.fixtures"]

PRISONER = ROOT / "tests" / "sandbox" / "prisoner.py"

pytestmark = pytest.mark.skipif(
    not (landlock.has_tcp() and seccomp.is_known()), reason=f"the kernel has: {jail.state()}"
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


def is_refused(said):
    """Whether somebody was kept from a file, or has no name for it."""
    return any(word in said for word in REFUSED)


READ = "import sys; print(open(sys.argv[1], 'rb').read(1))"
WRITE = "import sys; open(sys.argv[1], 'a').write('x'); print('written')"


async def test_other_peoples_files_are_out_of_reach(inside, tmp_path, short_home):
    other = tmp_path / "other.mp4"
    other.write_bytes(b"theirs")
    secrets = [other, short_home / "run", ROOT / "README.md", ROOT / ".env.example", "/etc/shadow"]
    for path in secrets:
        assert is_refused(await inside(READ, path)), path
    listed = await inside(f"import os; print(os.listdir({str(tmp_path)!r}))")
    assert listed == "['job']" or is_refused(listed)


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/etc/hosts", "/etc/ssl/private/x.key", "/etc/pki/tls/private/x.key"),
        *("/proc/1/cmdline", "/proc/net/tcp", "/usr/local/etc/x", "/usr/src/x", "/srv/x"),
        *(ROOT / ".env", ROOT / "var" / "chapar.db", Path.home() / ".ssh" / "id_rsa"),
    ],
)
def test_it_shows_nothing_of_the_machine_but_programs(path):
    assert not jail.shows(Path(path))


@pytest.mark.parametrize("path", ["/usr/lib/x.so", jail.CODE / "x.py", Path(sys.prefix) / "lib/x"])
def test_it_shows_programs(path):
    assert jail.shows(Path(path))


async def test_the_workers_environment_is_out_of_reach(inside):
    assert is_refused(await inside(READ, f"/proc/{os.getpid()}/environ"))
    assert is_refused(await inside(READ, f"/proc/{os.getpid()}/mem"))


async def test_only_the_own_folder_is_written(inside, tmp_path):
    assert await inside(WRITE, tmp_path / "job" / "mine") == "written"
    for path in (
        tmp_path / "yours",
        "/tmp/chapar-jail",
        ROOT / "x",
        sys.prefix + "/x",
        "/dev/shm/x",
    ):
        assert is_refused(await inside(WRITE, path)), path


async def test_what_was_downloaded_is_not_run(inside, tmp_path):
    code = """
import os, shutil, sys
os.close(os.open("echo", os.O_CREAT, 0o700))
shutil.copyfile("/bin/echo", "echo")
os.execv("./echo", ["echo", "ran"])
"""
    assert "Permission denied" in await inside(code)


async def test_a_link_out_of_the_folder_leads_nowhere(inside, tmp_path):
    (tmp_path / "other").write_text("theirs")
    code = "import os, sys; os.symlink(sys.argv[1], 'l'); print(open('l').read())"
    assert is_refused(await inside(code, tmp_path / "other"))


FILLS = """
import time
for number in range(10**6):
    open(str(number), "wb").write(bytes(1 << 20))
    time.sleep(0.01)
"""


async def test_who_fills_the_disk_file_by_file_is_stopped(engine, tmp_path):
    limits = Limits(file=8 << 20)
    with pytest.raises(TooLarge):
        await engine.run([sys.executable, "-c", FILLS], tmp_path / "job", 20, limits=limits)


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


@contextmanager
def ears(folder):
    """Sockets of every kind, each of which would hear of a visit. Gives what reaches each."""
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_DGRAM)
    stream, datagram, abstract = (socket.socket(socket.AF_UNIX, kind) for kind in kinds)
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    facts = {
        "tcp": tcp.getsockname()[1],
        "udp": udp.getsockname()[1],
        "unix": f"{folder}/s",
        "datagram": f"{folder}/d",
        "abstract": f"chapar-{os.getpid()}",
    }
    stream.bind(facts["unix"])
    stream.listen()
    datagram.bind(facts["datagram"])
    abstract.bind("\0" + facts["abstract"])
    open_ones = {"tcp": tcp, "udp": udp, "unix": stream, "datagram": datagram, "abstract": abstract}
    try:
        yield facts, open_ones
    finally:
        for one in open_ones.values():
            one.close()


@pytest.fixture
def neighbours(tmp_path):
    """Whom a prisoner would like to reach: sockets, a process, a secret. Gives the facts, and who
    was reached in the end."""
    (secret := tmp_path / "elsewhere" / "secret").parent.mkdir()
    secret.write_text("theirs")
    (secret.parent / "link").symlink_to(secret)

    def reached():
        return [name for name, one in listening.items() if select.select([one], [], [], 0)[0]]

    with (
        ears(tmp_path) as (facts, listening),
        subprocess.Popen(["/bin/sleep", "600"], env={"SECRET": "theirs"}) as victim,
    ):
        facts |= {"secret": str(secret), "library": str(jail.CODE / "__init__.py")}
        yield {**facts, "victim": victim.pid}, reached
        assert victim.poll() is None
        victim.kill()


def tries(fence, facts, folder):
    """What came of a prisoner's tries, by name."""
    (job := folder / "cell").mkdir()
    argv = [sys.executable, str(PRISONER), fence, json.dumps(facts)]
    ran = subprocess.run(argv, cwd=job, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


#: How a try is refused; what has no name in a tree of one's own is not there.
REFUSED = {
    *("Permission denied", "Operation not permitted", "Function not implemented"),
    *("Connection refused", "Invalid cross-device link", "Read-only file system"),
    *("No such file or directory", "Resource temporarily unavailable", f"killed by {SIGSYS}"),
}
#: What a kernel may lack, or a machine's own rules refuse to anybody, or to all but the superuser.
WANTING = {
    *("fast_open", "io_uring", "multipath", "seeing_mem", "the_kernels_words", "tracing"),
    *("virtual_machine_socket", "a_call_of_another_machine", "a_call_of_the_third_kind"),
    *("a_call_of_tomorrow", "a_filter_by_the_old_call", "a_program_in_the_kernel"),
    *("a_queue_of_events", "an_attribute_by_the_newest_call", "another_fence", "counting_events"),
    *("comparing_processes", "faults_in_user_space", "flags_of_a_file_by_the_newest_call"),
    *("memory_of_others", "memory_that_is_secret", "mode_by_an_empty_path", "the_list_of_mounts"),
    *("mode_by_the_newest_call", "the_list_of_robust_locks", "watching_a_file_system"),
}
#: What the filter leaves to Landlock, and what to a tree of one's own.
FILES = re.compile("canary|seeing|listing_|sockets_of|a_link|a_sec|a_pipe|memory_on|names_|running")
LOOKS = re.compile("a_look|a_question|where_a_link|a_step_into|code_from|the_way_up")
#: What bounds processes: not the superuser's.
CROWDS = {"a_crowd", "a_crowd_of_threads"} if os.getuid() == 0 else set()


def undone(said, *, but=frozenset()):
    """The tries that were not refused."""
    return {name for name, word in said.items() if word not in REFUSED} - but


def state_of(facts):
    files = [Path(facts[name]) for name in ("secret", "library")]
    return [
        (f.stat().st_mode, f.stat().st_uid, f.stat().st_mtime_ns, os.listxattr(f)) for f in files
    ]


@pytest.mark.skipif(not jail.has_root(), reason=f"the kernel has: {jail.state()}")
def test_a_prisoner_reaches_nobody(neighbours, tmp_path):
    facts, reached = neighbours
    before = state_of(facts)
    said = tries("jail", facts, tmp_path)
    assert undone(said, but=CROWDS) == set()
    assert (reached(), state_of(facts)) == ([], before)


def test_without_a_tree_of_its_own_a_prisoner_sees_which_files_there_are(neighbours, tmp_path):
    """And nothing more: where the kernel gives no namespaces."""
    facts, reached = neighbours
    before = state_of(facts)
    said = tries("narrow", facts, tmp_path)
    rest = undone(said, but=CROWDS | {"a_crowd", "a_crowd_of_threads"})
    assert {name for name in rest if not LOOKS.match(name)} == set()
    assert (reached(), state_of(facts)) == ([], before)


def test_what_landlock_does_not_judge_the_filter_refuses(neighbours, tmp_path):
    """As on a kernel whose Landlock knows no signals."""
    facts, reached = neighbours
    before = state_of(facts)
    said = tries("filter", facts, tmp_path)
    rest = undone(said, but={"a_crowd", "a_crowd_of_threads"})
    assert {name for name in rest if not (FILES.match(name) or LOOKS.match(name))} == set()
    assert (reached(), state_of(facts)) == (["tcp"], before)


def test_what_a_prisoner_tries_can_be_done_without_the_jail(neighbours, tmp_path):
    facts, reached = neighbours
    said = tries("free", facts, tmp_path)
    assert {n: word for n, word in said.items() if word != "done" and n not in WANTING} == {}
    assert reached() == ["tcp", "udp", "unix", "datagram", "abstract"]


def test_the_state_of_the_jail_is_said():
    assert "TCP" in jail.state()
    assert jail.is_tight()
