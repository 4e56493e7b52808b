"""The control socket of a loopback Telegram that is gone: who asks is told, and waits no more."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.telegram.control import Control

ABOUT = {"address": "127.0.0.1:9", "key": "key.pem", "token": "1:A", "bot": 1}


@pytest.fixture
async def gone(tmp_path: Path) -> AsyncIterator[Control]:
    """The desk of a server that has ended meanwhile."""

    async def answers_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = json.loads(await reader.readline())
        writer.write(json.dumps({"id": question["id"], "result": ABOUT}).encode() + b"\n")
        writer.close()

    path = tmp_path / "control.sock"
    async with await asyncio.start_unix_server(answers_once, str(path)), Control(path) as desk:
        await desk.listening
        yield desk


async def test_who_asks_a_server_that_is_gone_is_told_at_once(gone):
    async with asyncio.timeout(60):
        with pytest.raises(ConnectionError, match="is gone"):
            await gone.do("calls")
