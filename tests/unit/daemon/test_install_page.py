"""docs/install.md and docs/upgrade.md: each line of a block is a command that there is; those of
chapar's that need neither a service nor Telegram are run as they stand there."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from daemon import cli
from tests import ROOT

PAGES = [ROOT / "docs" / name for name in ("install.md", "upgrade.md")]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
LINES = [
    line.strip()
    for block in re.findall(r"^```\n(.*?)^```", TEXT, re.S | re.M)
    for line in re.split(r"\n| && ", block.strip())
]
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
#: Programs of the system on which the pages may count.
PROGRAMS = (
    *("apt-get", "git", "mkdir", "cd", "pipx", "python3", "systemctl", "podman"),
    *("rm", "userdel", "umask", "systemd-sysusers", "install", "chmod", "chown", "python"),
)
#: What the scripts run in a system that they booted.
STEPS = ("packaging/boot_steps", "packaging/service_steps")
#: What works in an empty folder without anybody else, and installs nothing.
ALONE = [line for line in LINES if re.match(r"(\S*/)?chapar (files|init --|upgrade$)", line)]
TOKEN = "123456789:" + "A" * 35


@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_pages_is_one_that_there_is(line):
    path, *rest = shlex.split(line.partition(" >")[0])
    program = os.path.basename(path)
    if program == "make":
        assert rest[-1] in TARGETS
    elif program == "chapar":
        assert cli.parser().parse_args(rest)
    else:
        assert program in PROGRAMS


def chapar(words, folder):
    around = {"PATH": os.environ["PATH"], "CHAPAR_HOME": str(folder / "home"), "HOME": str(folder)}
    code = "import sys; from daemon.cli import main; sys.exit(main())"
    argv = [sys.executable, "-c", code, *words]
    around["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        argv, cwd=folder, env=around, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("line", ALONE)
def test_a_command_of_the_pages_does_what_they_say(line, tmp_path):
    (tmp_path / "token.txt").write_text(TOKEN)
    words = shlex.split(line.partition(" >")[0])[1:]
    offline = ["--no-live"] if words[0] == "init" else []
    if words[0] == "upgrade":
        assert chapar(("init", "--no-live", *init_words()), tmp_path).returncode == 0
    ran = chapar([*words, *offline], tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout or (tmp_path / ".env").exists()


def init_words():
    """The flags of `chapar init` as the page has them."""
    line = next(line for line in ALONE if line.startswith("chapar init "))
    return shlex.split(line)[2:]


def test_the_scripts_that_the_pages_name_are_there_and_sound():
    named = set(re.findall(r"`?(packaging/\w+)", TEXT))
    assert named == {
        "packaging/clean_root",
        "packaging/try_deb",
        "packaging/try_boot",
        "packaging/try_container",
        "packaging/try_service",
        "packaging/try_tools",
    }
    for name in (*named, "packaging/build_deb", *STEPS):
        assert os.access(ROOT / name, os.X_OK)
        subprocess.run(["sh", "-n", ROOT / name], check=True)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_understands_the_drop_in_lines_of_the_page(tmp_path):
    lines = re.findall(r"^- `([A-Z]\w+=[^`]+)`", TEXT, re.M)
    assert len(lines) == 3
    for beside in ("chapar-nursery.service", "chapar.slice"):
        shutil.copy(ROOT / "systemd" / beside, tmp_path)
    text = (ROOT / "systemd" / "chapar.service").read_text()
    (unit := tmp_path / "chapar.service").write_text(
        text.replace("[Install]", "\n".join(lines) + "\n\n[Install]")
    )
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
