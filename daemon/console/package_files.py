"""The files that come with the program beside its modules: supervisord.conf, the unit, examples,
rules of monitoring. They lie inside the package, so that a wheel has them wherever it is installed;
in a checkout `daemon/files` has symbolic links to where people look for them."""

import os
import sys
from pathlib import Path

from daemon.command_error import Refusal

FILES_INSIDE = Path(__file__).resolve().parents[1] / "files"
#: What the unit and its command have where README's service is installed, and a wheel elsewhere.
PROGRAMS_OF_README = "/opt/chapar/.venv/bin"


def path(name: str) -> Path:
    """Where a file is. Raises Refusal with the names there are."""
    found = FILES_INSIDE / name
    if name not in names():
        raise Refusal(f"no file {name!r} comes with Chapar; there are: {', '.join(names())}")
    return found


def names() -> list[str]:
    """Every file by its name below the folder."""
    return sorted(
        os.path.relpath(os.path.join(folder, name), FILES_INSIDE)
        for folder, _, inside in os.walk(FILES_INSIDE, followlinks=True)
        for name in inside
    )


def text(name: str) -> str:
    """A file, with the folder of this installation's programs where it names one."""
    return path(name).read_text(encoding="utf-8").replace(PROGRAMS_OF_README, programs())


def programs() -> str:
    """The folder of the `chapar` command of this installation."""
    return os.path.dirname(os.path.abspath(sys.executable))


def listed() -> list[str]:
    """The paths of all files."""
    return [str(FILES_INSIDE / name) for name in names()]
