"""The loopback Telegram on a folder of its own: a server begun again there is the same one."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from tests.sandbox.telegram import server as server_module
from tests.sandbox.telegram.server import Telegram


async def test_a_server_that_begins_again_knows_the_people_of_before(tmp_path: Path) -> None:
    async with Telegram(tmp_path) as first:
        ali = await first.person("Ali")

    async with Telegram(tmp_path) as again:
        assert ali.id in again.world.accounts


async def test_a_large_world_is_written_by_a_child_and_its_cost_is_the_next_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LARGE", 0.0)
    async with Telegram(tmp_path) as tg:
        ali = await tg.person("Ali")
        (tmp_path / "world.pickle").unlink(missing_ok=True)

        tg.save_soon()

        assert tg.saver
        assert tg.is_saved(wait=True)
        other = Telegram(tmp_path)
        assert ali.id in other.world.accounts
        assert tg.save_after >= server_module.SAVE_AFTER


async def test_a_child_that_writes_the_world_keeps_no_connection_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LARGE", 0.0)
    async with Telegram(tmp_path) as tg:
        reader, writer = await asyncio.open_connection(tg.host, tg.port)
        while not tg.open:
            await asyncio.sleep(0)
        os.mkfifo(fresh := tmp_path / "world.fresh")  # nobody reads it: who writes it waits
        try:
            tg.save_soon()
            for one in list(tg.open):
                one.reset()

            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), 10) == b""
        finally:
            fresh.unlink()
            writer.close()


async def test_a_world_that_is_saved_at_the_end_is_newer_than_that_of_a_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LARGE", 0.0)
    async with Telegram(tmp_path) as tg:
        tg.save_soon()
        late = await tg.person("Late")

    assert late.id in Telegram(tmp_path).world.accounts
