"""`chapar check`: can this configuration run? Judged without starting anything."""

import os
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import daemon
from daemon.checks import panel_settings
from daemon.checks.botfather_switches import inline_complaints
from daemon.command_error import Refusal
from daemon.commands import engine_commands
from daemon.console import open_store
from daemon.supervisor import file_modes
from procs import config
from procs.config import Settings, SettingText, rulebook
from procs.core import disk, ffmpeg
from procs.core.disk import MIB
from procs.core.packages.package_owners import owners_of
from procs.engine.jail import jail, js_runtimes
from procs.errors import StoreError


@dataclass(frozen=True, slots=True)
class Findings:
    """Every setting, every tool, and all that is wrong, each with its fix."""

    settings: tuple[SettingText, ...]
    sites: tuple[tuple[str, str], ...]
    tools: tuple[tuple[str, str], ...]
    complaints: tuple[str, ...]


def look(*, need_telegram: bool = True) -> Findings:
    """Look at settings, folders and tools."""
    reading = config.read(need_telegram=need_telegram)
    complaints = list(reading.complaints)
    inside = None
    if reading.settings:
        inside = reading.settings if may_enter(reading.settings.home) else None
        complaints += home_complaints(reading.settings)
        complaints += engine_commands.complaints(inside) if inside else []
        complaints += database_complaints(reading.settings)
        complaints += file_modes.complaints(inside, config.file_in_use()) if inside else []
    owners = owners_of("pyrogram")
    complaints += owner_complaints(owners) + ffmpeg_complaints() + jail_complaints()
    rules = tuple(rulebook.shown(reading.settings.sites)) if reading.settings else ()
    about = tuple(programs(owners, inside))
    return Findings(panel_settings.shown(reading.found, inside), rules, about, tuple(complaints))


def may_enter(home: Path) -> bool:
    """Whether this user may look at what lies below the home; also when it is not there yet."""
    return not os.path.lexists(home) or os.access(home, os.R_OK | os.X_OK)


def programs(owners: list[str], settings: Settings | None) -> list[tuple[str, str]]:
    """The programs and libraries that the work depends on, with versions."""
    return [
        ("python", f"{sys.version.split()[0]} ({sys.executable})"),
        ("chapar", f"{daemon.__version__} ({Path(daemon.__file__).parent.parent})"),
        ("supervisor", metadata.version("supervisor")),
        ("pyrogram", ", ".join(f"{name} {metadata.version(name)}" for name in owners) or "none"),
        ("yt-dlp", engine_commands.in_use(settings) if settings else metadata.version("yt-dlp")),
        ("gallery-dl", gallery()),
        ("javascript", js_runtimes.state()),
        *media_tools(),
        ("jail of downloads", jail.state()),
        *inline_mode(settings),
    ]


def inline_mode(settings: Settings | None) -> list[tuple[str, str]]:
    """What is to be switched at BotFather for inline mode, as far as the bot found out."""
    try:
        if settings is None or not open_store.is_there(settings):
            return []
        with open_store.opened(settings) as db:
            return [("inline mode", words) for words in inline_complaints(db)]
    except (StoreError, Refusal):  # said among the complaints about the database
        return []


def gallery() -> str:
    """The version of what reads posts of pictures, or how to get it."""
    try:
        return metadata.version("gallery-dl")
    except metadata.PackageNotFoundError:
        return "none: posts of pictures are not read; install the extra `gallery`"


OPEN_FILES = (
    "a download that a hostile file took over could read every file of this user, the bot's token "
    "too; run Linux 5.13 or newer with Landlock among its security modules (lsm=landlock,…)"
)


def jail_complaints() -> list[str]:
    """Why this machine cannot confine downloads, with the fix; nothing where it can."""
    if jail.is_tight():
        return [] if jail.guards_files() else [OPEN_FILES]
    return [
        "downloads cannot be kept from your own network here, so no worker will take jobs; run "
        "Linux 6.7 or newer with Landlock, or allow unprivileged user namespaces"
    ]


def media_tools() -> list[tuple[str, str]]:
    """The programs and libraries for media that are found, by what they are for."""
    try:
        found = ffmpeg.tools()
    except ffmpeg.NoFfmpeg:
        return [("ffmpeg", "none")]
    reads = "PyAV" if ffmpeg.has_libav() else found.ffprobe or "none"
    return [("ffmpeg", found.ffmpeg), ("facts of files", reads)]


def ffmpeg_complaints() -> list[str]:
    """What is missing of ffmpeg, with the fix."""
    try:
        found = ffmpeg.tools()
    except ffmpeg.NoFfmpeg as error:
        return [str(error)]
    if found.ffprobe is None and not ffmpeg.has_libav():
        return ["there is no ffprobe: install the system's ffmpeg, or the extra `ffmpeg`"]
    return []


def owner_complaints(owners: list[str]) -> list[str]:
    """Why the package pyrogram has none or more than one owner, with the fix."""
    if len(owners) > 1:
        return [
            f"two distributions own the package pyrogram ({', '.join(owners)}) and overwrite each "
            f"other's files; run: pip uninstall -y {' '.join(owners)} && pip install kurigram"
        ]
    return [] if owners else ["no distribution owns the package pyrogram; pip install kurigram"]


def home_complaints(settings: Settings) -> list[str]:
    """Whether all state can be written where it should be."""
    there = settings.home
    while not os.path.lexists(there):
        there = there.parent
    if not os.access(there, os.W_OK | os.X_OK):
        return [f"CHAPAR_HOME: this user may not write in {there}; change its owner, or the home"]
    if jail.shows(settings.home):
        return [
            f"CHAPAR_HOME: {settings.home} lies among programs and libraries, which downloads may "
            "read; choose a folder of its own, such as /var/lib/chapar"
        ]
    free = disk.free(there)
    if free < settings.disk_floor:
        return [
            f"CHAPAR_DISK_FLOOR: only {free // MIB} MiB are free under {there}, so no download "
            "will start; free some, or lower the floor"
        ]
    return []


def database_complaints(settings: Settings) -> list[str]:
    """Whether the database, if there is one already, can be used; it is read whole."""
    try:
        if open_store.is_there(settings):
            with open_store.opened(settings, check=open_store.ENTIRE):
                pass
    except (Refusal, StoreError) as error:
        return [str(error)]
    return []


def render(findings: Findings) -> str:
    """The findings as lines of text, what is wrong last."""
    lines = [f"{one.name:<36}{one.shown or '-':<48}{one.source}" for one in findings.settings]
    lines += [f"{'site ' + name:<36}{rules}" for name, rules in findings.sites]
    lines += ["", *(f"{name:<36}{fact}" for name, fact in findings.tools), ""]
    if not findings.complaints:
        return "\n".join([*lines, "all fine"])
    return "\n".join([*lines, *(f"wrong: {complaint}" for complaint in findings.complaints)])
