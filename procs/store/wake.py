"""Wakes a process by a datagram, in under a millisecond; an idle process costs nothing.

An idle process leaves its name in `run/idle`; a waker removes the name and sends a datagram, so one
piece of work wakes one worker. To go idle, a process leaves its name, looks once more, then sleeps:
its socket keeps a datagram that arrives between the look and the sleep.
"""

import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from procs.records.job import LANES, Lane

BOT = "bot"
#: Who passes words on to other machines, where a database has several; and whom a word of it is for
#: that names no process.
RELAY, IDLE_WORKERS = "relay", b"idle"
#: There is work of this lane.
WORK = b"work %d"
#: Bytes of one word; a cancelled job's number fits.
WORD = 64


class WakeSocket:
    """A process's own datagram socket, `run/wake/<name>.sock`."""

    def __init__(self, run: Path, name: str) -> None:
        self.path = run / "wake" / f"{name}.sock"
        self.visible: set[Lane] = set()
        self.idle = {lane: f"{doors(run, lane)}/{name}" for lane in Lane}
        ways = {Path(doors(run, lane)) for lane in Lane}
        # Not the home: one that was moved while we run is not begun anew.
        for folder in (run, self.path.parent, *{way.parent for way in ways}, *ways):
            folder.mkdir(exist_ok=True, mode=0o700)
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(str(self.path))

    async def wait(self, timeout: float) -> set[bytes]:
        """What was said since the last call; an empty set after `timeout` seconds of silence."""
        import asyncio  # 6 MiB that those who only poke, the listener and the commands, do without

        words = self.heard()
        if words:
            return words
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                return {await loop.sock_recv(self.socket, WORD)} | self.heard()
        return set()

    @contextlib.contextmanager
    def listening(self, hear: Callable[[set[bytes]], None]) -> Iterator[None]:
        """Have `hear` called at once with each word that is said, by the running loop: a task that
        waits for it would come two turns of the loop later, and to ask for a second word costs as
        much as the first."""
        import asyncio  # as in `wait`

        def read() -> None:
            try:
                word = self.socket.recv(WORD)
            except BlockingIOError:
                return
            hear({word})

        loop = asyncio.get_running_loop()
        loop.add_reader(self.socket, read)
        try:
            yield
        finally:
            loop.remove_reader(self.socket)

    def heard(self) -> set[bytes]:
        """What lies in the socket, without waiting."""
        words = set()
        with contextlib.suppress(BlockingIOError):
            while True:
                words.add(self.socket.recv(WORD))
        return words

    def rest(self, lanes: Iterable[Lane] = Lane) -> None:
        """Be visible as idle for work of these lanes, those with a free room, and of no others. A
        name that a waker took meanwhile is left again."""
        free = set(lanes)
        for lane in free:
            os.close(os.open(self.idle[lane], os.O_CREAT | os.O_CLOEXEC, 0o600))
        for lane in self.visible - free:
            take(self.idle[lane])
        self.visible = free

    def rise(self) -> None:
        """Be no longer visible as idle."""
        for lane in self.visible:
            take(self.idle[lane])
        self.visible.clear()

    def close(self) -> None:
        """Remove the socket: whoever wakes this process afterwards finds nobody."""
        self.rise()
        self.path.unlink(missing_ok=True)
        self.socket.close()


def understood(words: Iterable[bytes]) -> tuple[set[Lane], list[int]]:
    """What a worker was told: the lanes in which there is work, and the jobs that must stop."""
    lanes, stopped = set(), []
    for word in words:
        kind, _, number = word.partition(b" ")
        if kind == b"work":
            lanes.add(LANES[int(number)])
        elif kind == b"stop":
            stopped.append(int(number))
    return lanes, stopped


def notify(run: Path, name: str, word: bytes = b"") -> bool:
    """Say `word` to one process. False when it is not on this machine; the others are asked then,
    where a database has several."""
    if tell_here(run, name, word):
        return True
    tell_here(run, RELAY, b"%s %s" % (name.encode(), word))
    return False


def tell_here(run: Path, name: str, word: bytes = b"") -> bool:
    """Say `word` to one process of this machine. False when it is not there; a full socket is awake
    anyway."""
    try:
        sending_socket().sendto(word or b".", f"{run}/wake/{name}.sock")
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True


@cache
def sending_socket() -> socket.socket:
    """What this process speaks with: a socket without a name, which holds nothing."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.setblocking(False)
    return one


@cache
def doors(run: Path, lane: Lane) -> str:
    """Where workers with a free room for a lane leave their names. As text: what a `Path` costs,
    the sleeper would wait for."""
    return str(run / "idle" / lane.name.lower())


def notify_idle(run: Path, count: int = 1, *, lanes: Iterable[Lane] = Lane) -> int:
    """Wake up to `count` workers that are idle for work of these lanes, one byte each. Returns how
    many were woken.

    By lane, because a worker whose rooms for downloads are full is still idle for deliveries: told
    of a download it could only tell the next one, and two such would tell each other for ever.
    """
    woken, asked = 0, tuple(lanes)
    for lane in asked:
        if woken < count:
            woken += wake_idle(run, lane, count - woken)
    if woken < count and os.path.exists(f"{run}/wake/{RELAY}.sock"):
        for lane in asked:
            tell_here(run, RELAY, b"%s %d" % (IDLE_WORKERS, lane))
    return woken


def notify_all(run: Path) -> None:
    """Wake an idle worker, and the bot: what one of them shows or does has changed."""
    notify_idle(run)
    notify(run, BOT)


def wake_idle(run: Path, lane: int, count: int = 1) -> int:
    """Wake up to `count` workers of this machine that are idle for work of a lane: those that were
    idle before come first, for to read the folder takes longer than all the rest."""
    door = doors(run, LANES[lane])
    known = seen_idle(door)
    woken = wake_named(run, door, lane, known, count)
    if woken < count:
        with contextlib.suppress(FileNotFoundError):
            known[:] = sorted(os.listdir(door))
            woken += wake_named(run, door, lane, known, count - woken)
    return woken


def wake_named(run: Path, door: str, lane: int, names: Iterable[str], count: int) -> int:
    """Wake up to `count` of these workers: those that are still idle behind a door."""
    woken = 0
    for name in names:
        if woken == count:
            break
        woken += take(f"{door}/{name}") and tell_here(run, name, WORK % lane)
    return woken


@cache
def seen_idle(door: str) -> list[str]:
    """The workers whose names were in this folder when it was read last."""
    return []


def take(mark: str) -> bool:
    """Remove a name; False when somebody else was faster."""
    try:
        os.unlink(mark)
    except FileNotFoundError:
        return False
    return True
