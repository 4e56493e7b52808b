"""A process of the product sees the clock that the storm sets, and the machine's own stays."""

import os
import subprocess
import sys
import time

import pytest

from tests.chaos.wall_clock import WallClock

TELLS = """
import sqlite3, sys, time
for _ in sys.stdin:
    db = sqlite3.connect(":memory:").execute("SELECT strftime('%s', 'now')").fetchone()
    print(time.time(), db[0], time.monotonic(), flush=True)
"""


def test_a_process_sees_the_clock_jump_and_come_back_and_steady_time_does_not_move(tmp_path):
    clock = WallClock(tmp_path)
    if not clock.build():
        pytest.skip("no compiler")
    words = [sys.executable, "-c", TELLS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, env={**os.environ, **clock.environment}, **pipes) as process:

        def told() -> list[float]:
            process.stdin.write("\n")
            process.stdin.flush()
            wall, database, steady = map(float, process.stdout.readline().split())
            return [wall - time.time(), database - time.time(), steady - time.monotonic()]

        seen = [told()]
        for seconds in (3600, -3600):
            clock.jump(seconds)
            seen.append(told())
        process.stdin.close()

    shown = [[round(one / 3600, 2) for one in three] for three in seen]
    assert shown == [[0, 0, 0], [1, 1, 0], [0, 0, 0]]
