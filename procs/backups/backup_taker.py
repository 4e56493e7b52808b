"""Takes a backup while everything runs, and verifies it."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from procs.backups import backup_archive, backup_check, backup_store, cipher, durable_files
from procs.backups.backup_archive import COOKIES, DATABASE, RULES, SESSIONS, Manifest
from procs.backups.backup_errors import BackupFailed, BackupUnopened
from procs.backups.backup_store import BAD, OK, PARTIAL, Backup
from procs.backups.cipher import BackupKey
from procs.config import Settings
from procs.core import clock
from procs.store import database
from procs.store.machines import database_clock
from procs.store.move import server_copy

Say = Callable[[str], None]
#: Keeps beside the files of a folder what was found of one.
Note = Callable[[Path, Backup], None]


def take(settings: Settings, say: Say) -> Backup:
    """Take one and verify it; it is in the folder then. Raises BackupFailed, StoreError, OSError;
    a file that was found to be bad stays, noted as such."""
    database_clock.follow_server(settings.database_url)  # by which keepers say how old it is
    folder = settings.backup_folder
    key, version = key_of(settings), release()
    with durable_files.alone(settings), durable_files.scratch(settings) as scratch:
        make(folder)
        size = live_size(settings)
        durable_files.require_room(settings.cache, 2 * size)
        durable_files.require_room(folder, size)
        say("copying the database and the sign-ins")
        manifest, members = collect(settings, scratch, version)
        say("writing the file")
        path, opener = write(folder, members, manifest, scratch, key)
        backup = Backup(
            path.name,
            backup_store.taken_at(path.name) or manifest.taken_at,
            path.stat().st_size,
            durable_files.digest(path),
            version=version,
        )
        backup_store.note(folder, backup)
        for copy in members.values():
            if copy.is_relative_to(scratch):
                copy.unlink()
        say("verifying it: restored, counted, audited")
        return judged(folder, backup, scratch, opener, backup_store.note)


def release() -> str:
    """The version of Chapar that is installed, "" in a checkout that is not."""
    try:
        return metadata.version("chapar-bot")
    except metadata.PackageNotFoundError:
        return ""


def key_of(settings: Settings, file: Path | None = None) -> BackupKey | None:
    """The key by which backups are encrypted, or the one of a file that is named instead."""
    named = file or settings.backup_key_file
    return cipher.read(named) if named else None


def make(folder: Path) -> None:
    """The folder, for this user alone, without what killed processes left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"{PARTIAL}*"):
        left.unlink(missing_ok=True)


def database_of(settings: Settings) -> Path:
    """The file of a database that is one. Raises BackupFailed where there is none; StoreError where
    it cannot be used."""
    path = database.files_of(settings.database_url)[0]
    if not path.exists():
        raise BackupFailed(f"{path} does not exist: there is nothing to back up")
    database.require_usable(settings.database_url)
    return path


def live_size(settings: Settings) -> int:
    """Bytes of the database with its log, or of a server's, which takes more than its copy does.
    Raises StoreError."""
    if settings.has_server:
        return server_copy.size(settings.database_url)
    total = 0
    for path in database.files_of(str(settings.database_url)):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def collect(settings: Settings, scratch: Path, version: str) -> tuple[Manifest, dict[str, Path]]:
    """Copies of all that belongs into a backup, by the names of members. The sign-ins are copied
    before the database: a place in Telegram's updates that is too early costs a repeat, which the
    database knows, one that is too late a message."""
    at, machine = clock.now().wall, settings.machine if settings.has_server else ""
    members = {name: path for name, path in sessions(settings, scratch)}
    before, after = copied(settings, scratch)
    members[DATABASE] = scratch / DATABASE
    cookies = dict(cookies_of(settings))
    members |= {name: path for name, (path, _) in cookies.items()}
    if settings.sites.path and settings.sites.path.is_file():
        members[RULES] = settings.sites.path
    members = frozen(members, scratch)
    return (
        Manifest(
            taken_at=at,
            version=version,
            files={name: durable_files.digest(path) for name, path in members.items()},
            rows=database.row_counts(scratch / DATABASE),
            before=before,
            after=after,
            cookies={name: place for name, (_, place) in cookies.items()},
            machine=machine,
        ),
        members,
    )


