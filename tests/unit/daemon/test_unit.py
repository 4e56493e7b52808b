"""The systemd unit and supervisord.conf agree, and systemd understands the unit."""

import configparser
import ipaddress
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.commands import launch
from procs import config
from procs.engine.nursery.launcher import STARTER
from tests import ROOT

UNIT = ROOT / "systemd" / "chapar.service"
#: What downloads run in.
NURSERY = ROOT / "systemd" / "chapar-nursery.service"
SLICE = ROOT / "systemd" / "chapar.slice"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_units():
    units = [UNIT, NURSERY, SLICE]
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
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


#: What the exposure may be, in tenths; docs/install.md says of what.
EXPOSURE = {UNIT: 12, NURSERY: 14}
ROW = re.compile(r"^\| `([^`]+)` \| (0\.\d|) \| (0\.\d|) \|", re.M)
#: What keeps working: a network and a tree of each download's own, Landlock, groups of control,
#: compilers of JavaScript.
NEEDED = (
    "RestrictNamespaces=user net mnt",
    "SystemCallFilter=mount umount2 pivot_root mount_setattr capset",
    "SystemCallFilter=seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "Delegate=pids memory cpu",
    "ReadWritePaths=-/sys/fs/cgroup/chapar.slice/chapar-nursery.service",
)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", EXPOSURE, ids=lambda unit: unit.stem)
def test_a_unit_is_exposed_as_little_as_promised(unit):
    most = f"--threshold={EXPOSURE[unit]}"
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", most, unit],
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize(("unit", "column"), [(UNIT, 1), (NURSERY, 2)], ids=["main", "nursery"])
def test_the_page_says_of_each_open_directive_what_it_counts(unit, column):
    words = ("systemd-analyze", "security", "--offline=true", "--json=short", unit)
    rows = json.loads(subprocess.run(words, capture_output=True, text=True).stdout)
    counted = {row["name"]: row["exposure"] for row in rows if row["exposure"]}
    told = ROW.findall((ROOT / "docs" / "install.md").read_text())
    assert {row[0].replace("\\|", "|"): row[column] for row in told if row[column]} == counted


@pytest.mark.parametrize("line", NEEDED)
def test_the_unit_leaves_what_downloads_need(line):
    lines = NURSERY.read_text().splitlines()
    assert line in lines
    assert "MemoryDenyWriteExecute=yes" not in lines


def test_what_makes_a_jail_is_allowed_where_neither_network_nor_secrets_are():
    ours, theirs = UNIT.read_text().splitlines(), NURSERY.read_text().splitlines()
    assert "RestrictNamespaces=yes" in ours
    makes = re.compile(r"Delegate=|SystemCallFilter=[^~].*\bmount\b")
    assert not [line for line in ours if makes.match(line)]
    assert {"PrivateNetwork=yes", "IPAddressAllow=localhost"} <= set(theirs)
    assert [line for line in theirs if line.startswith("IPAddressAllow")] == [
        "IPAddressAllow=localhost"
    ]
    assert "TemporaryFileSystem=/var/lib/chapar:ro" in theirs
    assert not [line for line in theirs if "CHAPAR_ENV_FILE" in line or "LoadCredential" in line]


def test_the_units_start_and_stop_together_and_the_one_of_downloads_stops_last():
    assert "\nAfter=network.target chapar-nursery.service\n" in UNIT.read_text()
    assert "\nWants=chapar-nursery.service\n" in UNIT.read_text()
    assert f"\nExecStartPre=/usr/bin/test -S /var/lib/chapar/run/{STARTER}\n" in UNIT.read_text()
    assert "\nPartOf=chapar.service\n" in NURSERY.read_text()
    assert all("\nSlice=chapar.slice\n" in unit.read_text() for unit in (UNIT, NURSERY))


def allowed() -> list[ipaddress.IPv4Network]:
    words = re.findall(r"^IPAddressAllow=(.*)$", UNIT.read_text(), re.M)
    found = [ipaddress.ip_network(one) for w in words for one in w.split() if one != "localhost"]
    return [one for one in found if isinstance(one, ipaddress.IPv4Network)]


@pytest.mark.parametrize(
    "private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"]
)
def test_the_unit_lets_nothing_into_a_private_network(private):
    assert not any(ipaddress.ip_address(private) in one for one in allowed())


@pytest.mark.parametrize(
    "public", ["149.154.167.51", "1.1.1.1", "223.255.255.254", "172.32.0.1", "192.169.0.1"]
)
def test_the_unit_lets_everything_out_to_public_addresses(public):
    assert any(ipaddress.ip_address(public) in one for one in allowed())


def test_what_hangs_is_back_within_half_a_minute():
    text = UNIT.read_text()
    watchdog, pause = (
        int(re.search(rf"^{name}=(\d+)$", text, re.M)[1]) for name in ("WatchdogSec", "RestartSec")
    )
    assert watchdog + pause < 30
    assert "\nWatchdogSignal=SIGKILL\n" in text
    assert "\nNotifyAccess=main\n" in text


def test_a_reload_runs_as_the_service_where_its_credentials_are():
    """Of systemd 252 a reload's own mounts have none, with or without `+`."""
    line = re.search(r"^ExecReload=(.*)$", UNIT.read_text(), re.M)[1]
    user = re.search(r"^User=(.*)$", UNIT.read_text(), re.M)[1]
    assert line.startswith("+/usr/bin/nsenter --target=${MAINPID} --mount /usr/bin/setpriv ")
    assert f" --reuid={user} --regid={user} --init-groups --no-new-privs " in line
    assert line.endswith(" CREDENTIALS_DIRECTORY=%d chapar reload")
