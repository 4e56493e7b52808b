"""Puts the files of a backup in the place of those of a home, which stay beside, under other names.

Nothing is overwritten, and a kill at any instant leaves a state in which the same restore can be
run again: the database goes first and its log after it, so that no database ever meets the log of
another, which would destroy it. A server's tables are filled beside the old ones, and exchanged
with them in one transaction.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from procs.backups import BEFORE, RESTORED, durable_files
from procs.backups.backup_archive import DATABASE, RULES, SESSIONS, Manifest
from procs.backups.backup_errors import BackupFailed
from procs.config import Settings
from procs.core import disk, log
from procs.store import database
from procs.store.move import server_copy

STAMP = "%Y%m%d-%H%M%S"
#: Folder below that of `sites.toml` for cookies that lay somewhere else.
ELSEWHERE = "cookies"


def require_kind(settings: Settings, manifest: Manifest) -> None:
    """Raises BackupFailed where the database of the settings is of another kind than that of the
    backup: instants of leases mean something else there."""
    if bool(manifest.machine) != settings.has_server:
        kinds = "a server's database", "a database in a file"
        of, here = kinds if manifest.machine else kinds[::-1]
        raise BackupFailed(
            f"this is a backup of {of}, and CHAPAR_DATABASE_URL names {here}; let it name one of "
            "the backup's kind, restore, and go over by chapar move"
        )


def install(settings: Settings, folder: Path, manifest: Manifest, *, at: float) -> Iterator[str]:
    """Put the unpacked files in place; says what went where. `at` is a wall instant, by which what
    was there before is called. Raises OSError, StoreError."""
    end = f"{BEFORE}{time.strftime(STAMP, time.localtime(at))}"
    place = server if settings.has_server else file
    yield from place(settings, folder, end)
    if manifest.machine in ("", settings.machine):
        yield from sign_ins(settings, folder / SESSIONS, end)
    else:
        yield f"left out the sign-ins, which are those of {manifest.machine}"
    yield from rules(settings, folder, manifest, end)


def server(settings: Settings, folder: Path, end: str) -> Iterator[str]:
    """Fill a server's database; nothing of ours may be connected."""
    url, said = settings.session_url, list[str]()
    kept = end.removeprefix(".").replace("-", "_")
    scratch = folder.with_name("exchange")
    scratch.mkdir()
    had_tables = server_copy.put(
        folder / DATABASE, url, scratch=scratch, kept=kept, say=said.append
    )
    yield from said
    if had_tables:
        yield f"kept the old tables as the schema {kept}"
    yield f"restored {log.mask(url)}"


def file(settings: Settings, folder: Path, end: str) -> Iterator[str]:
    """Put the file of a database in place."""
    path, *beside = database.files_of(settings.database_url)
    fresh = path.with_name(f"{path.name}{RESTORED}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(folder / DATABASE, fresh)
    fresh.chmod(0o600)
    disk.sync(fresh)
    yield from set_aside(path, beside, end)
    durable_files.place(fresh, path)
    yield f"restored {path}"


def set_aside(path: Path, beside: list[Path], end: str) -> Iterator[str]:
    """Give the old database and its log names under which they still belong together."""
    kept = path.with_name(path.name + end)
    for old in (path, *beside):
        if os.path.lexists(old):
            os.replace(old, Path(f"{kept}{old.name.removeprefix(path.name)}"))
    disk.sync(path.parent)
    if kept.exists():
        yield f"kept the old database as {kept}"


def sign_ins(settings: Settings, found: Path, end: str) -> Iterator[str]:
    """The sign-ins of the backup, with their places in Telegram's updates."""
    if not found.is_dir() or not any(found.iterdir()):
        return
    there = settings.sessions
    fresh = there.with_name(f"{there.name}{RESTORED}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for one in sorted(found.glob("*.session")):
        copy(one, fresh / one.name)
    if there.is_dir() and any(there.iterdir()):
        os.replace(there, there.with_name(there.name + end))
        yield f"kept the old sign-ins as {there.name}{end}"
    elif there.is_dir():
        there.rmdir()
    os.replace(fresh, there)
    disk.sync(there.parent)
    yield f"restored {there}"


def rules(settings: Settings, folder: Path, manifest: Manifest, end: str) -> Iterator[str]:
    """`sites.toml` and the files of cookies that it names; those that are the same stay."""
    target = settings.sites.path or settings.home / RULES
    wanted = [(folder / RULES, target)] if RULES in manifest.files else []
    for member, place in sorted(manifest.cookies.items()):
        wanted.append((folder / member, cookie_place(settings, target, place)))
    for source, path in wanted:
        if path.is_file() and durable_files.digest(path) == durable_files.digest(source):
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(path):
            os.replace(path, path.with_name(path.name + end))
            yield f"kept the old {path.name} as {path.name}{end}"
        copy(source, path)
        yield f"restored {path}"


def cookie_place(settings: Settings, target: Path, place: str) -> Path:
    """Where a file of cookies belongs: never outside of the folder of `sites.toml`, which is the
    `target`, nor where a file of another kind belongs."""
    base, path = target.parent, Path(place)
    ours = (target, base / ".env", settings.sessions, *database.files_of(settings.database_url))
    leads_out = path.is_absolute() or ".." in path.parts
    if leads_out or any((base / path).is_relative_to(one) for one in ours):
        return base / ELSEWHERE / path.name
    return base / path


def copy(source: Path, path: Path) -> None:
    """Copy a file to a place where it appears whole or not at all, with mode 0600."""
    fresh = path.with_name(f".{path.name}.new")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    durable_files.place(fresh, path)
