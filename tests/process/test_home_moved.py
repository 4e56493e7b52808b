"""The home of a running stack is moved away: it is named with the fix, no second home begins at the
old place, and moved back everything goes on, with what was sent meanwhile."""

import pytest

from tests.process.conftest import PATIENCE, gets, got
from tests.process.test_alerts import hook, told
from tests.sandbox.stack import CLIP, Stack
from tests.unit.keeper.monitor.conftest import Hook

__all__ = ["hook"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

#: Commands, and their exit codes meanwhile.
WORDS = {("status",): 1, ("up", "-d"): 1, ("jobs",): 1, ("doctor", "--offline"): 1, ("reload",): 4}


@pytest.mark.long
async def test_a_home_that_is_moved_under_a_running_stack_is_named_and_goes_on_when_it_is_back(
    hook: Hook,
) -> None:
    async with Stack(judged=False, alert_webhook=hook.url) as stack:
        ann = await stack.telegram.person("Ann", language="en")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        there = stack.state.with_name("elsewhere")
        bot, worker = stack.pid("bot"), stack.pid("worker:worker-00")

        stack.state.rename(there)
        meanwhile = await ann.sends(stack.url(f"{CLIP}?meanwhile"))
        for pid in (bot, worker):  # what takes their places begins without a home
            stack.kill(pid)
        await told(hook, "database-unusable")
        said = {words: await stack.says(*words) for words in WORDS}
        begun_anew = stack.state.exists()
        there.rename(stack.state)

        again = await ann.sends(stack.url(f"{CLIP}?again"))
        await gets(ann, again)
        await gets(ann, meanwhile)
        assert len(await got(ann, meanwhile)) == 1
    stack.remove()

    assert not begun_anew
    moved = f"{stack.state} was moved to {there} while Chapar runs"
    assert {words: (code, moved in text) for words, (code, text) in said.items()} == {
        words: (code, True) for words, code in WORDS.items()
    }
    assert any(moved in a["detail"] for b in hook.bodies for a in b["alerts"])
