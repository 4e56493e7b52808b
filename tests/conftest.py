"""What all tests share."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home of its own with a short path: unix sockets below it allow 108 bytes in all."""
    home = Path(tempfile.mkdtemp(prefix="ch-", dir="/tmp"))
    (home / "run").mkdir(mode=0o700)
    yield home
    shutil.rmtree(home, ignore_errors=True)
