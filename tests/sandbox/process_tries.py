"""A prisoner's tries to touch, watch or leave other processes."""

import fcntl
import os
import signal
import socket
import struct

from tests.sandbox.attempts import VICTIM, attempt, call, child

PTRACE_SEIZE = 0x4206


@attempt
def killing():
    os.kill(VICTIM, 0)


@attempt
def killing_a_thread():
    call("tgkill", VICTIM, VICTIM, 0)


@attempt
def killing_by_descriptor():
    handle = os.pidfd_open(VICTIM)
    signal.pidfd_send_signal(handle, 0)


@attempt
def queueing_a_signal():
    call("rt_sigqueueinfo", VICTIM, 0, struct.pack("iiiiii104x", 0, 0, -1, 0, os.getpid(), 0))


@attempt
def owning_a_socket():
    with socket.socketpair()[0] as link:
        fcntl.fcntl(link, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(link, fcntl.F_SETOWN, VICTIM)


@attempt
def owning_by_ioctl():
    with socket.socketpair()[0] as link:
        fcntl.ioctl(link, 0x8901, struct.pack("i", VICTIM))


@attempt
def limits_of_others():
    call("prlimit64", VICTIM, 7, struct.pack("QQ", 0, 0), None)


@attempt
def priority_of_others():
    os.setpriority(os.PRIO_PROCESS, VICTIM, 19)


@attempt
def processors_of_others():
    os.sched_setaffinity(VICTIM, {0})


@attempt
def scheduling_of_others():
    os.sched_setscheduler(VICTIM, os.SCHED_IDLE, os.sched_param(0))


@attempt
def disk_priority_of_others():
    call("ioprio_set", 1, VICTIM, 3 << 13)


@attempt
def tracing():
    child(lambda: call("ptrace", PTRACE_SEIZE, VICTIM, None, None))


def seen(name):
    def look():
        os.close(os.open(f"/proc/{VICTIM}/{name}", os.O_RDONLY))

    look.__name__ = f"seeing_{name}"
    attempt(look)


for shown in ("cmdline", "environ", "maps", "mem", "mounts", "stat", "status"):
    seen(shown)


@attempt
def listing_descriptors_of_others():
    os.listdir(f"/proc/{VICTIM}/fd")


@attempt
def listing_processes():
    os.listdir("/proc")


@attempt
def leaving_the_session():
    child(os.setsid)


@attempt
def leaving_the_group():
    child(lambda: os.setpgid(0, 0))
