"""The product's own wheel, and an environment in which it alone is installed."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from shutil import copytree

from tests import ROOT

#: What a wheel is built from; the rest of the checkout stays out of the copy.
SOURCES = (
    *("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "constraints.txt"),
    *("supervisord.conf", ".env.example", "sites.example.toml"),
    *("daemon", "procs", "systemd", "monitoring"),
)


def built(folder: Path) -> Path:
    """A wheel of the checkout, built in a copy: a build leaves files beside its sources."""
    copy = folder / "source"
    copy.mkdir(parents=True)
    for name in SOURCES:
        if (ROOT / name).is_dir():
            copytree(ROOT / name, copy / name, symlinks=True)
        else:
            (copy / name).write_bytes((ROOT / name).read_bytes())
    words = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(copy))
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *words], check=True)
    return next(folder.glob("chapar_bot-*.whl"))


def installed(wheel: Path, folder: Path) -> Path:
    """An environment with the wheel; its libraries are those of ours, its modules are not. Returns
    the folder of its programs."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    words = ("install", "--no-deps", "--no-index", str(wheel))
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--python", str(programs / "python"), *words],
        check=True,
    )
    # A .pth file adds a folder, and does not read those in it: not the one of the checkout.
    place = next(folder.glob("lib/python*/site-packages"))
    (place / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs
