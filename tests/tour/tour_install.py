"""The installation of the tour: a wheel of the checkout, in an environment of its own.

Its libraries are those of the checkout's environment, so that no network is needed; of Chapar
itself it has only what the wheel holds.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests import ROOT

#: What a build reads; the rest of the checkout stays out of the copy.
LEFT_OUT = shutil.ignore_patterns(".*_cache", ".git", ".venv", "tests", "bench", "*.egg-info")
VERSION = re.compile(r'__version__ = "([^"]+)"')


def wheel(folder: Path, *, version: str = "") -> Path:
    """A wheel of the checkout, of another version if one is given."""
    source = folder / f"source-{version}"
    shutil.copytree(ROOT, source, symlinks=True, ignore=LEFT_OUT)
    if version:
        file = source / "daemon" / "__init__.py"
        file.write_text(VERSION.sub(f'__version__ = "{version}"', file.read_text()))
    built = folder / f"wheel-{version}"
    words = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(source))
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *words], check=True)
    shutil.rmtree(source)
    return next(built.glob("chapar_bot-*.whl"))


def environment(folder: Path) -> Path:
    """An empty environment that sees our libraries. Returns its programs."""
    venv.create(folder, with_pip=False, symlinks=True)
    place = next(folder.glob("lib/python*/site-packages"))
    # A .pth file adds a folder, and does not read those in it: not the one of the checkout.
    (place / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def install(programs: Path, file: Path) -> list[str]:
    """The command by which a wheel is installed there, in the place of another version."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(programs / "python")]
    return [*pip, "install", "--force-reinstall", "--no-deps", "--no-index", str(file)]
