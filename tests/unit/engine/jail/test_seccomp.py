"""The filter of system calls, run step by step for both machines: what it answers to each call."""

import errno
import socket
import struct

import pytest

from procs.engine.jail import allowed_calls, bpf, refused_calls, seccomp
from procs.engine.jail.seccomp import ALLOW, KILL, MACHINES, NOTIFY, REFUSE

MODES = [(name, heard) for name in MACHINES for heard in (True, False)]


def verdict(steps, machine, number, arguments=()):
    """What the kernel would make of a call."""
    data = struct.pack("=iIQ6Q", number, machine, 0, *[*arguments, *[0] * 6][:6])
    value, place = 0, 0
    while True:
        code, yes, no, more = steps[place]
        place += 1
        if code == bpf.LOAD:
            value = struct.unpack_from("=I", data, more)[0]
        elif code == bpf.MASK:
            value &= more
        elif code == bpf.JUMP:
            place += more
        elif code == bpf.RETURN:
            return more
        else:
            true = {bpf.EQUAL: value == more, bpf.AT_LEAST: value >= more}
            place += yes if true.get(code, bool(value & more)) else no


def program(name, heard, **more):
    calls = MACHINES[name]
    steps = seccomp.program(calls, **{"network": True, "signals": True, "heard": heard, **more})
    return calls, steps


def refused(heard, error=errno.EPERM):
    return NOTIFY if heard else REFUSE | error


@pytest.mark.parametrize(("name", "heard"), MODES)
def test_every_number_is_allowed_by_name_or_refused(name, heard):
    calls, steps = program(name, heard)
    free = calls.of(allowed_calls.ALWAYS | set(allowed_calls.SIGNALS.split()))
    judged = calls.of((*allowed_calls.JUDGED.split(), *allowed_calls.UNHEARD.split()))
    for number in set(range(1200)) - judged:
        unknown = number > max(calls.known.values())
        no = refused(heard, errno.ENOSYS if unknown else errno.EPERM)
        assert verdict(steps, calls.machine, number) == (ALLOW if number in free else no), number


#: What no download may do, whatever else changes.
NEVER = """
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
file_setattr truncate inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark
mount umount2 open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
pivot_root chroot unshare setns io_uring_setup io_uring_enter io_uring_register bpf ptrace
process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal process_madvise kcmp
userfaultfd perf_event_open keyctl add_key request_key memfd_create memfd_secret execveat seccomp
landlock_create_ruleset landlock_add_rule landlock_restrict_self bind listen accept accept4
setsid setpgid setpriority sched_setscheduler sched_setattr sched_setaffinity ioprio_set
name_to_handle_at open_by_handle_at mknod mknodat symlink symlinkat link linkat statmount listmount
shmget msgget semget mq_open reboot kexec_load init_module finit_module swapon acct quotactl sync
setuid setgid setresuid setresgid setgroups capset personality iopl ioperm modify_ldt syslog
"""


@pytest.mark.parametrize(("name", "heard"), MODES)
@pytest.mark.parametrize("call", NEVER.split())
def test_what_no_download_needs_is_refused(name, heard, call):
    calls, steps = program(name, heard)
    if call in calls.known:
        assert verdict(steps, calls.machine, calls.known[call]) == refused(heard)


@pytest.mark.parametrize(("name", "heard"), MODES)
def test_calls_of_another_machine_kill(name, heard):
    calls, steps = program(name, heard)
    for machine in (0x40000003, 0x40000028, *(c.machine for c in MACHINES.values())):
        if machine != calls.machine:
            assert verdict(steps, machine, calls.known["read"]) == KILL
    assert verdict(steps, calls.machine, seccomp.X32 + calls.known["read"]) == KILL


