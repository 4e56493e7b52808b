"""The calls that a child's filter refused, counted by the nursery (seccomp_unotify(2)).

The child makes the filter and hands over the descriptor at which the kernel tells of refused calls;
each such call waits until it is answered, always with its refusal. So the count is the kernel's,
not the child's word, and costs nothing where nothing is refused. A child that goes on for long is
heard no more: then the kernel answers in our place that there is no such call.
"""

import errno
import fcntl
import os
import re
import socket
import struct
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from procs.engine.jail import seccomp

#: ioctl's words for a descriptor of refused calls, on every machine: take one, answer it.
RECEIVE, SEND = 0xC0502100, 0xC0182101
#: struct seccomp_notif has the id, the process, and the call; seccomp_notif_resp has id and error.
NOTICE, ANSWER = "=QIIiIQ6Q", "=QqiI"
#: Refused calls of one job that are heard.
CALLS_HEARD = 1000
#: What ordinary programs try at their start, and go on without: the C library's caches of names,
#: urllib3's look for IPv6, a database's care for files of the superuser's, and the start of
#: libnuma, with which Debian's ffmpeg is linked.
ORDINARY = {"socket", "bind", "fchown", "set_mempolicy"}


def named(calls: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those with a name that a system call can have: when a nursery is killed, it is a child that
    spoke last."""
    return [(name, count) for name, count in calls if re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name)]


def is_odd(calls: Iterable[tuple[str, int]]) -> bool:
    """Whether a call was refused that no ordinary program makes."""
    return any(name not in ORDINARY for name, _ in calls)


def report(post: socket.socket, listener: int | None) -> None:
    """In the child: hand over the descriptor of refused calls, if there is one."""
    if listener is not None:
        socket.send_fds(post, [b"!"], [listener])
        os.close(listener)
    post.close()


class Refusals:
    """The calls that one child was refused, by name. `source` is the socket that brings the
    descriptor, and then that descriptor."""

    def __init__(self, post: socket.socket) -> None:
        self.post: socket.socket | None = post
        self.listener = -1
        self.calls: Counter[str] = Counter()

    @property
    def source(self) -> int:
        """The descriptor to wait at, -1 when there is none any more."""
        return self.post.fileno() if self.post else self.listener

    def attend(self) -> None:
        """Something is to be read; the caller waits at `source` again, which may be another one."""
        if self.post:
            self.take()
        elif self.listener >= 0 and (not self.answer() or self.calls.total() >= CALLS_HEARD):
            self.close()

    def take(self) -> None:
        """Take the descriptor; a child that ends before it has one gives none."""
        given: list[int] = []
        with suppress(OSError):
            given = socket.recv_fds(self.post, 1, 1)[1] if self.post else []
        self.close()
        self.listener = given[0] if given else -1

    def answer(self) -> bool:
        """Refuse one call. False when no process is left that could make one."""
        notice = bytearray(struct.calcsize(NOTICE))
        try:
            fcntl.ioctl(self.listener, RECEIVE, notice)
            number, _, _, call, *_ = struct.unpack(NOTICE, notice)
            self.calls[seccomp.name_of(call) or f"call-{call}"] += 1
            error = -seccomp.error_of(call)
            fcntl.ioctl(self.listener, SEND, struct.pack(ANSWER, number, 0, error, 0))
        except OSError as error:
            # Whoever made the call was killed meanwhile, or is interrupted and calls again.
            return error.errno in (errno.ENOENT, errno.EINTR, errno.EINPROGRESS)
        return True

    def close(self) -> None:
        """Hear no more."""
        if self.post:
            self.post.close()
            self.post = None
        if self.listener >= 0:
            os.close(self.listener)
            self.listener = -1
