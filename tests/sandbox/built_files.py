"""Files that ffmpeg makes once for all runs, in a folder named by the hash of its recipe."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def folder(name: str, make: Callable[[Path], None], *recipes: str) -> Path:
    """The files that `make` fills an empty folder with; made now if this version of the recipes,
    which are the modules that say how, never was."""
    text = b"".join(Path(recipe).read_bytes() for recipe in recipes)
    place = Path(tempfile.gettempdir(), f"chapar-{name}-{hashlib.sha256(text).hexdigest()[:12]}")
    if not place.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"chapar-{name}-"))
        try:
            make(fresh)
            fresh.rename(place)
        except OSError:
            shutil.rmtree(fresh)
            if not place.exists():  # else another process was faster
                raise
    return place
