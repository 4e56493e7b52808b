"""The settings with which supervisord starts processes: a file that only this user may read, read
again before each start. So a reload gives new settings to one process after the other."""

import json
import os
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

CHILD_SETTINGS = "child-settings.json"


def write(run: Path, around: Mapping[str, str]) -> None:
    """Keep the settings of an environment. Raises OSError."""
    ours = {name: text for name, text in around.items() if name.startswith("CHAPAR_")}
    fresh = run / f".{CHILD_SETTINGS}.new"
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        json.dump(ours, stream)
    os.replace(fresh, run / CHILD_SETTINGS)


def read(run: Path) -> dict[str, str]:
    """The settings of the next process; none when they cannot be read."""
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads((run / CHILD_SETTINGS).read_text(encoding="utf-8"))
        return {str(name): str(text) for name, text in found.items()}
    return {}


def take(run: Path, environ: MutableMapping[str, str]) -> None:
    """Put them into this process's environment, which its children inherit."""
    environ.update(read(run))
