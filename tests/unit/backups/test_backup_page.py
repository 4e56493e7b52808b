"""docs/backup.md: each of its commands is run as it stands there, in the page's order."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from procs.config import NAMES
from tests import ROOT
from tests.unit.backups.conftest import Home

PAGE = (ROOT / "docs" / "backup.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]
#: Exit codes that are no failure there: nothing runs that could be stopped.
NOT_UP = 4
#: What starts processes is walked through by the tour (`make tour`).
STARTS = {"chapar up -d"}


@pytest.fixture
def home(short_home: Path) -> Home:
    home = Home(short_home)
    home.asks("a", "b")
    return home


def run(home: Home, line: str) -> tuple[int, str]:
    others = {name: text for name, text in os.environ.items() if not name.startswith("CHAPAR_")}
    done = subprocess.run(
        [sys.executable, "-m", "daemon.cli", *line.split()[1:]],
        cwd=ROOT,
        env=others | home.texts | {"CHAPAR_ENV_FILE": os.devnull},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_commands_of_the_page_take_verify_and_restore_a_backup(home: Home) -> None:
    said = {}
    for line in COMMANDS:
        if line in STARTS:
            continue
        if line == "chapar restore latest":
            home.asks("since")
        said[line] = run(home, line)

    codes = {line: code for line, (code, _) in said.items()}
    assert codes == {line: NOT_UP if line == "chapar stop" else 0 for line in said}, said
    assert home.asked() == ["url:a", "url:b"], said
    assert list(home.settings.home.glob("chapar.db.before-*"))


def test_the_page_names_every_command_of_backups() -> None:
    _, said = subprocess.getstatusoutput(f"{sys.executable} -m daemon.cli backup --help")
    words = re.findall(r"^    (\w+) +\S", said, re.MULTILINE)

    assert len(words) > 3
    assert {line.split()[2] for line in COMMANDS if line.startswith("chapar backup")} == set(words)
    assert set(COMMANDS) >= STARTS


def test_the_settings_that_the_page_names_exist() -> None:
    ours = {"CHAPAR_BACKUP_FILE"}  # what the operator's command is given
    assert set(re.findall(r"CHAPAR_[A-Z_]+", PAGE)) - ours <= set(NAMES)
