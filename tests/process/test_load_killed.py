"""A load that is killed while it runs."""

import subprocess
import sys

import psutil
import pytest

from tests import ROOT
from tests.sandbox.events import until

#: Seconds until the product serves, and until all of it has ended.
START, END = 60.0, 60.0


def words_of(one):
    """A process's command line; nothing of one that has ended."""
    try:
        return " ".join(one.cmdline())
    except psutil.NoSuchProcess:
        return ""


async def whole_tree(load):
    """The processes of a load once its product has workers."""

    def children():
        return psutil.Process(load.pid).children(recursive=True)

    await until(lambda: any("procs.worker" in words_of(one) for one in children()), START)
    return children()


@pytest.mark.long
async def test_a_load_that_is_killed_leaves_nothing_running(tmp_path):
    words = [sys.executable, "-m", "bench.load", "c2", "--out", str(tmp_path)]
    with open(tmp_path / "said", "wb") as said:
        load = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said)
        try:
            tree = await whole_tree(load)
        finally:
            load.kill()
            load.wait()
    _, alive = psutil.wait_procs(tree, timeout=END)

    assert len(tree) > 5
    assert [words_of(one) for one in alive] == []
