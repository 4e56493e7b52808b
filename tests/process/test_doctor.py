"""`chapar doctor` beside a stack that serves, and where its log files were taken away."""

import json

import pytest

from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def findings(stack: Stack, *words: str) -> dict[str, list[dict[str, str]]]:
    _, said = await stack.says("doctor", "--json", *words)
    found: dict[str, list[dict[str, str]]] = {}
    for one in json.loads(said[said.index("[\n") :]):
        found.setdefault(one["check"], []).append(one)
    return found


async def test_a_stack_that_serves_is_found_well_and_lost_logs_are_mended(healthy: Stack) -> None:
    whole = await findings(healthy)
    for check in ("service", "workers", "bot", "telegram", "logs", "database", "download"):
        assert [one["severity"] for one in whole[check]] == ["ok"], whole[check]
    assert {one["says"] for one in whole["clock"]} & {"right"}

    (healthy.state / "logs" / "bot.log").rename(healthy.state / "logs" / "bot.away")
    (lost,) = (await findings(healthy, "--offline", "--fix"))["logs"]

    assert (lost["severity"], lost["evidence"]) == ("error", "bot.log")
    await healthy.until((healthy.state / "logs" / "bot.log").exists)
