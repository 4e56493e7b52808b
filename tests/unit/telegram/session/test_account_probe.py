"""The question for the bot's account, where Telegram takes a connection and says nothing."""

import asyncio
import os
from pathlib import Path

import pytest

from procs import config
from procs.telegram.session import account_probe

#: Turns of the loop between the connection and the Ctrl-C, and seconds that its end may take.
TURNS, SOON = 12, 10.0


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear, and never answer."""
    await reader.read()
    writer.close()


async def after_turns(count: int, asked: asyncio.Task[object]) -> None:
    """Cancel the question so many turns of the loop from now."""
    for _ in range(count):
        await asyncio.sleep(0)
    asked.cancel()


@pytest.mark.asyncio
async def test_a_cancel_ends_it_soon_also_in_the_very_turn_in_which_the_connection_is_there(
    short_home: Path,
) -> None:
    home = {"CHAPAR_HOME": str(short_home), "CHAPAR_API_ID": "12345", "CHAPAR_API_HASH": "0" * 32}
    home |= {"CHAPAR_BOT_TOKEN": "777000001:AAsandboxsandboxsandboxsandboxsandb"}
    for turns in range(TURNS):
        heard = asyncio.Event()

        async def hear(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: asyncio.Event = heard
        ) -> None:
            heard.set()
            await silent(reader, writer)

        async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            there = {"CHAPAR_TELEGRAM_SERVER": f"{host}:{port}"}
            settings = config.load(home | there, Path(os.devnull))
            asked = asyncio.create_task(account_probe.look(settings, (), keep=False))
            await heard.wait()
            await after_turns(turns, asked)
            await asyncio.wait({asked}, timeout=SOON)

            assert asked.cancelled(), turns
