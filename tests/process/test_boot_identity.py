"""A boot id that is laid over the kernel's, as systemd-nspawn does: workers are known by the boot
of their supervisord, from outside its mounts and when the file changes below it."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from daemon.supervisor import process_tree
from tests.process.conftest import gets
from tests.sandbox.stack import CLIP, Stack

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(os.geteuid() != 0, reason="lays a file over another"),
]
BOOT_ID = "/proc/sys/kernel/random/boot_id"
OTHER = "11111111-2222-3333-4444-555555555555"


def laid_over(folder: Path) -> tuple[str, ...]:
    """Before the words of a program: it sees another boot id."""
    (folder / "boot_id").write_text(f"{OTHER}\n")
    script = f'mount --bind {folder}/boot_id {BOOT_ID} && exec "$@"'
    return ("unshare", "--mount", "sh", "-c", script, "sh")


@pytest.mark.long
async def test_a_command_that_sees_another_boot_id_knows_who_lives(
    healthy: Stack, tmp_path: Path
) -> None:
    healthy.inside = laid_over(tmp_path)
    try:
        code, said = await healthy.says("status", "--json")
        while "STARTING" in said:  # a process is for its first three seconds
            code, said = await healthy.says("status", "--json")
        told = json.loads(said)
        assert (code, told["serving"], told["wrong"]) == (0, 2, [])
        code, said = await healthy.says("rolling-restart")
        assert (code, said.splitlines()[-1]) == (0, "every process is fresh")
    finally:
        healthy.inside = ()


@pytest.mark.long
async def test_a_boot_id_that_leaps_below_the_processes_buries_none_of_them(tmp_path: Path) -> None:
    async with Stack(inside=("unshare", "--mount")) as stack:
        ann = await stack.telegram.person("Ann")
        await ann.starts()
        before = stack.serving()
        (tmp_path / "boot_id").write_text(f"{OTHER}\n")
        supervisor = process_tree.supervisor_of(stack.state / "run")
        enter = ("nsenter", "--target", str(supervisor), "--mount")
        subprocess.run([*enter, "mount", "--bind", tmp_path / "boot_id", BOOT_ID], check=True)
        slow = await ann.sends(stack.url("/slow/clip.mp4?rate=300000"))

        stack.kill(before[0].pid, signal.SIGKILL)  # the dead are looked for
        await stack.until(lambda: len(stack.serving()) == 2 and len(stack.workers()) == 3)
        await gets(ann, slow)
        await gets(ann, await ann.sends(stack.url(f"{CLIP}?after=leap")))

        assert before[1].pid in {one.pid for one in stack.serving()}
        code, said = await stack.says("status")
        assert code == 0, said
