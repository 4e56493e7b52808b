"""A load at a test server of the operator's: the whole product, its bot at a given address."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.sandbox.sandbox_server import Server
from tests.sandbox.stack import API_HASH, TOKEN
from tests.sandbox.telegram.control import Control

#: Accounts of the server, which play more people than they are.
PHONES = 3
SCENARIO = """
title = "Some of everything"
seconds = 8
per_second = 1.0
people = 5
kinds = { known = 4, film = 4, sound = 1, clip = 1, broken = 1 }
deeds = { cancel = 0.1, join = 0.2 }
drain = 120
"""
ABOUT = """
address = "{address}"
key = "{key}"
token = "{token}"
bot = "chapar_sandbox_bot"
api_id = 1
api_hash = "{hash}"
phones = {phones}
"""


@pytest.fixture
async def given(short_home: Path) -> AsyncIterator[Server]:
    """A Telegram server that somebody else runs."""
    server = Server(
        *("tests.sandbox.telegram", "--home", str(short_home / "theirs")),
        *("--token", TOKEN, "--strict"),
    )
    await server.start()
    yield server
    await server.stop()


@pytest.mark.long
async def test_a_scenario_is_played_at_a_server_by_its_address(given: Server, tmp_path: Path):
    async with Control(given.facts["control"]) as telegram:
        people = [await telegram.person(f"L{number}") for number in range(PHONES)]
        phones = json.dumps([[one.phone, one.code] for one in people])
        facts = {"token": TOKEN, "hash": API_HASH, "phones": phones}
        about, scenario = tmp_path / "server.toml", tmp_path / "mine.toml"
        about.write_text(ABOUT.format(**given.facts | facts))
        scenario.write_text(SCENARIO)
        load = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.load", scenario, "--server", about, "--out", tmp_path),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await load.communicate()
        calls = await telegram.calls("messages.sendMedia", result="ok")
        violations = await telegram.violations()
    assert load.returncode == 0, said.decode()
    assert "as they should" in said.decode()
    (result,) = [json.loads(path.read_text()) for path in tmp_path.glob("mine-*.json")]
    assert result["good"]
    assert result["asked"] > 0
    assert calls, "nothing was sent at the server that was named"
    assert violations == []
