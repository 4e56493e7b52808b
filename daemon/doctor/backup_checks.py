"""Checks of backups: a fresh verified one, on another file system, and what a drill said."""

import os
from collections.abc import Iterator

from daemon.doctor.diagnosis import Finding, Severity, fine
from daemon.doctor.doctor_facts import DoctorFacts
from procs.backups import backup_drill, backup_store, offsite_copy
from procs.core import clock
from procs.texts import i18n

#: Intervals of the schedule after which a backup is no longer fresh; and seconds, where there is no
#: schedule.
INTERVALS, NO_SCHEDULE = 2, 24 * 3600.0
NOW = "chapar backup now"
#: Seconds within which a keeper takes the first backup of a home.
FIRST_BACKUP = 600.0


def fresh(facts: DoctorFacts) -> Iterator[Finding]:
    """The newest verified backup is no older than two intervals."""
    if facts.db is None and not facts.unopened:
        return  # nothing to lose yet
    if machine := backup_store.elsewhere(facts.given):
        yield fine("backup", f"{machine} takes them, for all machines of this database")
        return
    folder = facts.given.backup_folder
    newest = backup_store.newest_ok(folder)
    limit = INTERVALS * facts.given.backup_interval or NO_SCHEDULE
    if newest is None:
        says = f"there is no verified backup in {folder}"
        severity = Severity.HINT if is_soon_taken(facts) else Severity.ERROR
        yield Finding("backup", severity, says, fix=NOW)
        return
    age = max(0.0, clock.now().wall - newest.taken_at)
    seen = f"{newest.name}, {i18n.span('en', age)} old"
    if age > limit:
        yield Finding("backup", Severity.ERROR, "the newest verified backup is old", seen, NOW)
    else:
        yield fine("backup", "fresh and verified", seen)
    yield from kept(facts)


def is_soon_taken(facts: DoctorFacts) -> bool:
    """Whether the keeper began so lately that it did not come to the first backup yet."""
    keepers = [one for one in facts.processes or [] if one.group == "keeper" and one.pid]
    return facts.given.takes_backups and any(one.up_for < FIRST_BACKUP for one in keepers)


def kept(facts: DoctorFacts) -> Iterator[Finding]:
    """What is wrong with the backups besides their age."""
    folder = facts.given.backup_folder
    for bad in backup_store.listed(folder)[:3]:
        if bad.state == backup_store.BAD:
            says = f"{bad.name} is bad"
            yield Finding("backup", Severity.WARNING, says, bad.why, f"{NOW}; then delete that one")
    drill = backup_drill.last(folder)
    if drill and drill.state != backup_store.OK:
        yield Finding("backup", Severity.WARNING, "the last drill failed", drill.why, NOW)
    copy = offsite_copy.last(folder) if facts.given.backup_command else None
    if copy and copy.failures:
        says = "the last backup was not copied to its other place"
        yield Finding("backup", Severity.WARNING, says, copy.why, NOW)
    if os.path.exists(folder) and folder.stat().st_dev == facts.place.stat().st_dev:
        says = "backups lie on the disk of what they are backups of"
        fix = "set CHAPAR_BACKUP_FOLDER to another disk, or CHAPAR_BACKUP_COMMAND"
        if not facts.given.backup_command:
            yield Finding("backup", Severity.HINT, says, str(folder), fix)
