"""The database is replaced under a running stack: nothing is accepted into the void, the monitor
tells, and with the file back in its place everything goes on."""

import os
import shutil

import pytest

from tests.process.conftest import PATIENCE, gets
from tests.process.test_alerts import hook, told
from tests.sandbox.stack import CLIP, Stack
from tests.unit.keeper.monitor.conftest import Hook

__all__ = ["hook"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.long
async def test_nothing_is_accepted_while_the_file_is_another_one_and_all_goes_on_when_it_is_back(
    hook: Hook,
) -> None:
    async with Stack(judged=False, alert_webhook=hook.url) as stack:
        ann = await stack.telegram.person("Ann", language="en")
        hello = await ann.starts()
        await ann.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        code, _ = await stack.says("backup", "now")
        stack.db.close()
        live, kept = stack.state / "chapar.db", stack.state / "kept.db"
        live.rename(kept)
        shutil.copyfile(kept, live)
        os.chmod(live, 0o600)
        await ann.sends(stack.url(f"{CLIP}?meanwhile"))

        await told(hook, "database-unusable")
        status, said = await stack.says("status")
        await stack.down()
        kept.replace(live)
        stack.database = None
        await stack.up()

        again = await ann.sends(stack.url(f"{CLIP}?again"))
        await gets(ann, again)
        detail = [a["detail"] for b in hook.bodies for a in b["alerts"] if "unusable" in a["kind"]]
        assert (code, status) == (0, 1)
        assert "was replaced while Chapar ran; run `chapar stop`" in said
        assert "was replaced while Chapar ran" in detail[0]
    stack.remove()
