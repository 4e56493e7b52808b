"""A small disk of its own for a folder. A test is skipped where this user may not mount."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

#: Mounts a disk of so many MiB on a folder, which is made.
OwnDisk = Callable[[Path, int], Path]


@pytest.fixture
def disk() -> Iterator[OwnDisk]:
    """Gives a folder a disk of its own, of so many MiB."""
    mounted: list[Path] = []

    def mount(folder: Path, size: int) -> Path:
        folder.mkdir(mode=0o700, exist_ok=True)
        words = ("mount", "-t", "tmpfs", "-o", f"size={size}m,mode=700", "chapar-test", str(folder))
        if os.geteuid() != 0 or subprocess.run(words, check=False, capture_output=True).returncode:
            pytest.skip("this user may not mount")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(("umount", "-l", str(folder)), check=True)


def fill(folder: Path, mib: int) -> None:
    (folder / "filler").write_bytes(bytes(mib << 20))
