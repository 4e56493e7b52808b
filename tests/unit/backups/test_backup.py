"""A backup is taken while others write, and counts only after it was restored and audited."""

import io
import json
import os
import resource
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from daemon.commands.backups import backup_commands
from procs.backups import backup_archive, backup_check, backup_store, backup_taker, durable_files
from procs.backups.backup_archive import Manifest
from procs.backups.backup_errors import BackupBusy, BackupFailed
from procs.errors import StoreFull
from tests.sandbox.own_disk import OwnDisk, disk
from tests.unit.backups.conftest import Home

__all__ = ["disk"]


def verified(home: Home) -> str:
    """What the verification of the newest says: its state, or why it is bad."""
    backup = backup_store.listed(home.settings.backup_folder)[0]
    try:
        return backup_taker.verify(home.settings, backup, None).state
    except BackupFailed as error:
        return str(error)


def changed(home: Home, by: Callable[[Path, dict[str, object]], None]) -> None:
    """Make the newest backup anew, as whole as before, with what `by` does to its database or to
    what it says of itself."""
    folder = home.settings.cache / "changed"
    folder.mkdir()
    backup = backup_store.listed(home.settings.backup_folder)[0]
    manifest = backup_archive.unpack(home.file(backup), folder)
    facts = {name: getattr(manifest, name) for name in Manifest.__slots__}
    by(folder / "chapar.db", facts)
    facts["files"] = {name: durable_files.digest(folder / name) for name in manifest.files}
    members = {name: folder / name for name in manifest.files}
    backup_archive.pack(members, Manifest(**facts), home.file(backup))
    backup_store.note_of(home.file(backup)).unlink()


def runs(sql: str) -> Callable[[Path, dict[str, object]], None]:
    def by(path: Path, facts: dict[str, object]) -> None:
        db = sqlite3.connect(path)
        db.execute(sql)
        db.commit()
        facts["rows"] = {**facts["rows"], **counted(path)}  # type: ignore[dict-item]
        db.close()

    return by


def counted(path: Path) -> dict[str, int]:
    db = sqlite3.connect(path)
    return {
        name: db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
        for name in ("jobs", "notices")
    }


def test_a_backup_is_ok_with_its_size_and_its_hash(home):
    home.asks("a", "b")

    backup = home.backs_up()

    path = home.file(backup)
    facts = (backup.state, backup.size, backup.sha256)
    assert facts == ("ok", path.stat().st_size, durable_files.digest(path))
    assert path.stat().st_mode & 0o077 == 0


def test_any_machine_opens_the_file(home):
    home.asks("a")

    with tarfile.open(home.file(home.backs_up())) as tar:
        names = tar.getnames()
        said = json.load(tar.extractfile("manifest.json"))

    assert names == ["manifest.json", "chapar.db"]
    assert (said["format"], said["rows"]["requests"]) == (1, 1)


def test_a_backup_without_a_note_is_unverified_until_it_is_verified(home):
    path = home.file(home.backs_up())
    backup_store.note_of(path).unlink()
    before = backup_store.read(path).state

    assert (before, verified(home), backup_store.read(path).state) == ("unverified", "ok", "ok")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_one_wrong_byte_is_found(home, share):
    home.asks("a")
    path = home.file(home.backs_up())
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path.write_bytes(content)

    assert "SHA-256 differs" in verified(home)


