"""`chapar status` for programs, and its exit code."""

from contextlib import suppress
from typing import Any

import daemon
from daemon.commands.status import Status
from daemon.logs import idle_reasons
from procs.backups import backup_store


def facts(now: Status) -> dict[str, Any]:
    """All that the text says. `running` is null when supervisord cannot be asked."""
    newest = None
    with suppress(OSError):  # a folder that is out of reach, as the text says
        newest = backup_store.newest_ok(now.settings.backup_folder)
    return {
        "version": daemon.__version__,
        "home": now.settings.home,
        "running": None if now.mute else now.processes is not None,
        "all_run": now.all_run,
        "wrong": wrong(now),
        "silent_supervisor": now.mute,
        "silent": now.silent,
        "processes": now.processes or [],
        "machines": now.machines,
        "posts": now.settings.posts,
        "serving": now.serving,
        "store": now.store,
        "pauses": [{"scope": s, "since": at, "why": why} for s, at, why in now.pauses],
        "sites_left_alone": now.shut,
        "disk": now.disk,
        "lost_sign_ins": now.lost,
        "alerts": now.alarms,
        "unreachable_admins": [{"id": a, "since": at, "why": why} for a, at, why in now.deaf],
        "newest_backup": newest,
    }


def wrong(now: Status) -> list[str]:
    """Why the exit code is not 0, each in a few words."""
    lost = [f"{one.name} has lost its sign-in: {one.why}" for one in now.lost_here]
    found = [*lost, *now.down, *(one.line for one in now.silent), *now.short]
    if now.mute:
        found.append(f"supervisord cannot be asked: {now.mute.why}")
    elif now.processes is None:
        found.append("not running")
    if now.idle_all:
        found.append("no worker serves")
        found += [] if now.silent else idle_reasons.reasons(now.settings.logs, now.alarms)
    return found
