"""Checks of what lies on this machine: settings, tools, the home, its disk, database and logs."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from daemon.checks import check
from daemon.console.output import size
from daemon.doctor.diagnosis import Finding, Severity, complaint, fine, whole
from daemon.doctor.doctor_facts import DoctorFacts
from daemon.supervisor import file_modes, process_tree
from daemon.supervisor.control import ProcessState
from procs import config
from procs.backups import backup_taker
from procs.backups.durable_files import SPARE
from procs.core import disk, meminfo
from procs.core.packages.package_owners import owners_of
from procs.errors import ChaparError
from procs.store.database import files_of

GIB = 1024**3
#: Bytes that should be free before the bot goes live, and the shares of bytes and of names (inodes)
#: of a disk below which admins are warned.
ROOMY, LEAST_SHARE, NAMES_SHARE = 50 * GIB, 0.1, 0.05
#: The share of the memory above which admins are warned.
MEMORY_SHARE = 0.8
#: Bytes of the database's log above which something keeps it from being taken over.
LONG_LOG = 64 * 1024**2


def settings(facts: DoctorFacts) -> list[Finding]:
    """The `.env` is complete and valid."""
    found = [one for one in facts.reading.found if one.source not in ("default", "not set")]
    said = f"{len(found)} set, the others as they are by default"
    return whole("settings", list(facts.reading.complaints), "complete and valid", said)


def tools(facts: DoctorFacts) -> list[Finding]:
    """What the work depends on is installed, and downloads can be kept apart."""
    owners = owners_of("pyrogram")
    wrong = [*check.owner_complaints(owners), *check.ffmpeg_complaints(), *check.jail_complaints()]
    seen = ", ".join(f"{name} {path}" for name, path in check.media_tools())
    return whole("tools", wrong, "ffmpeg, the Telegram library and the jail are there", seen)


def home(facts: DoctorFacts) -> Iterator[Finding]:
    """All state can be written, by the user to whom it belongs."""
    if facts.owner is not None and facts.owner != os.geteuid():
        yield Finding(
            "home",
            Severity.ERROR,
            f"{facts.given.home} belongs to another user",
            f"uid {facts.owner}, and this is uid {os.geteuid()}",
            f"run it as that user: sudo -u '#{facts.owner}' chapar doctor",
        )
        return
    yield from whole("home", check.home_complaints(facts.given), "writable", str(facts.given.home))


def modes(facts: DoctorFacts) -> list[Finding]:
    """No other user can read sign-ins, tokens, cookies or the database."""
    if not facts.is_ours:
        return []
    wrong = file_modes.complaints(facts.given, config.file_in_use())
    mend = partial(close, facts.given, config.file_in_use())
    return [
        Finding("modes", one.severity, one.says, fix=one.fix, mend=mend)
        for one in (complaint("modes", sentence) for sentence in wrong)
    ] or [fine("modes", "closed to other users")]


def close(settings: config.Settings, env_file: Path) -> str:
    """Take the rights of others from the files of the home, and from what the operator wrote."""
    closed = file_modes.mend(settings)
    for path in file_modes.outside(settings, env_file):
        mode = file_modes.mode_of(path)
        if mode & (file_modes.MODE_OTHERS | file_modes.shared_group(path)):
            path.chmod(mode & ~(file_modes.MODE_OTHERS | file_modes.MODE_GROUP))
            closed.append(path)
    return f"closed to other users: {len(closed)} files"


@dataclass(frozen=True, slots=True)
class DiskPlace:
    """A folder that is written to. `floor` are the bytes that must be free there, with what is said
    where they are not, `roomy` those that should be."""

    folder: Path
    holds: str
    fix: str = "free some, or give it a larger disk"
    floor: int = 0
    below: str = "no download starts on this disk"
    roomy: int = 0


def space(facts: DoctorFacts) -> Iterator[Finding]:
    """Enough is free of each disk that is written to, and of its names."""
    seen: set[int] = set()
    for place in places(facts):
        there = place.folder
        try:
            there = nearest(there)
            device = there.stat().st_dev
            if device not in seen:
                yield from room(replace(place, folder=there))
            seen.add(device)
        except OSError as error:
            says = f"the disk of {place.holds} cannot be looked at"
            seen_there = f"{there}: {error.strerror or error}"
            yield Finding("disk", Severity.WARNING, says, seen_there, disk.help_of(error))


def places(facts: DoctorFacts) -> Iterator[DiskPlace]:
    """The folders that may have a disk of their own, by a setting, a mount or a link; the home is
    first, and stands for those that have none."""
    given, floor = facts.given, facts.given.disk_floor
    larger = "free some, or give CHAPAR_HOME a larger disk"
    if not facts.is_ours:  # nobody else sees what is inside
        yield DiskPlace(facts.place, "the home", larger, floor, roomy=ROOMY)
        return
    beside = nearest(given.jobs).stat().st_dev != facts.place.stat().st_dev
    yield DiskPlace(facts.place, "the home", larger, floor, roomy=0 if beside else ROOMY)
    yield DiskPlace(given.jobs, "downloads", floor=floor, roomy=ROOMY)
    for file in files_of(given.database_url)[:1]:
        yield DiskPlace(file.parent, "the database")
    pruned = "chapar backup prune, or give CHAPAR_BACKUP_FOLDER a larger disk"
    too_small = "the next backup does not fit"
    yield DiskPlace(given.backup_folder, "backups", pruned, next_backup(facts), too_small)
    for folder, holds in (
        (given.engines, "versions of yt-dlp"),
        (given.outbox, "what `chapar fetch` brings"),
        (given.logs, "logs"),
    ):
        yield DiskPlace(folder, holds)


def next_backup(facts: DoctorFacts) -> int:
    """Bytes that the next backup needs; 0 where none is taken, or nobody can tell."""
    if facts.given.has_server or not facts.is_ours:
        return 0
    with suppress(ChaparError, OSError):
        return backup_taker.live_size(facts.given) + SPARE
    return 0


def nearest(path: Path) -> Path:
    """The folder, or the nearest one above it that there is."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def room(place: DiskPlace) -> Iterator[Finding]:
    """What is wrong with the bytes and the names that one disk has left."""
    free, size_of_it = disk.free(place.folder), disk.whole(place.folder)
    seen = f"{size(free)} of {size(size_of_it)} free under {place.folder}, for {place.holds}"
    if free < place.floor:
        yield Finding("disk", Severity.ERROR, place.below, seen, place.fix)
    elif free < LEAST_SHARE * size_of_it:
        says = "less than a tenth of the disk is free"
        yield Finding("disk", Severity.WARNING, says, seen, place.fix)
    elif free < place.roomy:
        says = "less than 50 GiB are free, which many downloads at once will fill"
        yield Finding("disk", Severity.WARNING, says, seen, place.fix)
    else:
        yield fine("disk", "roomy", seen)
    names = os.statvfs(place.folder)
    if names.f_files and names.f_favail < NAMES_SHARE * names.f_files:
        seen = f"{names.f_favail} of {names.f_files} inodes free under {place.folder}"
        says = "hardly a new file fits"
        yield Finding("disk", Severity.WARNING, says, seen, "delete small files")


