"""The last lines of the logs: of one process, or of one job from all of them, without secrets."""

import os
import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from procs.config import Settings, cookie_file
from procs.core import log
from procs.core.log_files import log_entries

#: Lines of an answer, and bytes that are read from the end of each file.
LINES_SENT, BYTES_READ = 2000, 4 * 1024 * 1024
#: Words that carry somebody's rights, wherever a program wrote them.
RIGHTS = re.compile(
    r"(?i)([\w-]*(?:cookie|authorization|passw|secret|signature|api.?(?:key|hash)|bearer|sid)[\w-]*"
    r"[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;]+)"
)
#: Shorter secrets are no secrets: such words occur in logs for other reasons.
SHORTEST_SECRET = 6
HIDDEN = "***"


def names(logs: Path) -> list[str]:
    """The processes that have a log, by the names of their files."""
    return sorted(one.stem for one in logs.glob("*.log") if one.is_file())


def of_process(settings: Settings, name: str) -> str:
    """The last lines of a process, also from the rotated file when the newest is short."""
    files = [settings.logs / f"{name}.log.1", settings.logs / f"{name}.log"]
    lines = [line for file in files for line in tail(file)]
    return without_secrets(settings, lines)


def of_job(settings: Settings, marks: Collection[re.Pattern[str]]) -> str:
    """The entries of all processes in which one of these is found, by time."""
    every = log_entries.files(settings.logs).items()
    entries = (
        entry
        for name, paths in every
        for path in paths
        for entry in log_entries.grouped(tail(path), name)
    )
    found = sorted(one for one in entries if any(mark.search(one.text) for mark in marks))
    return without_secrets(settings, "\n".join(one.text for one in found).splitlines())


def tail(path: Path) -> list[str]:
    """The whole lines at the end of a file; none of one that is not there."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - BYTES_READ))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[1:] if size > BYTES_READ else lines


def without_secrets(settings: Settings, lines: list[str]) -> str:
    """The last of these lines, without secrets."""
    text = log.mask("\n".join(lines[-LINES_SENT:]))
    text = RIGHTS.sub(rf"\1{HIDDEN}", text)
    for secret in sorted(secrets(settings), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def secrets(settings: Settings) -> set[str]:
    """The known secrets: those of the settings, and the value of each cookie in use."""
    proxies = [settings.upstream_proxy, settings.database_url, settings.database_direct_url]
    found = [settings.bot_token, settings.api_hash]
    rules = settings.sites.sites.values()
    proxies += [egress for one in rules for egress in one.egress]
    found += [urlsplit(one).password or "" for one in proxies if "://" in one]
    for path in {one for rule in rules for one in rule.cookies if one}:
        found += cookie_file.values(path)
    return {one for one in found if len(one) >= SHORTEST_SECRET}
