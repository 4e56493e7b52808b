"""Settings: read once at the top of a process, checked as a whole, passed down.

No other module reads the environment. A value comes from the environment, else from `.env` (in the
working directory, or where CHAPAR_ENV_FILE says), else from the table below. An empty text is the
same as none.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from procs.config import (
    address_values,
    backup_values,
    chat_values,
    rulebook,
    setting_checks,
    values,
)
from procs.config.rules import RuleBook
from procs.config.setting_sources import (
    ENV_FILE,
    OUR_OWN,
    SUPERVISED,
    Setting,
    SettingText,
    env_path,
    env_texts,
)
from procs.core import log
from procs.core.log import LogForm
from procs.core.night_hours import NightHours
from procs.core.paths import HomePaths
from procs.errors import ChaparError


class BadSettings(ChaparError):
    """Something in the settings is wrong; `complaints` has all of it, each with its fix."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class Settings(HomePaths):
    """All that an operator may choose. Sizes in bytes, durations in seconds."""

    api_id: int
    api_hash: str
    bot_token: str
    admins: tuple[int, ...]
    home: Path
    database_url: str
    workers: int
    max_concurrent_downloads: int
    max_downloads_per_user: int
    max_open_requests: int
    max_open_requests_per_group: int
    messages_per_minute: int
    support: str
    reply_keyboard: bool
    broadcast_night: NightHours | None
    recycle_after: int
    memory_ceiling: int
    max_file_size: int
    max_parts: int
    stream_from: int
    catch_up: float
    disk_floor: int
    ballast_size: int
    max_playlist: int
    reencode: float
    live_minutes: int
    sponsorblock: str
    gallery_sites: tuple[tuple[str, str], ...]
    search: tuple[str, ...]
    follows: int
    followed_sources: int
    follow_interval: float
    telegram_server: tuple[str, int] | None
    telegram_server_key: str
    allowed_networks: tuple[IPv4Network | IPv6Network, ...]
    allowed_ports: tuple[int, ...]
    upstream_proxy: str
    sites: RuleBook
    engine_update: str
    engine_smoke_urls: tuple[str, ...]
    backup_folder: Path
    backup_interval: float
    backup_keep: tuple[int, int, int]
    backup_key_file: Path | None
    backup_command: str
    drain_grace: float
    log_level: str
    log_form: LogForm
    metrics: tuple[str, int] | Path | None
    metrics_textfile: Path | None


@dataclass(frozen=True, slots=True)
class HomeSettings(HomePaths):
    """The home alone."""

    home: Path


TABLE = (
    Setting(
        "CHAPAR_API_ID",
        values.api_id,
        absent=0,
        wanted="copy api_id from https://my.telegram.org/apps",
    ),
    Setting(
        "CHAPAR_API_HASH",
        values.api_hash,
        absent="",
        wanted="copy api_hash from https://my.telegram.org/apps",
        secret=True,
    ),
    Setting(
        "CHAPAR_BOT_TOKEN",
        values.token,
        absent="",
        wanted="make a bot with @BotFather and copy its token",
        secret=True,
    ),
    Setting("CHAPAR_ADMINS", values.users, absent=()),
    Setting("CHAPAR_HOME", values.home, lambda texts: "~/.local/share/chapar"),
    Setting(
        "CHAPAR_DATABASE_URL",
        values.database,
        lambda texts: values.database_in(values.absolute(texts["CHAPAR_HOME"])),
    ),
    Setting(
        "CHAPAR_WORKERS",
        partial(values.whole, most=values.MOST_WORKERS),
        lambda texts: str(values.cores()),
    ),
    Setting("CHAPAR_MAX_CONCURRENT_DOWNLOADS", partial(values.whole, most=4096), values.downloads),
    Setting("CHAPAR_MAX_DOWNLOADS_PER_USER", partial(values.whole, most=1000), lambda texts: "2"),
    Setting(
        "CHAPAR_MAX_OPEN_REQUESTS",
        partial(values.whole, least=0, most=100_000),
        lambda texts: "100",
    ),
    Setting(
        "CHAPAR_MAX_OPEN_REQUESTS_PER_GROUP",
        partial(values.whole, least=0, most=100_000),
        lambda texts: "200",
    ),
    Setting(
        "CHAPAR_MESSAGES_PER_MINUTE",
        partial(values.whole, least=0, most=10_000),
        lambda texts: "20",
    ),
    Setting("CHAPAR_SUPPORT", chat_values.contact, absent=""),
    Setting("CHAPAR_REPLY_KEYBOARD", chat_values.switch, lambda texts: "off"),
    Setting("CHAPAR_BROADCAST_NIGHT", chat_values.night, lambda texts: "23-8"),
    Setting("CHAPAR_RECYCLE_AFTER", values.whole, lambda texts: "200"),
    Setting("CHAPAR_MEMORY_CEILING", values.ceiling, lambda texts: "512MiB"),
    Setting("CHAPAR_MAX_FILE_SIZE", values.file_size, lambda texts: "2000MiB"),
    Setting("CHAPAR_MAX_PARTS", partial(values.whole, most=100), lambda texts: "5"),
    Setting("CHAPAR_STREAM_FROM", values.early, absent=0),
    Setting("CHAPAR_CATCH_UP", values.seconds, lambda texts: "86400"),
    Setting(
        "CHAPAR_DISK_FLOOR",
        partial(values.size, least=values.SIZE_SUFFIXES["MIB"]),
        lambda texts: "1GiB",
    ),
    Setting("CHAPAR_BALLAST_SIZE", values.size, lambda texts: "64MiB"),
    Setting("CHAPAR_MAX_PLAYLIST", values.entries, lambda texts: "50"),
    Setting("CHAPAR_REENCODE", values.encoding, lambda texts: "off"),
    Setting("CHAPAR_LIVE_MINUTES", values.minutes, lambda texts: "0"),
    Setting(
        "CHAPAR_SPONSORBLOCK", address_values.service, lambda texts: "https://sponsor.ajay.app"
    ),
    Setting("CHAPAR_GALLERY_SITES", address_values.softwares, absent=()),
    Setting("CHAPAR_SEARCH", values.search, absent=()),
    Setting("CHAPAR_FOLLOWS", chat_values.follows, lambda texts: "20"),
    Setting("CHAPAR_FOLLOWED_SOURCES", values.whole, lambda texts: "1000"),
    Setting("CHAPAR_FOLLOW_INTERVAL", chat_values.interval, lambda texts: "30m"),
    Setting("CHAPAR_TELEGRAM_SERVER", address_values.server),
    Setting("CHAPAR_TELEGRAM_SERVER_KEY", address_values.key, absent=""),
    Setting("CHAPAR_ALLOWED_NETWORKS", address_values.networks, absent=()),
    Setting("CHAPAR_ALLOWED_PORTS", address_values.ports, lambda texts: "80,443"),
    Setting("CHAPAR_UPSTREAM_PROXY", address_values.proxy, absent="", secret=True),
    Setting("CHAPAR_SITES", str, lambda texts: rulebook.usual(texts["CHAPAR_HOME"])),
    Setting("CHAPAR_ENGINE_UPDATE", values.update, lambda texts: "notify"),
    Setting("CHAPAR_ENGINE_SMOKE_URLS", address_values.urls, absent=()),
    Setting("CHAPAR_BACKUP_FOLDER", backup_values.folder, backup_values.usual_folder),
    Setting("CHAPAR_BACKUP_INTERVAL", backup_values.interval, lambda texts: "1h"),
    Setting("CHAPAR_BACKUP_KEEP", backup_values.kept, lambda texts: "24+7+4"),
    Setting("CHAPAR_BACKUP_KEY_FILE", backup_values.key_file),
    Setting("CHAPAR_BACKUP_COMMAND", backup_values.command, absent=""),
    Setting("CHAPAR_DRAIN_GRACE", partial(values.seconds, most=values.HOUR), lambda texts: "60"),
    Setting("CHAPAR_LOG_LEVEL", values.level, lambda texts: "INFO"),
    Setting("CHAPAR_LOG_FORM", log.form, lambda texts: "logfmt files"),
    Setting("CHAPAR_METRICS", address_values.endpoint, values.metrics_socket),
    Setting("CHAPAR_METRICS_TEXTFILE", address_values.folder),
)
NAMES = tuple(setting.name for setting in TABLE)


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """What was found, what is wrong with it, and the settings when nothing is."""

    found: tuple[SettingText, ...]
    complaints: tuple[str, ...]
    settings: Settings | None


