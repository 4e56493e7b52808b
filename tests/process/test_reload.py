"""`chapar reload` and `chapar upgrade` on a running stack."""

import asyncio

import pytest

from procs.backups import backup_store
from tests.sandbox.stack import Stack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.long
async def test_a_reload_gives_every_process_the_new_settings_and_a_bad_one_changes_nothing() -> (
    None
):
    async with Stack() as stack:
        before = {one.title: one.pid for one in stack.supervisor.processes()}

        stack.settings["support"] = "no address at all"
        code, said = await stack.says("reload")
        assert code == 1, said
        assert "CHAPAR_SUPPORT" in said
        assert {one.title: one.pid for one in stack.supervisor.processes()} == before

        stack.settings["support"] = "@helpers"
        stack.settings["workers"] = "3"
        code, said = await stack.says("reload")
        assert code == 1
        assert "CHAPAR_WORKERS cannot change while Chapar runs; nothing was changed" in said
        assert {one.title: one.pid for one in stack.supervisor.processes()} == before

        del stack.settings["workers"]
        code, said = await stack.says("reload")
        assert code == 0, said
        assert "new: CHAPAR_SUPPORT" in said
        after = {one.title: one.pid for one in stack.supervisor.processes()}
        assert all(after[title] != before[title] for title in before)
        person = await stack.telegram.person("Sara")
        await person.starts()
        asked = await person.sends("/support")
        await person.sees(lambda m: m.id > asked.id and "@helpers" in m.text, timeout=60)

        code, said = await stack.says("upgrade")
        assert code == 0, said
        assert "the change of the database works on the backup's copy" in said
        assert "every process is fresh" in said
        newest = backup_store.newest_ok(stack.state / "backups")
        assert newest is not None
    stack.remove()


@pytest.mark.long
async def test_a_reload_that_loses_the_way_to_telegram_ends_says_so_and_is_taken_back() -> None:
    async with Stack() as stack:
        before = {one.title: one.pid for one in stack.supervisor.processes()}
        serving = {one.pid for one in stack.serving()}

        stack.settings["telegram_server"] = "127.0.0.1:9"
        process = await stack.command("reload", to=asyncio.subprocess.PIPE)
        out, _ = await asyncio.wait_for(process.communicate(), 400)
        said = out.decode()

        assert process.returncode == 3, said
        assert "has no connection with Telegram" in said
        assert "the settings before hold again" in said
        assert {one.pid for one in stack.serving()} == serving
        after = {one.title: one.pid for one in stack.supervisor.processes()}
        assert len([title for title in before if after[title] != before[title]]) == 1
        del stack.settings["telegram_server"]
        await stack.until(lambda: all(one.connected_at for one in stack.workers()))
    stack.remove()
