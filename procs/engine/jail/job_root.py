"""A root file system for one job: it contains programs, read only, and the job's folder.

Landlock judges what is opened, not what is only looked at or named: in the machine's own tree a
child could still ask whether a file exists, how large it is and whom it belongs to. Where the
kernel lets a process have mounts of its own, the rest of the machine has no name there at all.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from procs.engine.jail.resource_limits import LIBC

MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 1 << 12, 1 << 14, 1 << 18, 2, 4
MNT_DETACH = 2
#: mount_setattr(2), by the same number on all machines, and its attributes.
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
RDONLY, NOSUID, NODEV, NOEXEC = 1, 2, 4, 8
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
#: Where the machine's tree is for a moment, and how much can lie in what holds the others.
OLD, ROOM = ".machine", "size=1m,nr_inodes=4k,mode=755"
#: Its files come and go with processes: it is shown whole, and Landlock judges what is opened.
PROC = "/proc"
#: Symbolic links on the way of one path.
LINKS_FOLLOWED = 40


@dataclass(frozen=True, slots=True)
class RootPlan:
    """The contents of a root: folders and files under their real names, and the symbolic links by
    which they are known too."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """All folders and files that the root contains."""
        return (*self.folders, *self.files)


def plan(paths: Iterable[str]) -> RootPlan:
    """The plan that shows these paths. A path that does not exist is left out."""
    links: dict[str, str] = {}
    traced = {PROC if is_below(path, PROC) else traced_to(path, links) for path in paths}
    real = sorted(path for path in traced if path)
    shown = [path for path in real if not any(is_below(path, o) for o in real if o != path)]
    rest = {link: to for link, to in links.items() if not any(is_below(link, o) for o in shown)}
    folders = tuple(path for path in shown if os.path.isdir(path))
    return RootPlan(folders, tuple(p for p in shown if p not in folders), tuple(rest.items()))


def traced_to(path: str, links: dict[str, str]) -> str:
    """The real name of a place, nothing when it has none; `links` notes what leads there."""
    here, ahead = "/", [part for part in path.split("/") if part]
    for _ in range(LINKS_FOLLOWED * len(ahead) + LINKS_FOLLOWED):
        if not ahead:
            return here if os.path.exists(here) else ""
        part = ahead.pop(0)
        if part in (".", ".."):
            here = os.path.dirname(here) if part == ".." else here
            continue
        there = os.path.join(here, part)
        if not os.path.islink(there):
            here = there
            continue
        links[there] = target = os.readlink(there)
        here = "/" if target.startswith("/") else here
        ahead = [*(p for p in target.split("/") if p), *ahead]
    return ""


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; by their texts, links are not resolved."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def map_ourselves(user: int, group: int) -> None:
    """Be in the new user namespace who we were outside (user_namespaces(7)): otherwise nothing can
    be made in a tree of its own. Raises OSError."""
    for name, words in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as source:
            source.write(words)


def enter(plan: RootPlan, folder: Path, pivot_root: int) -> None:
    """Have what is planned and `folder` for the whole tree. For a process that has mounts of its
    own, and the rights over them. Raises OSError."""
    here, old = str(folder), f"{folder}/{OLD}"
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", here, "tmpfs", MS_NOSUID | MS_NODEV, ROOM)
    os.mkdir(old)
    check(LIBC.syscall(pivot_root, here.encode(), old.encode()), "pivot_root")
    os.chdir("/")
    furnish(plan, here)
    check(LIBC.umount2(f"/{OLD}".encode(), MNT_DETACH), "umount")
    os.rmdir(f"/{OLD}")
    change("/", RDONLY | NOSUID | NODEV, 0, AT_RECURSIVE)
    change(here, NOEXEC, RDONLY)
    for device in plan.files:
        if is_below(device, "/dev"):
            change(device, NOEXEC, NODEV)
    os.chdir(here)


def furnish(plan: RootPlan, folder: str) -> None:
    """Put everything into its place."""
    for path in plan.folders:
        os.makedirs(path, exist_ok=True)
    for path in plan.files:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    os.makedirs(folder, exist_ok=True)
    for link, target in plan.links:
        os.makedirs(os.path.dirname(link), exist_ok=True)
        with suppress(FileExistsError):
            os.symlink(target, link)
    for path in (*plan.shown, folder):
        mount(f"/{OLD}{path}", path, None, MS_BIND | MS_REC)


def mount(what: str | None, where: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount by mount(2). Raises OSError."""
    words = (one.encode() if one is not None else None for one in (what, where, kind))
    check(LIBC.mount(*words, ctypes.c_ulong(flags), data.encode()), f"mount {where}")


def change(where: str, more: int, less: int, flags: int = 0) -> None:
    """Add attributes to a mount, and take some away."""
    words = struct.pack("QQQQ", more, less, 0, 0)
    size = ctypes.c_size_t(len(words))
    made = LIBC.syscall(MOUNT_SETATTR, AT_FDCWD, where.encode(), flags, words, size)
    check(made, f"mount_setattr {where}")


def check(answer: int, what: str) -> None:
    """Raise OSError for an answer other than 0, with what was attempted."""
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
