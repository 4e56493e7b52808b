"""Wheels of a yt-dlp that never was: the installed one, under another number and with a fault."""

import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

NAME = "yt_dlp"
WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(folder: Path, version: str, *, instead: Mapping[str, str], needs: str = "") -> Path:
    """A wheel in a folder. `instead` has other texts for some modules, by their paths below the
    package; an empty path for no other modules at all. `needs` is one more requirement."""
    about = f"{NAME}-{version}.dist-info"
    wants = f"Requires-Dist: {needs}\n" if needs else ""
    texts = {
        **({} if "" in instead else modules()),
        **{f"{NAME}/{path or '__init__.py'}": text.encode() for path, text in instead.items()},
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: yt-dlp\nVersion: {version}\n{wants}",
        f"{about}/WHEEL": WHEEL,
    }
    texts[f"{about}/RECORD"] = "".join(f"{path},,\n" for path in [*texts, f"{about}/RECORD"])
    path = folder / f"{NAME}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        for name, text in texts.items():
            made.writestr(name, text)
    return path


def modules() -> dict[str, bytes]:
    """The modules of the environment's own yt-dlp."""
    files = metadata.files("yt-dlp") or []
    mine = [file for file in files if file.parts[0] == NAME and file.suffix == ".py"]
    return {str(file): file.read_binary() for file in mine}
