"""Finds files of Chapar's user that other users can read or change: sign-ins, the database, logs,
settings, cookies."""

import grp
import os
import pwd
import shlex
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from procs.config import Settings
from procs.store import database

MODE_OTHERS, MODE_GROUP = stat.S_IRWXO, stat.S_IRWXG
#: How a public key of age begins (age-encryption.org/v1).
PUBLIC_KEY = "age1"
#: Files of one folder that are named one by one.
FILES_NAMED = 5


def complaints(settings: Settings, env_file: Path | None = None) -> list[str]:
    """The files that others can read or change, each with the command that ends it."""
    own = [path for path in inside(settings) if mode_of(path) & (MODE_OTHERS | MODE_GROUP)]
    named = {path: [one for one in own if one.parent == path] for path in {o.parent for o in own}}
    wrong: list[str] = []
    for folder, paths in sorted(named.items()):
        if len(paths) > FILES_NAMED:
            wrong.append(f"{len(paths)} files in {folder} are open to others; {fix(paths, folder)}")
            continue
        wrong += [
            complaint(path, mode_of(path) & (MODE_OTHERS | MODE_GROUP)) for path in sorted(paths)
        ]
    for path in outside(settings, env_file):
        if bits := mode_of(path) & (MODE_OTHERS | shared_group(path)):
            wrong.append(complaint(path, bits))
    return wrong


def complaint(path: Path, bits: int) -> str:
    """What others can do with a file, and how to forbid it."""
    can = [word for word, bit in (("read", 0o044), ("change", 0o022)) if bits & bit] or ["enter"]
    who = "others" if bits & MODE_OTHERS else "its group"
    return f"{path}: {who} can {' and '.join(can)} it (mode {mode_of(path):04o}); {fix([path])}"


def fix(paths: Iterable[Path], folder: Path | None = None) -> str:
    """The command; with `folder`, for all that lies in it."""
    if folder:
        return f"run: chmod -R go= {shlex.quote(str(folder))}"
    return f"run: chmod go= {' '.join(shlex.quote(str(path)) for path in paths)}"


def mend(settings: Settings) -> list[Path]:
    """Close to others what lies in the home: older versions, and commands run by hand, left it
    open. Returns what was closed; what is not ours is left, for `chapar check` to name."""
    closed = []
    for path in inside(settings):
        mode = mode_of(path)
        if mode & (MODE_OTHERS | MODE_GROUP):
            with suppress(OSError):
                path.chmod(mode & ~(MODE_OTHERS | MODE_GROUP))
                closed.append(path)
    return closed


def inside(settings: Settings) -> Iterator[Path]:
    """The home, its folders and what lies in them. Not what lies deeper in the folders of jobs and
    of versions: there is much of it, and nobody gets that far."""
    home = settings.home
    if not home.is_dir():
        return
    seen = {home, *files_of(home)}  # the folders of jobs and versions too
    folders = settings.sessions, settings.logs, settings.run, settings.outbox, settings.cache
    for folder in (*folders, home / "cookies"):
        seen.update([folder, *files_of(folder)])
    seen.update(database.files_of(settings.database_url))
    yield from sorted(path for path in seen if not path.is_symlink() and path.exists())


def files_of(folder: Path) -> list[Path]:
    """What lies in a folder; nothing where that cannot be read."""
    with suppress(OSError):
        return list(folder.iterdir())
    return []


def outside(settings: Settings, env_file: Path | None) -> list[Path]:
    """What the operator wrote: settings, rules of sites, cookies, the key of backups. They may lie
    anywhere."""
    book = settings.sites
    rules = [book.default, *book.sites.values()]
    paths = {path for one in rules for path in one.cookies if path}
    key = settings.backup_key_file
    paths |= {path for path in (book.path, env_file) if path}
    paths |= {key} if key and has_secret(key) else set()
    kept = set(inside(settings))
    return sorted(path for path in paths if path.is_file() and path not in kept)


def has_secret(key: Path) -> bool:
    """Whether a file of a key opens backups; the public half alone may be read by everybody."""
    with suppress(OSError, UnicodeDecodeError):
        lines = key.read_text(encoding="utf-8").split("\n")
        words = [line.strip() for line in lines if line.strip()[:1] not in ("", "#")]
        return not all(one.startswith(PUBLIC_KEY) for one in words)
    return False


def mode_of(path: Path) -> int:
    """Permission bits; none for what is not there, or is a socket, which its folder guards."""
    with suppress(OSError):
        found = path.stat()
        return 0 if stat.S_ISSOCK(found.st_mode) else stat.S_IMODE(found.st_mode)
    return 0


def shared_group(path: Path) -> int:
    """The bits of the group, if others than the owner, us and the superuser are in it."""
    with suppress(OSError, KeyError):
        found = path.stat()
        ours = {0, found.st_uid, os.geteuid()}
        members = {pwd.getpwnam(name).pw_uid for name in grp.getgrgid(found.st_gid).gr_mem}
        first = {user.pw_uid for user in pwd.getpwall() if user.pw_gid == found.st_gid}
        return MODE_GROUP if (members | first) - ours else 0
    return MODE_GROUP
