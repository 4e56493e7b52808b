"""A program that ends with whoever started it."""

import subprocess
import sys

import psutil

from tests.source import ROOT

STARTS = """
import subprocess, sys
words = [sys.executable, "-m", "tests.sandbox.ending_child", sys.executable, "-c"]
waits = "print('here', flush=True); import signal; signal.pause()"
with subprocess.Popen([*words, waits], stdout=subprocess.PIPE, text=True) as one:
    one.stdout.readline()
    print(one.pid, flush=True)
    sys.stdin.read()
"""


def test_it_ends_when_its_parent_is_killed():
    words = [sys.executable, "-c", STARTS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=ROOT, **pipes) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    _, alive = psutil.wait_procs([child], timeout=10)

    assert alive == []