def memory(facts: DoctorFacts) -> list[Finding]:
    """The machine has memory to give."""
    used = meminfo.used_share()
    seen = f"{100 * used:.0f} % in use"
    if used <= MEMORY_SHARE:
        return [fine("memory", "free enough", seen)]
    fix = "lower CHAPAR_WORKERS or CHAPAR_MEMORY_CEILING, or end other programs"
    return [Finding("memory", Severity.WARNING, "hardly any memory is free", seen, fix)]


def database(facts: DoctorFacts) -> Iterator[Finding]:
    """The database is whole, ours, and can be written."""
    if not facts.is_ours:
        return
    wrong = facts.damage
    files = [path for path in files_of(facts.given.database_url) if path.exists()]
    sizes = ", ".join(f"{path.name} {size(path.stat().st_size)}" for path in files)
    if not wrong and not files and facts.db is None:
        yield fine("database", "none yet; the first `chapar up` makes it")
        return
    yield from whole("database", wrong, "whole", sizes)
    for log in files[1:]:
        if log.stat().st_size > LONG_LOG:
            says = f"{log.name} is not taken over into the database"
            fix = "look for a program that reads chapar.db for long, and end it; see keeper.log"
            yield Finding("database", Severity.WARNING, says, sizes, fix)


def channel(facts: DoctorFacts) -> Iterator[Finding]:
    """Words of other machines that share the database reach this one."""
    opening = facts.db.channel(facts.given.database_direct_url) if facts.db else None
    if opening is None:
        return
    with closing(opening()) as channel:
        hears = channel.hears
    if hears:
        yield fine("channel", "other machines can wake this one")
        return
    yield Finding(
        "channel",
        Severity.WARNING,
        "a pooler in transaction mode: no other machine can wake this one",
        "what they have for it is found by looking, up to six seconds later",
        "let CHAPAR_DATABASE_DIRECT_URL name the server behind the pooler",
    )


def logs(facts: DoctorFacts) -> Iterator[Finding]:
    """Every running process has a log file, into which supervisord writes."""
    running = [one for one in facts.processes or [] if one.pid]
    if not running:
        return
    if facts.given.log_form.stderr:
        yield fine("logs", "written to standard error", "see journalctl -u chapar")
        return
    folder = facts.given.logs
    lost = [one for one in running if not written(folder / log_name(one), one)]
    if not lost:
        yield fine("logs", "being written", f"{len(running)} files in {folder}")
        return
    yield Finding(
        "logs",
        Severity.ERROR,
        "log lines are lost: files were removed or moved, and supervisord writes on into nothing",
        ", ".join(log_name(one) for one in lost),
        "have supervisord open them anew: chapar doctor --fix",
        mend=partial(reopen, facts.given.run),
    )


def log_name(process: ProcessState) -> str:
    """The file of a process under `logs`, as supervisord.conf names it."""
    return f"{process.name}.log"


def written(path: Path, process: ProcessState) -> bool:
    """Whether there is a file that got a line since this process started; each says a first one,
    which may be a moment before supervisord notes the start."""
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_mtime >= process.since - 2 or found.st_size > 0


def reopen(run: Path) -> str:
    """Have supervisord open its log files anew; returns what was done."""
    pid = process_tree.supervisor_of(run)
    if pid is None:
        return "supervisord is gone meanwhile"
    process_tree.send(pid, signal.SIGUSR2)
    return "supervisord opened its log files anew"
