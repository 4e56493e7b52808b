"""What the doctor says of disks: the home's, and those of folders that have one of their own."""

from pathlib import Path

import pytest

from daemon.doctor.diagnosis import Severity
from tests.sandbox.own_disk import OwnDisk, disk, fill
from tests.unit.daemon.doctor.conftest import Visit, of

__all__ = ["disk"]


def test_folders_on_the_disk_of_the_home_are_one_finding(visit: Visit, home: Path) -> None:
    (found,) = of(visit(), "disk")

    assert found.evidence.endswith(f"free under {home}, for the home")


def test_downloads_on_a_disk_of_their_own_are_held_to_the_floor_and_the_home_to_no_50_gib(
    visit: Visit, home: Path, disk: OwnDisk
) -> None:
    jobs = disk(home / "jobs", 8)

    ours, apart = of(visit(disk_floor="16MiB"), "disk")

    assert (apart.severity, apart.says) == (Severity.ERROR, "no download starts on this disk")
    assert apart.evidence.endswith(f"free under {jobs}, for downloads")
    assert "50 GiB" not in ours.says


def test_a_disk_of_backups_that_the_next_one_does_not_fit_on_is_an_error_before_it_is_missed(
    visit: Visit, home: Path, disk: OwnDisk, tmp_path: Path
) -> None:
    folder = disk(tmp_path / "elsewhere", 8)

    _, apart = of(visit(backup_folder=str(folder)), "disk")

    assert (apart.severity, apart.says) == (Severity.ERROR, "the next backup does not fit")
    assert "chapar backup prune" in apart.fix
    assert f"{folder}, for backups" in apart.evidence


def test_a_disk_of_backups_with_room_is_fine_and_one_nearly_full_a_warning(
    visit: Visit, home: Path, disk: OwnDisk, tmp_path: Path
) -> None:
    folder = disk(tmp_path / "elsewhere", 1024)
    _, apart = of(visit(backup_folder=str(folder)), "disk")
    assert apart.severity is Severity.OK

    fill(folder, 930)

    _, apart = of(visit(backup_folder=str(folder)), "disk")
    assert (apart.severity, apart.says) == (
        Severity.WARNING,
        "less than a tenth of the disk is free",
    )


@pytest.mark.parametrize("name", ["engines", "outbox", "logs"])
def test_any_other_folder_with_a_full_disk_of_its_own_is_named(
    name: str, visit: Visit, home: Path, disk: OwnDisk, tmp_path: Path
) -> None:
    folder = disk(tmp_path / "other", 4)
    (home / name).symlink_to(folder)
    fill(folder, 4)

    _, apart = of(visit(), "disk")

    assert (apart.severity, f"{home / name}, for" in apart.evidence) == (Severity.WARNING, True)


def test_a_database_on_a_full_disk_of_its_own_is_named(
    visit: Visit, home: Path, disk: OwnDisk, tmp_path: Path
) -> None:
    folder = disk(tmp_path / "data", 4)
    fill(folder, 4)

    _, apart = of(visit(database_url=f"sqlite:///{folder}/chapar.db"), "disk")

    assert (apart.severity, "for the database" in apart.evidence) == (Severity.WARNING, True)
