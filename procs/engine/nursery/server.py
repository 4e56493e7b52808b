"""The nursery's loop: connections, requests, hang-ups, deaths. `main` says what it is for."""

import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from procs.core import clock, codec, log
from procs.engine.jail import cgroups
from procs.engine.jail.refused_calls import Refusals
from procs.engine.nursery.listener import NurserySocket
from procs.engine.protocol.messages import ChildEnd, Limits

#: Bytes of a request; an order is far smaller.
REQUEST_BYTES = 256 * 1024
#: Raised by a malformed request, or by a machine without room for another process.
REFUSALS = (ValueError, KeyError, TypeError, OSError)
#: Kinds of refused calls of one job that are told, the commonest first.
REFUSED_KINDS = 20

Serve = Callable[[dict[str, Any], socket.socket, socket.socket, int], None]
#: Does for a request what stays in the nursery, so that its child, and later ones, need not do it.
Foresee = Callable[[dict[str, Any]], None]


@dataclass(slots=True, eq=False)
class Call:
    """One connection. `pid` is its child's, 0 before there is one; `ended` once that was reaped."""

    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    pid: int = 0
    ended: ChildEnd | None = None
    refusals: Refusals | None = None
    group: Path | None = None


class Nursery:
    """All connections, and the children that serve them."""

    def __init__(
        self,
        door: NurserySocket,
        serve: Serve,
        likeness: str,
        *,
        linger: float,
        foresee: Foresee = lambda _: None,
    ) -> None:
        self.door = door
        self.serve, self.foresee = serve, foresee
        self.likeness = likeness
        self.linger = linger
        self.calls: dict[int, Call] = {}
        self.jobs: dict[int, Call] = {}
        self.posts: dict[int, Refusals] = {}
        self.empty_since = clock.now().boot
        self.stopping = False
        self.groups = cgroups.place()
        cgroups.sweep(self.groups)
        self.bell, self.striker = socket.socketpair()
        self.epoll = select.epoll()

    def run(self) -> str:
        """Serve until no worker is connected. Returns why it ended."""
        self.listen_to_signals()
        for entrance in (self.door.listener, self.bell):
            self.epoll.register(entrance, select.EPOLLIN)
        while not (why := self.over()):
            for descriptor, event in self.epoll.poll(self.patience()):
                self.attend(descriptor, event)
        self.kill_all()
        return why

    def listen_to_signals(self) -> None:
        """A handler only notes; the bell wakes the loop."""
        self.striker.setblocking(False)
        signal.set_wakeup_fd(self.striker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopping", True))

    def over(self) -> str:
        """Why the loop ends: `stopped`, `idle`, `replaced`; empty while it goes on."""
        if self.stopping:
            return "stopped"
        if self.patience() == 0:
            return "idle" if self.door.open else "replaced"
        return ""

    def patience(self) -> float | None:
        """Seconds until we end; None while anybody is connected."""
        if self.calls:
            return None
        if not self.door.open:
            return 0.0
        return max(0.0, self.empty_since + self.linger - clock.now().boot)

    def attend(self, descriptor: int, event: int) -> None:
        """Do what one ready descriptor asks for: a new connection, a dead child, a request, a
        hang-up."""
        if descriptor == self.door.listener.fileno():
            self.accept()
        elif descriptor == self.bell.fileno():
            self.bell.recv(4096)
            self.reap()
        elif post := self.posts.pop(descriptor, None):
            self.epoll.unregister(descriptor)
            post.attend() if event & select.EPOLLIN else post.close()
            self.listen(post)
        elif call := self.calls.get(descriptor):
            self.hang_up(call) if call.pid else self.hear(call)

    def listen(self, post: Refusals) -> None:
        """Wait for the next of a child's refusals."""
        if post.source >= 0:
            self.posts[post.source] = post
            self.epoll.register(post.source, select.EPOLLIN)

    def stop_reading(self, call: Call) -> list[tuple[str, int]]:
        """What a child was refused. Unregistered before it is closed, as `drop` says."""
        if (post := call.refusals) is None:
            return []
        if self.posts.pop(post.source, None):
            self.epoll.unregister(post.source)
        post.close()
        return post.calls.most_common(REFUSED_KINDS)

    def accept(self) -> None:
        """Take a new connection; one that was gone again is none."""
        with suppress(BlockingIOError):
            link, _ = self.door.listener.accept()
            link.setblocking(False)
            self.calls[link.fileno()] = Call(link)
            self.epoll.register(link, select.EPOLLIN | select.EPOLLRDHUP)

    def hang_up(self, call: Call) -> None:
        """The client left: its job has no more use."""
        self.epoll.unregister(call.socket)
        kill(call.pid)

    def hear(self, call: Call) -> None:
        """Read more of a request. A client that hangs up, or sends too much, is dropped."""
        try:
            heard = call.socket.recv(REQUEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            heard = b""
        call.heard += heard
        if not heard or len(call.heard) > REQUEST_BYTES:
            self.drop(call)
        elif call.heard.endswith(b"\n"):
            try:
                self.handle(call, codec.load(bytes(call.heard)))
            except REFUSALS as error:
                log.warning("nursery.refused", why=repr(error))
                self.drop(call)

    def handle(self, call: Call, request: dict[str, Any]) -> None:
        """Do a whole request: fork a child for it, or be told to stay. Raises OSError when the
        machine has no room."""
        call.heard.clear()
        if request["do"] == "stay":
            self.stay(call, request["like"])
            return
        self.foresee(request)
        nursery = os.getpid()
        call.group = cgroups.make(self.groups, Limits(**request["limits"]))
        ours, theirs = socket.socketpair()
        try:
            call.pid = os.fork()
        except OSError:
            ours.close()
            theirs.close()
            cgroups.remove(call.group)
            raise
        if not call.pid:
            ours.close()
            self.become_child(call, request, theirs, nursery)
        theirs.close()
        call.refusals = Refusals(ours)
        self.listen(call.refusals)
        with suppress(OSError):  # the child does it too; whoever is first
            os.setpgid(call.pid, call.pid)
        self.jobs[call.pid] = call
        self.epoll.modify(call.socket, select.EPOLLRDHUP)

    def stay(self, call: Call, like: str) -> None:
        """Greet a worker. One that came with another version needs another nursery."""
        if like == self.likeness:
            say(call.socket, {"ready": os.getpid()})
            return
        self.drop(call)
        if self.door.open:
            log.info("nursery.replaced", pid=os.getpid(), jobs=len(self.jobs))
            self.epoll.unregister(self.door.listener)
            self.door.close()

    def become_child(
        self, call: Call, request: dict[str, Any], post: socket.socket, nursery: int
    ) -> None:
        """In the fork: serve one request and end. Whatever happens, never return to the loop."""
        code = 1
        try:
            cgroups.join(call.group)
            call.socket.setblocking(True)
            self.serve(request, call.socket, post, nursery)
            code = 0
        finally:
            os._exit(code)

    def reap(self) -> None:
        """Note every death, orphans' too, and close the calls that are over by it."""
        while death := next_death():
            pid, ended = death
            if pid in self.jobs:
                self.jobs[pid].ended = ended
        for pid, call in list(self.jobs.items()):
            if call.ended and not kill(pid):
                del self.jobs[pid]
                cgroups.remove(call.group)
                refused = self.stop_reading(call)
                say(call.socket, {"ended": replace(call.ended, refused=refused)})
                self.drop(call)

    def drop(self, call: Call) -> None:
        """Forget a connection. Unregistered before it is closed: a child that was forked a moment
        ago may still hold a copy, and epoll would go on reporting it under a reused number."""
        del self.calls[call.socket.fileno()]
        with suppress(OSError):
            self.epoll.unregister(call.socket)
        call.socket.close()
        self.empty_since = clock.now().boot

    def kill_all(self) -> None:
        """Leave nothing behind."""
        for pid in self.jobs:
            kill(pid)
        while self.jobs:
            select.select([self.bell], [], [])
            self.bell.recv(4096)
            self.reap()


def kill(group: int) -> bool:
    """Kill a process group. False when it is empty, its dead waited for."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def next_death() -> tuple[int, ChildEnd] | None:
    """One dead process that nobody has waited for yet."""
    try:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    if pid == 0:
        return None
    cpu = usage.ru_utime + usage.ru_stime
    return pid, ChildEnd(os.waitstatus_to_exitcode(status), cpu, usage.ru_maxrss * 1024)


def say(link: socket.socket, word: dict[str, Any]) -> None:
    """Send one line, after the end of one that a kill may have cut short; who does not listen
    misses it. The flag and not the socket's mode, because the child shares the mode."""
    with suppress(OSError):
        link.send(b"\n" + codec.dump(word).encode() + b"\n", socket.MSG_DONTWAIT)
