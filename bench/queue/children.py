"""Processes of the bench's own: started from the project's root, gone when the bench is."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from procs.core.process import end_with_parent

ROOT = Path(__file__).parents[2]


def python(
    words: Sequence[object],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """A Python process in a group of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env={**os.environ, **(environment or {})},
        cwd=ROOT,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=partial(end_with_parent, signal.SIGKILL),
    )


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output of a process that was started with pipes for both."""
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children. Not asked to leave: some take longer to leave than to
    work."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def told(path: Path, *, patience: float) -> Iterator[dict[str, Any] | None]:
    """The JSON lines of a growing file as they come, None now and then while there is none.

    Raises TimeoutError when nothing comes for `patience` seconds.
    """
    deadline = time.monotonic() + patience
    with path.open() as lines:
        while True:
            line = lines.readline()
            if line:
                deadline = time.monotonic() + patience
                yield json.loads(line)
            elif time.monotonic() > deadline:
                raise TimeoutError(f"{path.name}: nothing for {patience:.0f} s")
            else:
                yield None
                time.sleep(0.02)


def tell(path: Path, facts: Mapping[str, Any]) -> None:
    """Add one line, whole: nobody who follows the file reads half of one."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, json.dumps(facts).encode() + b"\n")
    os.close(file)
