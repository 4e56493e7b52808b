"""What an upload holds in memory, in a process of its own."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.sandbox.stack import ROOT
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN

MIB = 1 << 20
#: Bytes of memory that an upload may take, whatever the file's size.
BOUND = 32 * MIB
FOREVER = 1 << 30


@pytest.mark.parametrize("late", [pytest.param(0.0, marks=pytest.mark.long), 0.1])
async def test_an_upload_holds_a_bounded_piece_of_a_large_file(
    tmp_path: Path, short_home: Path, late: float
) -> None:
    """With late answers as many parts as ever are on their way; the file is four times the
    bound."""
    film = tmp_path / "film.bin"
    with film.open("wb") as file:
        file.truncate(4 * BOUND)
    async with Telegram(token=TOKEN, sink=True) as telegram:
        await telegram.delays("upload.*", late, times=FOREVER)
        took = await carried(telegram, short_home, film)
        assert len(await telegram.calls("upload.saveBigFilePart")) == film.stat().st_size * 2 // MIB
    assert took < BOUND


async def carried(telegram: Telegram, home: Path, film: Path) -> int:
    """The anonymous memory that this upload took at most, in bytes."""
    where = ("--address", telegram.address, "--key", str(telegram.key_path), "--home", str(home))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.upload.carrier", "ours", *where, "--file", str(film)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return int(json.loads(out)["rss"])