TCP, UDP = (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM)
JUDGED = [
    ("socket", TCP, True),
    ("socket", (socket.AF_INET6, socket.SOCK_STREAM | socket.SOCK_CLOEXEC, 6), True),
    ("socket", UDP, False),
    ("socket", (*TCP, 262), False),
    ("socket", (socket.AF_UNIX, socket.SOCK_STREAM), False),
    ("socket", (16, socket.SOCK_RAW), False),
    ("socketpair", (socket.AF_UNIX, socket.SOCK_STREAM), True),
    ("socketpair", (socket.AF_UNIX, socket.SOCK_DGRAM), False),
    ("sendto", (3, 0, 0, socket.MSG_NOSIGNAL), True),
    ("sendto", (3, 0, 0, seccomp.MSG_FASTOPEN), False),
    ("clone", (17,), True),
    ("clone", (0x003D0F00,), True),
    ("clone", (0x10000011,), False),
    ("clone", (0x8011,), False),
    ("fcntl", (3, 4), True),
    ("fcntl", (3, 8), False),
    ("fcntl", (3, 1024), False),
    ("fcntl", (3, 1026), False),
    ("ioctl", (3, 0x5421), True),
    ("ioctl", (3, 0x5412), False),
    ("ioctl", (3, 0x40086602), False),
    ("prctl", (15,), True),
    ("prctl", (4, 1), False),
    ("prctl", (22, 2), False),
    ("prlimit64", (0, 7), True),
    ("prlimit64", (1, 7), False),
]


@pytest.mark.parametrize(("name", "heard"), MODES)
@pytest.mark.parametrize(("call", "arguments", "well"), JUDGED)
def test_some_calls_are_judged_by_their_arguments(name, heard, call, arguments, well):
    calls, steps = program(name, heard)
    said = verdict(steps, calls.machine, calls.known[call], arguments)
    error = seccomp.ERRORS.get(call, errno.EPERM)
    assert said == (ALLOW if well else refused(heard, error))


@pytest.mark.parametrize(("name", "heard"), MODES)
def test_without_a_network_there_are_no_sockets_and_without_scopes_no_signals(name, heard):
    calls, steps = program(name, heard, network=False, signals=False)
    for call, arguments in (("socket", TCP), ("kill", (1, 0)), ("tgkill", (1, 1, 0))):
        said = verdict(steps, calls.machine, calls.known[call], arguments)
        assert said == refused(heard, seccomp.ERRORS.get(call, errno.EPERM))


@pytest.mark.parametrize(("name", "heard"), MODES)
def test_libraries_find_another_way_than_the_call_that_cannot_be_judged(name, heard):
    calls, steps = program(name, heard)
    assert verdict(steps, calls.machine, calls.known["clone3"]) == REFUSE | errno.ENOSYS


@pytest.mark.parametrize(("name", "heard"), MODES)
def test_no_step_leads_further_than_the_machine_can(name, heard):
    _, steps = program(name, heard)
    assert len(steps) < 4096
    assert all(0 <= yes <= bpf.FAR and 0 <= no <= bpf.FAR for _, yes, no, _ in steps)


def test_every_allowed_name_is_known_somewhere():
    names = allowed_calls.ALWAYS | set(
        f"{allowed_calls.SIGNALS} {allowed_calls.JUDGED} {allowed_calls.UNHEARD}".split()
    )
    assert names <= MACHINES["x86_64"].known.keys()


@pytest.mark.parametrize("size", [0, 1, 2, 700])
def test_a_search_of_any_size_finds_what_is_inside_and_nothing_else(size):
    inside = {3 * number for number in range(size)}
    steps = bpf.search(inside, yes=bpf.answer(1), no=bpf.answer(0))
    steps = [(bpf.LOAD, 0, 0, bpf.NUMBER), *steps]
    found = {number for number in range(3 * size + 3) if verdict(steps, 0, number)}
    assert found == inside


def test_what_a_child_calls_a_refusal_is_not_believed():
    said = [("chmod", 1), ("call-999", 2), ("x" * 50, 1), ("a\nb", 1), ("", 1)]
    assert refused_calls.named(said) == [("chmod", 1), ("call-999", 2)]


def test_what_ordinary_programs_try_is_not_odd():
    assert not refused_calls.is_odd([("socket", 3), ("bind", 1), ("set_mempolicy", 1)])
    assert refused_calls.is_odd([("socket", 3), ("chmod", 1)])
