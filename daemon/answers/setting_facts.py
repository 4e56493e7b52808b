"""`chapar check` and `chapar engine list` for programs."""

from typing import Any

from daemon.checks.check import Findings
from daemon.commands.engine_commands import EngineManager
from procs.core import disk
from procs.keeper.engine_updates import NEWEST
from procs.store.health import engine_records, runtime_settings


def check(findings: Findings) -> dict[str, Any]:
    """The settings as a terminal may show them: secrets stay hidden."""
    return {
        "settings": [
            {"name": one.name, "shown": one.shown, "source": one.source}
            for one in findings.settings
        ],
        "sites": dict(findings.sites),
        "tools": dict(findings.tools),
        "wrong": findings.complaints,
    }


def engine(desk: EngineManager) -> dict[str, Any]:
    """The versions of yt-dlp, which is in use, and how it does."""
    refused = engine_records.refused_versions(desk.db, disk.host())
    return {
        "in_use": desk.versions.current().name,
        "before": getattr(desk.versions.before(), "name", None),
        "kept": [{"version": one.name, "folder": one.folder} for one in desk.versions.kept()],
        "refused": refused,
        "newest_seen": runtime_settings.read(desk.db, NEWEST, "") or None,
        "updates": desk.settings.engine_update,
        "record": engine_records.latest(desk.db, disk.host()),
    }
