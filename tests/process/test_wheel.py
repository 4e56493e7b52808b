"""Chapar as a wheel: everything it needs lies inside the package, whatever folder one is in."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests import ROOT
from tests.sandbox.own_wheel import built, installed
from tests.sandbox.stack import CLIP, Server

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


def test_a_wheel_has_the_very_files_of_the_checkout(wheel):
    inside = {
        "supervisord.conf": "supervisord.conf",
        "env.example": ".env.example",
        "sites.example.toml": "sites.example.toml",
        "chapar.service": "systemd/chapar.service",
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
