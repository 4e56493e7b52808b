"""The operator's command that copies each backup: how the last copy went is kept, and shown."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.commands.backups import backup_commands
from procs.backups import backup_drill, backup_store, offsite_copy
from procs.backups.__main__ import carry_out
from procs.backups.backup_errors import BackupFailed
from procs.core import clock
from procs.keeper.monitor.machine_gauges import MachineGauges
from tests import ROOT
from tests.unit.backups.conftest import Home


@pytest.fixture
def home(short_home: Path) -> Home:
    return Home(
        short_home, CHAPAR_BACKUP_COMMAND=f'cp "$CHAPAR_BACKUP_FILE" {short_home}/away/ 2>&1'
    )


def shown(home: Home) -> str:
    return backup_commands.listed(home.settings)[-1]


def test_a_copy_that_fails_leaves_a_good_backup_and_is_shown_until_the_next_is_made(home: Home):
    for _ in range(2):
        with pytest.raises(BackupFailed, match="is ok and was not copied"):
            carry_out(home.settings)
    failed, record = shown(home), offsite_copy.last(home.settings.backup_folder)
    (home.settings.home / "away").mkdir()
    backup_commands.now(home.settings, lambda line: None)

    states = [one.state for one in backup_store.listed(home.settings.backup_folder)]
    assert record is not None
    assert (record.failures, "No such file" in failed or "Not a directory" in failed) == (2, True)
    assert "ok chapar-" in shown(home)
    assert set(states) == {"ok"}
    assert len(list((home.settings.home / "away").iterdir())) == 1


def test_where_no_copy_is_wanted_none_is_shown(home: Home):
    with pytest.raises(BackupFailed):
        carry_out(home.settings)
    del home.texts["CHAPAR_BACKUP_COMMAND"]

    assert not any(line.startswith("copy ") for line in backup_commands.listed(home.settings))


def test_a_note_that_cannot_be_read_counts_as_none(home: Home):
    home.backs_up()
    (home.settings.backup_folder / offsite_copy.COPY_NOTE).write_text("{")

    assert offsite_copy.last(home.settings.backup_folder) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("copy.json", '{"at": 1, "name": "x", "failures": "many", "why": ""}'),
        ("drill.json", '{"at": "lately", "name": "x", "state": "ok"}'),
        ("{backup}.json", '{"name": "{backup}", "size": {size}, "taken_at": "x", "state": "ok"}'),
    ],
)
def test_a_note_with_facts_of_another_kind_counts_as_none(home: Home, name: str, text: str) -> None:
    backup = home.backs_up()
    for sign, fact in (("{backup}", backup.name), ("{size}", str(backup.size))):
        name, text = name.replace(sign, fact), text.replace(sign, fact)
    (home.settings.backup_folder / name).write_text(text)

    found = MachineGauges(home.settings, began=clock.now().boot).backups(clock.now())

    assert found["copies_failed"] == (0, "")
    assert found["backup_age"][0] < 1
    assert not backup_drill.is_due(home.settings)


def test_a_copy_that_is_interrupted_goes_on_nowhere(tmp_path: Path):
    script = (
        "import signal, subprocess; from pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Popen(subprocess.Popen):\n"
        "    def communicate(self, *args, **facts):\n"
        "        Path('waits').touch()\n"
        "        return super().communicate(*args, **facts)\n"
        "subprocess.Popen = Popen\n"
        "from procs.backups import backup_store, offsite_copy\n"
        "one = backup_store.Backup('x', 0.0, 1)\n"
        "offsite_copy.run('sleep 300 & echo $! >pid; mv pid there; wait', Path('x'), one)\n"
    )
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", script]
    with subprocess.Popen(words, cwd=tmp_path, env=around, stderr=subprocess.DEVNULL) as copy:
        while not ((tmp_path / "there").exists() and (tmp_path / "waits").exists()):
            assert copy.poll() is None
        child = os.pidfd_open(int((tmp_path / "there").read_text()))
        copy.send_signal(signal.SIGINT)

        ended, _, _ = select.select([child], [], [], 20)

    os.close(child)
    assert ended == [child]