def test_one_on_a_disk_that_is_mounted_for_reading_is_verified_and_nothing_is_noted(
    home: Home, disk: OwnDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    home.backs_up()
    folder = home.settings.backup_folder
    made = {one.name: one.read_bytes() for one in folder.iterdir()}
    disk(folder, 8)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    subprocess.run(("mount", "-o", "remount,ro", str(folder)), check=True)

    (verdict,) = backup_commands.verify(home.settings, "", None, print)

    assert (verdict.ok, verdict.why) == (True, "")
    assert f"nothing of this is noted: {folder} cannot be written" in capsys.readouterr().out


def test_a_truncated_file_is_found(home):
    path = home.file(home.backs_up())
    path.write_bytes(path.read_bytes()[:-100])

    assert "damaged" in verified(home)


def test_a_lost_row_is_found_though_the_file_is_sound(home):
    home.asks("a", "b")
    home.backs_up()

    def lose(path, facts):
        db = sqlite3.connect(path)
        db.execute("DELETE FROM tallies")
        db.execute("DELETE FROM users")
        db.commit()

    changed(home, lose)

    assert "users has 0 rows of 1" in verified(home)


def test_a_number_that_the_database_had_not_given_is_found(home):
    home.asks("a")
    home.backs_up()
    changed(home, runs("UPDATE requests SET id = 900"))

    assert "requests ends at number 900, not between 1 and 1" in verified(home)


def test_a_broken_invariant_is_found_though_pages_and_counts_are_right(home):
    home.asks("a")
    home.backs_up()
    changed(home, runs("UPDATE jobs SET seat = NULL"))

    assert "queued or leased without a seat: [1]" in verified(home)


def test_a_reference_that_leads_nowhere_is_found(home):
    home.asks("a")
    home.backs_up()
    changed(home, runs("INSERT INTO notices (telling, admin, random_id) VALUES (77, 1, 1)"))

    assert "refers to nothing in tellings" in verified(home)


def test_a_name_that_leads_out_of_the_folder_is_refused(home):
    path = home.file(home.backs_up())
    with tarfile.open(path, "w:gz") as tar:
        for name in ("manifest.json", "../../evil"):
            member = tarfile.TarInfo(name)
            text = b'{"taken_at":1,"version":"","files":{},"rows":{},"before":{},"after":{}}'
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))

    assert "holds '../../evil'" in verified(home)


def test_two_cannot_work_on_one_home(home):
    with durable_files.alone(home.settings), pytest.raises(BackupBusy):
        home.backs_up()


def test_what_a_killed_one_left_is_deleted_by_the_next(home):
    folder = home.settings.backup_folder
    folder.mkdir()
    (folder / ".partial-chapar-x.tar.gz").write_bytes(b"half")
    left = home.settings.cache / "backup-killed"
    left.mkdir()

    backup = home.backs_up()

    assert sorted(path.name for path in folder.iterdir()) == [backup.name, f"{backup.name}.json"]
    assert not left.exists()


def test_where_there_is_no_room_one_sentence_says_so(home, monkeypatch):
    monkeypatch.setattr(durable_files, "SPARE", 1 << 60)

    with pytest.raises(BackupFailed, match="free space there"):
        home.backs_up()


def test_a_disk_without_room_for_what_is_restored_names_that_file(
    home: Home, tmp_path: Path
) -> None:
    backup, room = home.backs_up(), tmp_path / "restored"
    room.mkdir()
    (room / "chapar.db").symlink_to("/dev/full")

    with pytest.raises(OSError, match=f"No space left on device: '{room}/chapar.db'"):
        backup_check.restored(home.file(backup), room, None)


def test_a_disk_without_room_to_judge_a_backup_makes_it_no_bad_one(
    home: Home, tmp_path: Path
) -> None:
    backup, room = home.backs_up(), tmp_path / "restored"
    room.mkdir()
    manifest = backup_archive.unpack(home.file(backup), room)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * 4096, before[1]))  # bytes of a file

    try:
        with pytest.raises(StoreFull, match="free space on it"):
            backup_check.judge(backup.name, room, manifest)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_large_file_goes_to_the_disk_piece_by_piece(tmp_path, monkeypatch):
    """Synced at its end alone, it holds up every writer that waits for the same disk."""
    synced, sync = [], os.fdatasync

    def noted(file: int) -> None:
        synced.append(os.fstat(file).st_size)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", noted)
    large = tmp_path / "large"
    large.write_bytes(os.urandom(5 * durable_files.SYNC_STEP))
    manifest = Manifest(0.0, "1", {"large": durable_files.digest(large)}, {}, {}, {})

    backup_archive.pack({"large": large}, manifest, tmp_path / "packed")

    steps = [after - before for before, after in pairwise([0, *synced])]
    assert len(steps) >= 4
    assert max(steps) < 2 * durable_files.SYNC_STEP
