"""A job's process that does its worst: everything it can think of to reach somebody else.

    python tests/sandbox/prisoner.py FENCE FACTS

FENCE is `jail` (all fences, with a way out), `narrow` (the same where a process may have no
namespaces of its own), `filter` (only the filter of system calls, as on a kernel whose Landlock
knows no signals), or `free` (none, to show that the tries are real). FACTS is
JSON: the ports, sockets and the process that are to be reached. It prints one JSON object: for each
try what came of it, DONE or an error.
"""

import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from procs.engine.jail import jail, seccomp
from tests.sandbox import escapes, meddling, network_tries, process_tries
from tests.sandbox.attempts import FACTS, TRIES, attempt, call, child
from tests.sandbox.network_tries import connected
from tests.sandbox.unfenced import take_fences_away

DONE = "done"
CLONE_NEWUSER, SIGCHLD = 0x10000000, 17
#: More tries, in files of their own.
MORE = (escapes, meddling, network_tries, process_tries)


@attempt
def io_uring():
    os.close(call("io_uring_setup", 8, bytes(120)))


@attempt
def sockets_of_the_machine():
    with open("/proc/net/tcp", "rb") as source:
        source.read(1)


@attempt
def a_namespace():
    child(lambda: call("unshare", CLONE_NEWUSER))


@attempt
def a_child_in_a_namespace():
    if call("clone", CLONE_NEWUSER | SIGCHLD, None, None, None, None) == 0:
        os._exit(0)
    os.wait()


@attempt
def a_child_by_the_newer_call():
    flags = struct.pack("11Q", CLONE_NEWUSER, *[0] * 3, SIGCHLD, *[0] * 6)
    if call("clone3", flags, len(flags)) == 0:
        os._exit(0)
    os.wait()


@attempt
def shared_memory():
    key = call("shmget", 0, 4096, 0o1600)
    call("shmctl", key, 0, None)


@attempt
def a_message_queue():
    key = call("msgget", 0, 0o1600)
    call("msgctl", key, 0, None)


@attempt
def a_named_queue():
    os.close(call("mq_open", b"chapar", os.O_CREAT | os.O_RDWR, 0o600, None))
    call("mq_unlink", b"chapar")


@attempt
def a_file_that_is_only_memory():
    os.close(os.memfd_create("program"))


@attempt
def a_link_to_elsewhere():
    os.symlink(FACTS["secret"], "symlink")
    os.unlink("symlink")


@attempt
def a_second_name_for_a_secret():
    os.link(FACTS["secret"], "hard")
    os.unlink("hard")


@attempt
def a_secret():
    with open(FACTS["secret"], "rb") as source:
        source.read()


@attempt
def a_secret_through_a_descriptor_of_its_folder():
    folder = os.open(os.path.dirname(FACTS["secret"]), os.O_PATH)
    os.close(os.open(os.path.basename(FACTS["secret"]), os.O_RDONLY, dir_fd=folder))


@attempt
def a_pipe_that_somebody_waits_at():
    os.mkfifo("pipe")
    os.unlink("pipe")


@attempt
def memory_on_a_disk():
    Path("/dev/shm/chapar-prisoner").touch()
    os.unlink("/dev/shm/chapar-prisoner")


@attempt
def the_kernels_words():
    call("syslog", 10, None, 0)


@attempt
def names_of_users():
    with open("/etc/passwd") as source:
        source.read()


@attempt
def running_what_came():
    with open(os.open("program", os.O_CREAT | os.O_WRONLY, 0o700), "wb") as made:
        made.write(Path("/bin/true").read_bytes())
    child(lambda: os.execv("./program", ["program"]))


def enter(fence: str) -> None:
    """Be fenced; the way out stays open."""
    if fence == "narrow":
        take_fences_away("unshare")
    if fence in ("jail", "narrow"):
        door = jail.way_out()
        address = door.getsockname()
        jail.enter(Path.cwd(), address[1])
        connected(*address)
    if fence == "filter":
        seccomp.give_up_rights()
        seccomp.filter_calls(network=True, signals=False)


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except OSError as error:
        return error.strerror or str(error)
    return DONE


def main() -> None:
    enter(sys.argv[1])
    print(json.dumps({name: outcome(work) for name, work in TRIES.items()}))


main()
