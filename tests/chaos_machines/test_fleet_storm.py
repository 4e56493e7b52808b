"""The short storm over three machines; `make chaos-machines` runs the long one."""

import subprocess
import sys

import pytest

from tests import ROOT, postgresql_server
from tests.chaos_machines.fleet_plan import LINES, LONG, TROUBLED
from tests.sandbox import network

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
    ),
]


def test_each_request_gets_its_media_once_whatever_machine_or_line_is_lost() -> None:
    words = ("--troubles", "13", "--deliveries", "24", "--every", "2", "--seed", "15")

    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos_machines", *words],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
    )

    assert done.returncode == 0, done.stdout
    assert "asked: 24, states: {'delivered': 24}" in done.stdout
    left_out = {LONG, *(() if network.is_possible() else LINES)}
    missing = {kind for kind in TROUBLED if f"{kind}: " not in done.stdout}
    assert missing <= left_out