def load(
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = None,
    *,
    need_telegram: bool = True,
) -> Settings:
    """The settings of this process. Raises BadSettings with every complaint at once.

    `need_telegram` is False for what runs without a sign-in: workers that only fetch, and the
    commands that look after the processes.
    """
    reading = read(environ, env_file, need_telegram=need_telegram)
    if reading.settings is None:
        raise BadSettings(reading.complaints)
    return reading.settings


def home() -> HomePaths:
    """Where everything lies, for a command that must work whatever else is wrong with the settings.
    Raises BadSettings when that is what is wrong."""
    file, _ = env_texts(os.environ, None, NAMES)
    text = next(one.text for one in find(os.environ, file, "") if one.name == "CHAPAR_HOME")
    try:
        return HomeSettings(values.home(text))
    except ValueError as error:
        raise BadSettings((f"CHAPAR_HOME: {error}",)) from None


def read(
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = None,
    *,
    need_telegram: bool = True,
) -> SettingsReading:
    """Everything `load` looks at, also when it is wrong; for `chapar check`."""
    environ = os.environ if environ is None else environ
    file, complaints = env_texts(environ, env_file, NAMES)
    if SUPERVISED not in environ:
        known = (*NAMES, ENV_FILE, *OUR_OWN)
        complaints += setting_checks.misspelt(environ, known, "environment")
    found = tuple(find(environ, file, str(env_path(environ, env_file))))
    fields: dict[str, Any] = {}
    for setting, one in zip(TABLE, found, strict=True):
        try:
            fields[setting.field] = setting.parse(one.text) if one.text else setting.absent
        except ValueError as error:
            complaints.append(f"{setting.name}: {error}")
        if need_telegram and setting.wanted and not one.text:
            complaints.append(f"{setting.name}: not set; {setting.wanted}")
    complaints += setting_checks.together(fields)
    fields["sites"], wrong = rulebook.read(fields["sites"] or "")
    complaints += wrong
    return SettingsReading(found, tuple(complaints), None if complaints else Settings(**fields))


def file_in_use() -> Path:
    """The `.env` file of this process."""
    return env_path(os.environ, None)


def find(environ: Mapping[str, str], file: Mapping[str, str], path: str) -> list[SettingText]:
    """Every setting's text and source, in the table's order."""
    texts: dict[str, str] = {}
    found = []
    for setting in TABLE:
        text, source = environ.get(setting.name, "").strip(), "environment"
        if not text:
            text, source = file.get(setting.name, ""), path
        if not text:
            text = setting.default(texts)
            source = "default" if text else "not set"
        texts[setting.name] = text
        found.append(SettingText(setting.name, text, source, setting.secret))
    return found
