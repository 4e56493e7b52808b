"""Follows log files while they grow, are rotated, and appear."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from procs.core.log_files import log_entries
from procs.core.log_files.log_entries import LogEntry


class FollowedFile:
    """One file from its end on (or from its start, for one that appeared meanwhile). A file that
    took its name is read after the rest of the old one; one that was cut is read anew."""

    def __init__(self, path: Path, process: str, *, from_start: bool) -> None:
        self.path = path
        self.process = process
        self.file: BinaryIO = open(path, "rb")  # noqa: SIM115
        self.rest = b""
        if not from_start:
            self.file.seek(0, os.SEEK_END)

    def fresh(self) -> Iterator[LogEntry]:
        """The entries whose last line is complete."""
        lines = self.lines()
        try:
            now = os.stat(self.path)
        except FileNotFoundError:
            now = None
        then = os.fstat(self.file.fileno())
        if now and (now.st_ino, now.st_dev) != (then.st_ino, then.st_dev):
            self.file.close()
            self.file = open(self.path, "rb")  # noqa: SIM115
            lines += self.lines()
        elif then.st_size < self.file.tell():
            self.file.seek(0)
            lines += self.lines()
        yield from log_entries.grouped(lines, self.process)

    def lines(self) -> list[str]:
        """The whole lines that came since the last call."""
        *whole, self.rest = (self.rest + self.file.read()).split(b"\n")
        return [line.decode(errors="replace") for line in whole]

    def close(self) -> None:
        """Close the file."""
        self.file.close()


class LogFollower:
    """All files of a folder, from now on."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.files: dict[str, FollowedFile] = {}
        self.open(from_start=False)

    def open(self, *, from_start: bool) -> None:
        """Open the files that are not open yet."""
        for name, paths in log_entries.files(self.logs).items():
            if name not in self.files and paths[-1].suffix == ".log":
                self.files[name] = FollowedFile(paths[-1], name, from_start=from_start)

    def fresh(self) -> list[LogEntry]:
        """What was written since the last time, in the order of time."""
        self.open(from_start=True)
        return sorted(entry for file in self.files.values() for entry in file.fresh())

    def close(self) -> None:
        """Close all files."""
        for file in self.files.values():
            file.close()
