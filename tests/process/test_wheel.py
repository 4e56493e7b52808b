"""Chapar as a wheel: everything it needs lies inside the package, whatever folder one is in."""

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests import ROOT
from tests.sandbox.own_wheel import built, installed
from tests.sandbox.sandbox_server import Server
from tests.sandbox.stack import CLIP

PATIENCE = 120


class WheelInstallation:
    """The command of an environment that has the wheel, in a folder with nothing of ours."""

    def __init__(self, programs: Path, folder: Path):
        self.programs, self.folder = programs, folder
        kept = ("PATH", "HOME", "LANG")
        self.around = {name: os.environ[name] for name in kept if name in os.environ} | {
            "CHAPAR_HOME": str(folder / "home"),
            "CHAPAR_WORKERS": "1",
            "CHAPAR_DISK_FLOOR": "1MiB",
            "CHAPAR_DRAIN_GRACE": "5",
            "CHAPAR_ALLOWED_NETWORKS": "127.0.0.0/8",
        }

    def says(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            [self.programs / "chapar", *words],
            cwd=self.folder,
            env=self.around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def chapar(wheel, short_home):
    programs = installed(wheel, short_home / "venv")
    (short_home / "elsewhere").mkdir()
    one = WheelInstallation(programs, short_home / "elsewhere")
    yield one
    one.says("stop", "--now")


@pytest.mark.long
async def test_a_wheel_alone_serves_from_any_folder(chapar):
    site = Server("tests.sandbox.site")
    await site.start()
    try:
        port = site.facts["address"].rpartition(":")[2]
        chapar.around["CHAPAR_ALLOWED_PORTS"] = port
        code, said = chapar.says("up", "-d", "--no-bot")
        assert code == 0, said
        code, said = chapar.says("fetch", site.facts["address"] + CLIP)
        assert code == 0, said
        assert [path.suffix for path in chapar.folder.iterdir() if path.is_file()] == [".mp4"]
    finally:
        await site.stop()
    _, shown = chapar.says("check", "--no-bot")
    (ours,) = [line for line in shown.splitlines() if line.startswith("chapar ")]
    assert f"({chapar.programs.parent}/lib/" in ours
    command = Path("/proc", (chapar.folder / "home/run/supervisord.pid").read_text().strip())
    words = (command / "cmdline").read_text().split("\0")
    assert Path(words[words.index("-c") + 1]).is_relative_to(chapar.programs.parent)


#: A version that loads, adds to the database, and has no worker that starts.
BROKEN = {
    "daemon/__init__.py": lambda text: re.sub(r'(__version__ = )".*"', r'\1"9.9.9"', text),
    "procs/worker/__main__.py": lambda text: (
        f'import sys\nif __name__ == "__main__":\n    sys.exit("broken")\n{text}'
    ),
    "procs/store/sqlite/schema.py": lambda text: (
        f'{text}\nSTEPS = (*STEPS, ("added", "CREATE TABLE added (id INTEGER PRIMARY KEY);"))\n'
        "VERSION = len(STEPS)\n"
    ),
}


def broken(wheel: Path, folder: Path) -> Path:
    """A wheel like this one with a version in it that does not start."""
    folder.mkdir()
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(folder / wheel.name, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if change := BROKEN.get(name):
                text = change(text.decode()).encode()
            new.writestr(name, text)
    return folder / wheel.name


@pytest.mark.long
def test_a_version_that_does_not_start_goes_back_by_itself_and_the_next_one_stays(
    chapar, wheel, short_home
):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    _, version = chapar.says("--version")

    code, said = chapar.says("upgrade", str(broken(wheel, short_home / "broken")))

    assert code == 1, said
    assert "The database is as before" in said
    assert "are back, and every process runs them" in said
    assert chapar.says("--version")[1] == version
    assert chapar.says("status")[0] == 0
    assert chapar.says("audit")[0] == 0
    code, said = chapar.says("upgrade", str(wheel))
    assert code == 0, said
    assert sorted(one.name for one in short_home.glob(".venv*")) == []


def test_a_wheel_has_the_very_files_of_the_checkout(wheel):
    inside = {
        "supervisord.conf": "supervisord.conf",
        "env.example": ".env.example",
        "sites.example.toml": "sites.example.toml",
        "chapar.service": "systemd/chapar.service",
        "chapar-nursery.service": "systemd/chapar-nursery.service",
        "chapar.slice": "systemd/chapar.slice",
        "chapar.sysusers": "systemd/chapar.sysusers",
        "chapar-admin": "systemd/chapar-admin",
        "monitoring/chapar.rules.yml": "monitoring/chapar.rules.yml",
        "monitoring/grafana-dashboard.json": "monitoring/grafana-dashboard.json",
    }
    with zipfile.ZipFile(wheel) as files:
        for name, source in inside.items():
            assert files.read(f"daemon/files/{name}") == (ROOT / source).read_bytes()
        assert {n for n in files.namelist() if n.endswith(".po")} == {
            f"procs/locale/{path.name}" for path in (ROOT / "procs/locale").glob("*.po")
        }


def test_the_unit_of_a_wheel_names_its_own_programs(chapar):
    code, said = chapar.says("files", "chapar.service")
    assert code == 0
    assert f"Environment=PATH={chapar.programs}:" in said
    assert "/opt/chapar" not in said
