"""A small disk for the home of a stack, which can be filled to the last byte."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

#: Bytes of the disk; and what is left beside a filler that grows in such steps.
SMALL, STEP = 160 << 20, 1 << 16


class SmallDisk:
    """A tmpfs on a folder. `mounted` is False for who may not mount: then no disk is ever full."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filler = folder, folder / "filler"
        self.mounted = False

    def mount(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        options = f"size={SMALL},mode=0700"
        words = ("mount", "-t", "tmpfs", "-o", options, "chapar-storm", str(self.folder))
        self.mounted = os.geteuid() == 0 and subprocess.run(words, check=False).returncode == 0

    def unmount(self) -> None:
        if self.mounted:
            subprocess.run(("umount", "-l", str(self.folder)), check=True)
            self.mounted = False

    def fill(self) -> None:
        """Take what is left, at once and again whatever is freed while we do."""
        with suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(STEP))
        with suppress(OSError), open(self.filler, "ab", buffering=0) as file:
            while True:
                file.write(bytes(512))

    def free(self) -> None:
        self.filler.unlink(missing_ok=True)
