"""The systemd unit and supervisord.conf agree, and systemd understands the unit."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.commands import launch
from procs import config
from tests import ROOT

UNIT = ROOT / "systemd" / "chapar.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_unit():
    said = subprocess.run(["systemd-analyze", "verify", UNIT], capture_output=True, text=True)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


def test_systemd_waits_longer_than_supervisord_does():
    grace = config.load({}, Path("/dev/null"), need_telegram=False).drain_grace
    programs = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(" ;",))
    programs.read(ROOT / "supervisord.conf")
    waits = [programs[name].get("stopwaitsecs", "0") for name in programs.sections()]
    fixed = sum(int(wait) for wait in waits if wait.isdigit())
    patience = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.M)
    assert int(patience[1]) > grace + launch.BEYOND_GRACE + fixed


def test_only_supervisord_is_told_to_stop():
    assert "\nKillMode=mixed\n" in UNIT.read_text()
