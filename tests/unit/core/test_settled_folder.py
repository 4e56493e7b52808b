"""A folder says by its ctime whether a name in it may mean another file, once that is old."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from procs.core import clock
from procs.core.files.settled_folder import SETTLED, SettledFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "file").write_text("one")
    (tmp_path / "here" / "other").write_text("two")
    return tmp_path / "here"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let the clock show so many seconds more."""
    wall = clock.own_wall

    def skip(seconds: float) -> None:
        monkeypatch.setattr(clock, "own_wall", lambda: wall() + seconds)

    return skip


def looked(folder: Path) -> SettledFolder:
    """One whose names were looked at."""
    found = SettledFolder(str(folder))
    assert not found.is_unchanged()
    found.note_look()
    return found


def replaced(folder: Path) -> None:
    os.replace(folder / "other", folder / "file")


def moved(folder: Path) -> None:
    (folder / "file").rename(folder.parent / "elsewhere")


def deleted(folder: Path) -> None:
    (folder / "file").unlink()


def another(folder: Path) -> None:
    """Another folder of the same path."""
    folder.rename(folder.parent / "before")
    (folder.parent / "before2").mkdir()
    (folder.parent / "before2").rename(folder)


def with_its_times_back(folder: Path) -> None:
    """As rsync -a leaves it."""
    before = folder.stat()
    replaced(folder)
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [replaced, moved, deleted, another, with_its_times_back])
def test_a_change_of_a_name_shows(folder: Path, later, change: Callable[[Path], None]) -> None:
    later(60)
    seen = looked(folder)
    assert seen.is_unchanged()

    change(folder)

    assert not seen.is_unchanged()


def test_what_is_written_into_a_file_is_no_change(folder: Path, later) -> None:
    later(60)
    seen = looked(folder)

    (folder / "file").write_text("more")

    assert seen.is_unchanged()


def test_a_folder_that_has_just_changed_is_looked_at_each_time(folder: Path, later) -> None:
    """The next change may be in the same tick of the file system's clock."""
    seen = looked(folder)
    assert not seen.is_unchanged()

    later(2 * SETTLED)
    assert not seen.is_unchanged()
    seen.note_look()
    assert seen.is_unchanged()


def test_a_clock_that_is_behind_the_file_system_believes_no_folder(folder: Path, later) -> None:
    later(-3600)
    seen = looked(folder)

    assert not seen.is_unchanged()


def test_a_folder_that_is_gone_raises(folder: Path, later) -> None:
    later(60)
    seen = looked(folder)
    folder.rename(folder.parent / "elsewhere")

    with pytest.raises(OSError, match="here"):
        seen.is_unchanged()
