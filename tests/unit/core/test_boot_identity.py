"""The boot that a process counts itself to, where the kernel's file says another one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.supervisor import process_tree
from procs.core import clock
from procs.core.files import boot_identity

OTHER = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(autouse=True)
def own_boot() -> Iterator[None]:
    yield
    clock.count_to(None)


def kernels() -> str:
    return clock.BOOT_ID.read_text().strip()


def lock(run: Path, words: str) -> None:
    (run / boot_identity.SUPERVISOR_LOCK).write_text(words)


def own_words() -> str:
    return f"{os.getpid()} {boot_identity.start_of(os.getpid())}"


def test_beside_a_supervisord_its_boot_is_this_one_whatever_the_file_shows(tmp_path: Path) -> None:
    lock(tmp_path, f"{own_words()} {OTHER}\n")

    boot_identity.follow(tmp_path)

    assert (clock.boot_id(), clock.base()) == (OTHER, OTHER)


def test_what_becomes_supervisord_notes_the_boot_that_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tmp_path / "boot_id"
    shown.write_text(f"{OTHER}\n")
    monkeypatch.setattr(clock, "BOOT_ID", shown)
    with open(tmp_path / boot_identity.SUPERVISOR_LOCK, "w") as file:
        process_tree.note(file.fileno())
    monkeypatch.undo()

    boot_identity.follow(tmp_path)

    assert clock.boot_id() == OTHER
    assert process_tree.supervisor_of(tmp_path) == os.getpid()


@pytest.mark.parametrize(
    "words",
    [
        f"99999999 5 {OTHER}\n",  # it has ended
        f"{os.getpid()} 1 {OTHER}\n",  # another process has its number: a reboot, or long ago
        "OWN\n",  # a supervisord of before notes no boot
        f"OWN {OTHER} more\n",
        "",
        "\0" * 40,
    ],
)
def test_without_one_that_lives_the_kernels_file_counts(tmp_path: Path, words: str) -> None:
    clock.count_to(OTHER)
    lock(tmp_path, words.replace("OWN", own_words()))

    boot_identity.follow(tmp_path)

    assert clock.boot_id() == kernels()


def test_once_it_has_ended_its_boot_is_no_longer_this_one(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        lock(tmp_path, f"{child.pid} {boot_identity.start_of(child.pid)} {OTHER}\n")
        boot_identity.follow(tmp_path)
        beside = clock.boot_id()
    boot_identity.follow(tmp_path)

    assert (beside, clock.boot_id()) == (OTHER, kernels())
