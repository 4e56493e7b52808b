"""Judges a backup by restoring it to a scratch folder.

`integrity_check` alone is not enough: of 28 wrong copies 27 passed it. So the copy's rows are
counted, its numbers compared with those of the database around the copy's instant, and the
invariants of the tables looked for.
"""

from pathlib import Path

from procs.backups import backup_archive, cipher, durable_files
from procs.backups.backup_archive import DATABASE, SESSIONS, Manifest
from procs.backups.backup_errors import BackupFailed
from procs.backups.backup_store import ENCRYPTED, Backup
from procs.backups.cipher import BackupKey
from procs.errors import NewerDatabase, StoreError, StoreFull
from procs.store import database
from procs.store.backups import invariants

#: Findings that are told of one backup.
FAULTS_TOLD = 5


def opened(path: Path, folder: Path, key: BackupKey | None) -> Manifest:
    """Decrypt and unpack a backup into an empty folder; its files are those that were packed.
    Raises BackupFailed."""
    if not path.name.endswith(ENCRYPTED):
        return backup_archive.unpack(path, folder)
    plain = folder.with_name(f"{folder.name}.tar.gz")
    try:
        cipher.decrypt(path, plain, key)
        return backup_archive.unpack(plain, folder)
    finally:
        plain.unlink(missing_ok=True)


def require_same(path: Path, known: Backup | None) -> None:
    """The file is the one that was noted, byte by byte. Raises BackupFailed."""
    if known and known.sha256 and durable_files.digest(path) != known.sha256:
        raise BackupFailed(f"{path.name} is not the file that was written: its SHA-256 differs")


def restored(path: Path, folder: Path, key: BackupKey | None) -> Manifest:
    """The backup in an empty folder, judged. Raises as `judge`."""
    manifest = opened(path, folder, key)
    judge(path.name, folder, manifest)
    return manifest


def judge(name: str, folder: Path, manifest: Manifest) -> None:
    """Raises BackupFailed for a bad backup; StoreFull and OSError where this machine has no room to
    judge it, which says nothing of the backup."""
    try:
        found = findings(folder, manifest)
    except NewerDatabase:
        raise BackupFailed(f"{name} is of a newer Chapar; upgrade first") from None
    except StoreFull:
        raise
    except StoreError as error:  # what it advises is meant for a database in its place
        why = str(error).partition("; ")[0].replace(f"{folder}/", "")
        raise BackupFailed(f"{name}: its database cannot be used ({why})") from None
    if found:
        raise BackupFailed(f"{name} is bad: {'; '.join(found[:FAULTS_TOLD])}")


def findings(folder: Path, manifest: Manifest) -> list[str]:
    """What is wrong with the files of a backup, cheapest look first."""
    copy = folder / DATABASE
    if found := damage(folder):
        return found
    return [*miscounts(copy, manifest), *broken_rules(copy)]


def damage(folder: Path) -> list[str]:
    """Pages, indexes and references, of the database and of each sign-in."""
    files = [folder / DATABASE, *sorted((folder / SESSIONS).glob("*.session"))]
    return [f"{path.name}: {fault}" for path in files for fault in database.faults_of(path)]


def miscounts(copy: Path, manifest: Manifest) -> list[str]:
    """Rows that were lost in between, and numbers that the database had not given, or had given
    before the copy began."""
    counts, numbers = database.row_counts(copy), database.sequences(copy)
    found = [
        f"{table} has {counts.get(table, 0)} rows of {rows}"
        for table, rows in manifest.rows.items()
        if counts.get(table, 0) != rows
    ]
    for table, first in manifest.before.items():
        number, last = numbers.get(table, 0), manifest.after.get(table, first)
        least, most = sorted((first, last))  # a deletion can lower it
        if not least <= number <= most:
            found.append(f"{table} ends at number {number}, not between {least} and {most}")
    return found


def broken_rules(copy: Path) -> list[str]:
    """What the tables may never say, looked for in the copy, brought up to date. A cap that an
    admin lowered leaves jobs on seats beyond it, which is no fault."""
    with database.opened_copy(copy) as db:
        return invariants.audit(db, leaving=(invariants.BY_CAP,))
