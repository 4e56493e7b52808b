"""The program's files of `chapar upgrade SOURCE`: brought, and put back."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.command_error import Refusal
from daemon.install import fallback, program_files, whole_upgrade
from daemon.install.program_files import CheckoutFiles, ProgramFiles
from procs import config


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """An environment of two files and a link."""
    folder = tmp_path / "venv"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "module.py").write_text("before")
    (folder / "gone.py").write_text("before")
    (folder / "link").symlink_to("lib/module.py")
    return folder


def replaced(prefix: Path) -> None:
    """What an installer does: it removes, and makes new files."""
    (prefix / "gone.py").unlink()
    (fresh := prefix / "lib" / "new").write_text("after")
    os.replace(fresh, prefix / "lib" / "module.py")


class BrokenInstaller(ProgramFiles):
    def bring(self) -> None:
        replaced(self.prefix)
        raise Refusal("the disk is full")


class Installer(ProgramFiles):
    def bring(self) -> None:
        replaced(self.prefix)


def is_as_before(prefix: Path) -> bool:
    texts = [(prefix / name).read_text() for name in ("lib/module.py", "gone.py", "link")]
    return texts == ["before"] * 3 and not list(prefix.parent.glob(".venv*"))


def test_files_are_put_back_as_they_were(prefix: Path) -> None:
    files = Installer("new.whl", prefix=prefix, code=prefix)
    files.install()
    assert (prefix / "link").read_text() == "after"
    files.put_back()
    assert is_as_before(prefix)


def test_an_installation_that_fails_half_way_leaves_the_files_as_they_were(prefix: Path) -> None:
    with pytest.raises(Refusal, match="the disk is full; the files before are back"):
        BrokenInstaller("new.whl", prefix=prefix, code=prefix).install()
    assert is_as_before(prefix)


@pytest.mark.parametrize("ends", [KeyboardInterrupt, FileNotFoundError("git")])
def test_an_installation_that_is_interrupted_or_finds_no_installer_goes_back_too(
    prefix: Path, ends: BaseException
) -> None:
    class Interrupted(ProgramFiles):
        def bring(self) -> None:
            replaced(self.prefix)
            raise ends

    with pytest.raises((KeyboardInterrupt, Refusal)):
        Interrupted("new.whl", prefix=prefix, code=prefix).install()

    assert is_as_before(prefix)


def test_files_that_cannot_be_kept_are_not_replaced_and_the_reason_is_told(
    prefix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path("/dev/shm") / f"{prefix.parent.name}-before"  # links lead to no other disk
    monkeypatch.setattr(ProgramFiles, "kept", before)

    with pytest.raises(Refusal, match="cross-device.*, so nothing was installed"):
        Installer("new.whl", prefix=prefix, code=prefix).install()

    shutil.rmtree(before)
    assert is_as_before(prefix)


def test_ctrl_c_ends_the_command_of_the_new_version_and_leaves_what_follows_to_this_one(
    prefix: Path, short_home: Path
) -> None:
    (prefix / "bin").mkdir()
    program = prefix / "bin" / "python"
    program.write_text("#!/bin/sh\nkill -INT $PPID; exit 130\n")
    program.chmod(0o755)
    files = ProgramFiles("new.whl", prefix=prefix, code=prefix)
    settings = config.load({"CHAPAR_HOME": str(short_home)}, need_telegram=False)

    assert whole_upgrade.run("upgrade", files, settings) == 130


def test_what_an_upgrade_left_that_was_killed_is_no_hindrance(prefix: Path) -> None:
    (prefix.parent / ".venv.before" / "lib").mkdir(parents=True)
    files = Installer("new.whl", prefix=prefix, code=prefix)
    files.install()
    files.forget()
    assert [one.name for one in prefix.parent.iterdir()] == ["venv"]


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "init.defaultBranch=main")
    argv = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout at the first of two commits."""
    (folder := tmp_path / "code").mkdir()
    git(folder, "init", "--quiet")
    for text in ("before", "after"):
        (folder / "module.py").write_text(text)
        git(folder, "add", "module.py")
        git(folder, "commit", "--quiet", "-m", text)
    git(folder, "tag", "new")
    git(folder, "reset", "--quiet", "--hard", "HEAD~1")
    return folder


def test_a_checkout_goes_to_a_commit_and_back(checkout: Path, prefix: Path) -> None:
    (checkout / "note").write_text("the operator's own")
    files = CheckoutFiles("new", prefix=prefix, code=checkout)
    files.install()
    assert (checkout / "module.py").read_text() == "after"
    files.put_back()
    assert (checkout / "module.py").read_text() == "before"
    assert (checkout / "note").exists()
    assert git(checkout, "symbolic-ref", "--short", "HEAD") == "main"


@pytest.mark.parametrize(("shared", "mode"), [(0o755, 0o644), (0o700, 0o600)])
def test_the_user_of_a_service_can_read_what_an_administrator_of_a_strict_umask_brings(
    checkout: Path, prefix: Path, shared: int, mode: int
) -> None:
    prefix.chmod(shared)
    files = CheckoutFiles("new", prefix=prefix, code=checkout)
    before = os.umask(0o077)
    try:
        files.install()
        brought = (checkout / "module.py").stat().st_mode & 0o777
        files.put_back()
    finally:
        os.umask(before)

    assert (brought, (checkout / "module.py").stat().st_mode & 0o777) == (mode, mode)


@pytest.mark.parametrize("change", ["changed", "unknown"])
def test_a_checkout_that_git_cannot_move_stays(checkout: Path, prefix: Path, change: str) -> None:
    if change == "changed":
        (checkout / "module.py").write_text("the operator's own")
    source = {"changed": "new", "unknown": "no-such-commit"}[change]
    with pytest.raises(Refusal, match=r"git refuses.*the files before are back"):
        CheckoutFiles(source, prefix=prefix, code=checkout).install()
    kept = "the operator's own" if change == "changed" else "before"
    assert (checkout / "module.py").read_text() == kept
    assert is_as_before(prefix)


def test_a_commit_before_this_one_is_refused_since_nothing_would_change(
    checkout: Path, prefix: Path
) -> None:
    git(checkout, "tag", "old")
    git(checkout, "merge", "--quiet", "--ff-only", "new")

    with pytest.raises(Refusal, match="old comes before what is checked out"):
        CheckoutFiles("old", prefix=prefix, code=checkout).install()

    assert (checkout / "module.py").read_text() == "after"
    assert is_as_before(prefix)


def test_a_wheel_of_another_program_is_refused(prefix: Path, tmp_path: Path) -> None:
    (wheel := tmp_path / "other-1.0-py3-none-any.whl").touch()

    with pytest.raises(Refusal, match="another program"):
        program_files.program_files(str(wheel), prefix=prefix, code=prefix)


def test_the_debian_package_is_upgraded_by_its_manager() -> None:
    with pytest.raises(Refusal, match="apt-get install"):
        program_files.program_files("x.whl", prefix=fallback.PACKAGE, code=fallback.PACKAGE)


@pytest.mark.parametrize("source", ["chapar.tar.gz", "none.whl"])
def test_what_is_no_wheel_is_refused(prefix: Path, source: str) -> None:
    with pytest.raises(Refusal, match="is no wheel"):
        program_files.program_files(source, prefix=prefix, code=prefix)


def test_last_words_that_are_no_text_are_told_all_the_same() -> None:
    with pytest.raises(Refusal, match="git refuses .no such commit: \ufffd"):
        program_files.called("git refuses", "sh", "-c", "printf 'no such commit: \\377' >&2; false")
