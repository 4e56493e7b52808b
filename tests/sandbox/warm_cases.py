"""Asks a warm process what it would fork, and prints the answers by case, as JSON. In a process of
its own, since one that has threads is never warm."""

import gc
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from daemon.supervisor.warm_start import WarmStart

PROGRAM = "tests.sandbox.warm_program"
OPENING = "tests.sandbox.opening_program"
START = (sys.executable, "-m")
#: What differs from how the warm process was started.
OTHERS: dict[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "another setting of Python": ((*START, PROGRAM), {"PYTHONHASHSEED": "1"}),
    "another setting of the C library": ((*START, PROGRAM), {"MALLOC_ARENA_MAX": "9"}),
    "another time zone": ((*START, PROGRAM), {"TZ": "Asia/Tehran"}),
    "other arguments": ((*START, PROGRAM, "--more"), {}),
    "another Python": (("/bin/python", "-m", PROGRAM), {}),
    "another program": ((*START, "json.tool"), {}),
    "no Python": (("/bin/true",), {}),
}


def warmed(*programs: str) -> WarmStart:
    warm = WarmStart(os.environ, programs)
    warm.warm_up()
    gc.unfreeze()
    return warm


def main() -> None:
    answers = {"what opens something": warmed(OPENING).can((*START, OPENING), os.environ)}
    warm = warmed(PROGRAM)
    answers["the same"] = warm.can((*START, PROGRAM), {**os.environ, "CHAPAR_WORKERS": "9"})
    for case, (argv, more) in OTHERS.items():
        answers[case] = warm.can(argv, {**os.environ, **more})
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        (program := Path(folder) / "changeable_program.py").write_text("")
        (Path(folder) / "broken_program.py").write_text("import no_such_module")
        both = warmed("changeable_program", "broken_program")
        for name in ("changeable_program", "broken_program"):
            answers[f"{name} beside a broken one"] = both.can((*START, name), os.environ)
        alone, argv = warmed("changeable_program"), (*START, "changeable_program")
        answers["before a change"] = alone.can(argv, os.environ)
        program.write_text("pass")
        answers["after a change"] = alone.can(argv, os.environ)
    answers["texts"] = [name for name in warm.files.split("\0") if name.endswith(".po")]
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