def copied(settings: Settings, scratch: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Copy the database. Returns the highest numbers of its tables when that began, and when it was
    complete; a server's is read as it is at one instant, and compared there. Raises BackupFailed,
    StoreError."""
    if settings.has_server:
        (scratch / "server").mkdir()
        server_copy.take(settings.database_url, scratch / DATABASE, scratch=scratch / "server")
        numbers = database.sequences(scratch / DATABASE)
        return numbers, numbers
    live = database_of(settings)
    before = database.sequences(live)
    database.copy_file(live, scratch / DATABASE)
    return before, database.sequences(live)


def sessions(settings: Settings, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Copies of the session files below `scratch`, each with its name in the archive."""
    (scratch / SESSIONS).mkdir()
    for path in sorted(settings.sessions.glob("*.session")):
        copy = scratch / SESSIONS / path.name
        database.copy_file(path, copy)
        yield f"{SESSIONS}/{path.name}", copy


def cookies_of(settings: Settings) -> Iterator[tuple[str, tuple[Path, str]]]:
    """Each file of cookies that `sites.toml` names: its member, and where it belongs from there."""
    rules = settings.sites
    base = rules.path.parent if rules.path else settings.home
    files = {path for one in (rules.default, *rules.sites.values()) for path in one.cookies if path}
    for number, path in enumerate(sorted(files)):
        if path.is_file():
            yield f"{COOKIES}/{number}-{path.name}", (path, os.path.relpath(path, base))


def frozen(members: dict[str, Path], scratch: Path) -> dict[str, Path]:
    """The operator's own files too as they are now, so that an edit meanwhile spoils nothing."""
    found = {}
    for name, path in members.items():
        if not path.is_relative_to(scratch):
            copy = scratch / name.replace("/", "-")
            copy.write_bytes(path.read_bytes())
            path = copy
        found[name] = path
    return found


def write(
    folder: Path,
    members: dict[str, Path],
    manifest: Manifest,
    scratch: Path,
    key: BackupKey | None,
) -> tuple[Path, BackupKey | None]:
    """The file under its name, on the disk as a whole, and what opens it."""
    name = backup_store.new_name(folder, manifest.taken_at, encrypted=key is not None)
    partial, opener = folder / f"{PARTIAL}{name}", key
    try:
        if key is None:
            backup_archive.pack(members, manifest, partial)
        else:
            backup_archive.pack(members, manifest, scratch / "plain.tar.gz")
            opener = cipher.encrypt(scratch / "plain.tar.gz", partial, key)
            (scratch / "plain.tar.gz").unlink()
        durable_files.place(partial, folder / name)
    finally:
        partial.unlink(missing_ok=True)
    return folder / name, opener


def judged(
    folder: Path, backup: Backup, scratch: Path, key: BackupKey | None, note: Note
) -> Backup:
    """The backup with what its verification found, which is noted. Raises BackupFailed for a bad
    one, BackupUnopened for one of which the key says nothing."""
    path, room = folder / backup.name, scratch / "restored"
    room.mkdir()
    facts = {name: getattr(backup, name) for name in ("name", "taken_at", "size", "sha256")}
    facts |= {"version": backup.version, "verified_at": clock.now().wall}
    try:
        backup_check.require_same(path, backup)
        backup_check.restored(path, room, key)
    except BackupUnopened:
        raise
    except BackupFailed as error:
        note(folder, Backup(**facts, state=BAD, why=str(error)))
        raise
    good = Backup(**{**facts, "sha256": backup.sha256 or durable_files.digest(path)}, state=OK)
    note(folder, good)
    return good


def verify(settings: Settings, backup: Backup, key: BackupKey | None) -> Backup:
    """Verify one that lies in the folder, also where nothing can be noted, as on a disk of backups
    that is mounted for reading. Raises BackupFailed."""
    folder = settings.backup_folder
    note = backup_store.note if is_writable(folder) else leave_unnoted
    if backup.name.endswith(backup_store.ENCRYPTED) and not openable(key):
        raise BackupUnopened(f"{backup.name} is encrypted; name the file of its key: --key FILE")
    with durable_files.alone(settings), durable_files.scratch(settings) as scratch:
        return judged(folder, backup, scratch, key, note)


def is_writable(folder: Path) -> bool:
    """Whether a note can be put beside the backups."""
    return os.access(folder, os.W_OK)


def leave_unnoted(folder: Path, backup: Backup) -> None:
    """What stands for the note where none can be written."""


def openable(key: BackupKey | None) -> bool:
    """Whether this machine can open what it encrypts with this key, and so verify it."""
    return key is not None and bool(key.passphrase or key.identities)
