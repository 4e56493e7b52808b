"""A link of the operator's own on the whole product: looked at once a day, told when it turns,
and told again when it works; its history is there to read meanwhile."""

import json
import sqlite3

import pytest

from tests.process.conftest import PATIENCE
from tests.sandbox.stack import CLIP, Stack
from tests.sandbox.telegram.world import FIRST_PERSON

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.long]
SITE = "127.0.0.1"
RESULTS = "SELECT error FROM link_checks ORDER BY at"
LONG_AGO = "UPDATE link_checks SET at = at - 25 * 3600"


def results(stack: Stack) -> list[str]:
    return [error for (error,) in stack.db.all(RESULTS)]


def a_day_passes(stack: Stack) -> None:
    with sqlite3.connect(stack.state / "chapar.db", timeout=30) as db:
        db.execute(LONG_AGO)
    db.close()


async def test_a_link_that_turns_reaches_the_admin_before_people_do() -> None:
    stack = Stack(judged=False, admins=str(FIRST_PERSON))
    async with stack:
        admin = await stack.telegram.person("Ann", language="en")
        hello = await admin.starts()
        await admin.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        await stack.down()
        url = stack.url(CLIP)
        (stack.state / "sites.toml").write_text(f'["{SITE}"]\ncheck = ["{url}"]\n')
        await stack.up()

        await stack.until(lambda: results(stack) == [""])
        seen = await stack.counted(CLIP)
        await stack.outage("on")
        for count in (2, 3):
            a_day_passes(stack)
            await stack.until(lambda count=count: len(results(stack)) == count)
        told = await admin.sees(lambda m: SITE in m.text and "of yours" in m.text, PATIENCE * 2)
        _, sites = await stack.says("sites", "--json")
        _, page = await stack.says("sites")
        _, visit = await stack.says("doctor", "--offline", "--json")
        await stack.outage("off")
        a_day_passes(stack)
        await stack.until(lambda: results(stack)[-1] == "" and len(results(stack)) == 4)
        over = await admin.sees(
            lambda m: m.id > told.id and SITE in m.text and "over" in m.text.lower(), PATIENCE * 2
        )

        print(told.text, over.text, page, sep="\n---\n")
        assert seen["hits"] <= 3  # a look and a few bytes, not a download after another
        assert all(results(stack)[1:3])
        (checks,) = json.loads(sites)[0]["checks"].values()
        assert [bool(one["error"]) for one in checks] == [True, True, False]
        assert f"{url} " in page
        assert ".xx" in page
        named = [one for one in json.loads(visit[visit.index("[\n") :]) if one["check"] == "sites"]
        assert [(one["severity"], "engine update" in one["fix"]) for one in named] == [
            ("warning", True)
        ]
    stack.remove()
