"""Plugins of yt-dlp: those of the list, of versions of the list, and no others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from procs.engine.jail import jail
from procs.engine.releases import token_plugin
from tests import ROOT

MODULE = "yt_dlp_plugins/extractor/getpot_bgutil_script.py"
ASK = (
    "from procs.engine.releases import token_plugin; print(*token_plugin.load(), sep='|'); "
    "import sys; print(sorted(m for m in sys.modules if m.startswith('yt_dlp_plugins.'))); "
    "print(token_plugin.state())"
)


@pytest.fixture
def site(tmp_path):
    """A folder of packages, as pip would leave it, with a plugin of this version."""

    def install(version: str, text: str = "") -> Path:
        info = tmp_path / f"bgutil_ytdlp_pot_provider-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: bgutil-ytdlp-pot-provider\nVersion: {version}\n"
        )
        (tmp_path / MODULE).parent.mkdir(parents=True)
        (tmp_path / MODULE).write_text(text)
        (tmp_path / "yt_dlp_plugins/extractor/other.py").write_text("raise SystemExit(9)\n")
        return tmp_path

    return install


def loaded(site: Path) -> list[str]:
    around = {**os.environ, "PYTHONPATH": f"{site}:{ROOT}", "YTDLP_NO_PLUGINS": "1"}
    told = subprocess.run(
        [sys.executable, "-c", ASK], env=around, capture_output=True, text=True, check=True
    )
    return told.stdout.splitlines()[-3:]  # behind what was logged


def test_the_plugin_of_the_list_is_loaded_and_no_other_beside_it(site):
    names, modules, _ = loaded(site("2.0.3"))

    assert names == "bgutil-ytdlp-pot-provider 2.0.3"
    assert "getpot_bgutil_script" in modules
    assert "other" not in modules


@pytest.mark.parametrize("version", ["1.3.1", "2.1.0", "3.0.0"])
def test_a_version_that_nobody_read_is_left_out(site, version):
    assert loaded(site(version))[:2] == ["", "[]"]


def test_a_plugin_that_cannot_be_imported_stops_nothing(site):
    assert loaded(site("2.0.2", "import nothing_of_the_kind\n"))[0] == ""


def test_downloads_may_read_the_places_of_the_script():
    assert all(jail.shows(place) for place in token_plugin.PLACES)


@pytest.mark.skipif(token_plugin.script_home() is not None, reason="the script is installed")
@pytest.mark.parametrize(
    ("version", "says"), [("2.0.2", "no build/generate"), ("9.0", "is not of")]
)
def test_the_state_says_what_is_missing(site, version, says):
    assert says in loaded(site(version))[2]
