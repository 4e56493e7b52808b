"""Landlock, the kernel's access control for an unprivileged process (landlock(7))."""

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from procs.engine.jail.resource_limits import LIBC

CREATE, ADD, RESTRICT = 444, 445, 446
#: Asks CREATE for the version instead.
VERSION = 1
BENEATH, PORT = 1, 2

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
REFER, TRUNCATE = 1 << 13, 1 << 14
MAKE_CHAR, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_LINK = 1 << 6, 1 << 9, 1 << 10, 1 << 11, 1 << 12
#: All rights over files in the first version; each later one adds its own.
FIRST_VERSION_RIGHTS = (1 << 13) - 1
ADDED = {2: REFER, 3: TRUNCATE, 5: 1 << 15}
READ = EXECUTE | READ_FILE | READ_DIR
#: One's own folder: everything but to run what lies there, and to make what is no file. A link is
#: none: whoever is not fenced and opens it would be led to what it names.
OWN = (FIRST_VERSION_RIGHTS | REFER | TRUNCATE) & ~(
    EXECUTE | MAKE_CHAR | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_LINK
)  # fmt: skip
#: The rights that a rule can give over a plain file.
OF_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

BIND_TCP, CONNECT_TCP = 1, 2
#: Versions that know TCP, and that keep a process from abstract sockets and signals of others.
NET, SCOPES = 4, 6
ALL_SCOPES = 3


@cache
def version() -> int:
    """The kernel's version of Landlock, 0 where there is none."""
    return max(0, int(LIBC.syscall(CREATE, None, ctypes.c_size_t(0), VERSION)))


def has_tcp() -> bool:
    """Whether Landlock restricts TCP connections too (Linux 6.7)."""
    return version() >= NET


def has_scopes() -> bool:
    """Whether Landlock keeps signals within the job too (Linux 6.12)."""
    return version() >= SCOPES


def rights() -> int:
    """All rights over files that this kernel knows."""
    return FIRST_VERSION_RIGHTS | sum(more for since, more in ADDED.items() if version() >= since)


class Fence:
    """What a process may do, collected before the restriction. Everything else is refused."""

    def __init__(self) -> None:
        attributes = struct.pack("QQQ", rights(), BIND_TCP | CONNECT_TCP, ALL_SCOPES)
        length = 24 if version() >= SCOPES else 16 if version() >= NET else 8
        self.rules = call(CREATE, attributes, ctypes.c_size_t(length), 0)

    def allow(self, paths: Iterable[str | Path], access: int) -> None:
        """Allow `access` to these files, and to everything beneath these folders. A path that does
        not exist needs no rule."""
        for path in paths:
            with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                self.allow_one(path, access & rights())

    def allow_one(self, path: str | Path, access: int) -> None:
        """Allow some accesses below a path; for a file, those of them that a file has. Raises
        OSError."""
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            given = access if os.path.isdir(path) else access & OF_FILE
            call(ADD, self.rules, BENEATH, struct.pack("=Qi", given, beneath), 0)
        finally:
            os.close(beneath)

    def allow_connect(self, port: int) -> None:
        """Allow connections to one TCP port."""
        if has_tcp():
            call(ADD, self.rules, PORT, struct.pack("QQ", CONNECT_TCP, port), 0)

    def close(self) -> None:
        """From here on it holds, for this process and all that it starts."""
        call(RESTRICT, self.rules, 0)
        os.close(self.rules)


def call(*words: object) -> int:
    """A system call. Raises OSError."""
    answer = int(LIBC.syscall(*words))
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"landlock {words[0]}: {os.strerror(number)}")
    return answer
