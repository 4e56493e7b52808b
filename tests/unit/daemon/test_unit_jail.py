"""A download's jail is whole within the unit: the calls that the unit allows are enough for it."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from procs.engine.jail import jail, seccomp
from tests import ROOT

UNIT = ROOT / "systemd" / "chapar-nursery.service"

pytestmark = [
    pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here"),
    pytest.mark.skipif(not jail.has_root(), reason=f"the kernel has: {jail.state()}"),
    pytest.mark.skipif(not seccomp.is_known(), reason="no numbers of this machine's calls"),
]

#: Enters the jail with those calls alone. Prints the state of the jail, the capabilities that are
#: left, and whether a file outside has a name.
IN_THE_JAIL = """
import os, sys
from pathlib import Path
from tests.sandbox.unfenced import keep_calls
from procs.engine.jail import jail
folder, secret, *calls = sys.argv[1:]
keep_calls(calls)
print(jail.state())
jail.enter(Path(folder), jail.way_out().getsockname()[1])
status = Path("/proc/self/status").read_text().splitlines()
print({line.split()[1].strip("0") for line in status if line.startswith(("CapEff", "CapPrm"))})
print(os.path.exists(secret))
"""


def members(group: str) -> set[str]:
    """The calls of one of systemd's groups, or the call itself."""
    if not group.startswith("@"):
        return {group}
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    )
    words = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return {name for word in words if word and word[0] != "#" for name in members(word)}


def allowed() -> set[str]:
    """What the lines SystemCallFilter= add up to (systemd.exec(5)): each adds, or takes away."""
    calls: set[str] = set()
    for words in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.M):
        named = {name for word in words.lstrip("~").split() for name in members(word)}
        calls = calls - named if words.startswith("~") else calls | named
    return calls


@pytest.fixture
def jailed(tmp_path):
    (secret := tmp_path / "secret").write_text("theirs")
    (job := tmp_path / "job").mkdir()

    def jailed(calls):
        argv = [sys.executable, "-c", IN_THE_JAIL, job, secret, *sorted(calls)]
        return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=30)

    return jailed


def test_a_download_in_the_unit_has_a_tree_of_its_own_and_no_rights(jailed):
    ran = jailed(allowed())
    assert ran.returncode == 0, ran.stderr
    state, rights, seen = ran.stdout.splitlines()
    assert "own network, own tree" in state
    assert (rights, seen) == ("{''}", "False")


READ_ONLY = (
    f"mount --bind {ROOT} {ROOT} && mount -o remount,bind,ro {ROOT} && exec {sys.executable} -c "
    "'from procs.engine.jail import jail; print(jail.state())'"
)


@pytest.mark.skipif(
    os.getuid() != 0, reason="only root can make a mount that is read only for good"
)
def test_a_program_on_a_read_only_mount_still_gives_downloads_a_tree():
    """As ProtectSystem=strict makes of /usr: the flag is locked for user namespaces."""
    argv = ["unshare", "--mount", "sh", "-c", READ_ONLY]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "own tree" in ran.stdout, ran.stderr


def test_rights_that_cannot_be_given_up_are_not_passed_over(jailed):
    ran = jailed(allowed() - {"capset"})
    assert ran.returncode == 1
    assert "capset: Operation not permitted" in ran.stderr


def test_the_unit_lets_downloads_have_the_namespaces_of_the_jail():
    kinds = re.search(r"^RestrictNamespaces=(.*)$", UNIT.read_text(), re.M)
    assert set(kinds[1].split()) == {"user", "net", "mnt"}
