"""What a forked process allocates lies side by side, whatever gaps its parent's heap has."""

import json
import subprocess
import sys

import pytest

from tests import ROOT

#: In a process of its own: a heap with a gap in each half page, then a fork that fills as many
#: small pieces as a library in C does. Prints the KiB that it does not share with its parent.
FORKED = """
import ctypes, json, os, sys
from pathlib import Path
from procs.core.memory import shared_heap

PIECES, BYTES, BETWEEN = 2_000, 80, 1_500
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
places = [(libc.malloc(BYTES), libc.malloc(BETWEEN)) for _ in range(PIECES)]
for gap, _ in places:
    libc.free(gap)


def own():
    facts = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(one.split()[1]) for one in facts if one.startswith("Private_"))


if sys.argv[1] == "settled":
    shared_heap.settle()
if not os.fork():
    for _ in range(PIECES):
        ctypes.memset(libc.malloc(BYTES), 1, BYTES)
    print(json.dumps(own()), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.fixture(scope="module")
def copied():
    """KiB of its own that a fork has after it filled 160 KiB, by whether the heap was settled."""
    return {how: forked(how) for how in ("settled", "as it is")}


def forked(how):
    words = [sys.executable, "-c", FORKED, how]
    return json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout)


def test_a_fork_copies_no_more_pages_than_it_fills(copied):
    assert copied["settled"] < 2_000
    assert copied["as it is"] > copied["settled"] + 2_000
