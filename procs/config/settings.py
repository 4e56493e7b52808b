"""Settings: read once at the top of a process, checked as a whole, passed down.

No other module reads the environment. A value comes from the environment, else (a secret) from a
credential of systemd's, else from `.env` (in the working directory, or where CHAPAR_ENV_FILE says),
else from `setting_table`. An empty text is the
same as none.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from procs.config import rulebook, setting_checks, values
from procs.config.rules import RuleBook
from procs.config.setting_sources import (
    ENV_FILE,
    OUR_OWN,
    SUPERVISED,
    Setting,
    SettingText,
    credentials,
    env_path,
    env_texts,
)
from procs.config.setting_table import LIVE, NAMES, SECRETS, TABLE
from procs.core.log import LogForm
from procs.core.night_hours import NightHours
from procs.core.paths import HomePaths, HomeSettings
from procs.errors import ChaparError

#: Settings that say where everything lies.
HOME_NAMES = ("CHAPAR_HOME", "CHAPAR_DATABASE_URL")


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
    database_direct_url: str
    machine: str
    roles: tuple[str, ...]
    workers: int
    max_concurrent_downloads: int
    max_downloads_in_all: int
    max_downloads_per_user: int
    max_open_requests: int
    max_open_requests_per_group: int
    messages_per_minute: int
    requests_per_day: int
    bytes_per_day: int
    member_requests_per_day: int
    member_bytes_per_day: int
    admin_requests_per_day: int
    admin_bytes_per_day: int
    text_start_en: str
    text_start_fa: str
    text_help_en: str
    text_help_fa: str
    text_waiting_en: str
    text_waiting_fa: str
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
    alert_webhook: str
    alert_mail: str
    heartbeat_url: str

    @property
    def has_server(self) -> bool:
        """Whether the database is a server's, and its files are none of ours."""
        return values.is_server(self.database_url)

    @property
    def shared_name(self) -> str:
        """The name of this machine where others may share its database; "" where it is alone."""
        return self.machine if self.has_server else ""

    @property
    def session_url(self) -> str:
        """The address of the database for whoever needs a session of its server to itself."""
        return (self.has_server and self.database_direct_url) or self.database_url

    @property
    def posts(self) -> int:
        """How many workers serve on this machine."""
        return self.workers if "worker" in self.roles else 0

    @property
    def takes_backups(self) -> bool:
        """Whether the keeper takes backups by schedule."""
        return bool(self.backup_interval)


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
    to_be: Mapping[str, str] | None = None,
) -> SettingsReading:
    """Everything `load` looks at, also when it is wrong; for `chapar check`. `to_be`: texts with
    which the `.env` file is judged before they are written into it."""
    environ = os.environ if environ is None else environ
    file, complaints = env_texts(environ, env_file, NAMES)
    file |= to_be or {}
    if SUPERVISED not in environ:
        known = (*NAMES, ENV_FILE, *OUR_OWN)
        complaints += setting_checks.misspelt(environ, known, "environment")
    complaints += credentials(environ, SECRETS)[1]
    found = tuple(find(environ, file, str(env_path(environ, env_file))))
    fields: dict[str, Any] = {}
    for setting, one in zip(TABLE, found, strict=True):
        try:
            fields[setting.field] = setting.value(one.text)
        except ValueError as error:
            complaints.append(f"{setting.name}: {error}")
        if need_telegram and setting.wanted and not one.text:
            complaints.append(f"{setting.name}: not set; {setting.wanted}")
    complaints += setting_checks.together(fields)
    fields["sites"], wrong = rulebook.read(fields["sites"] or "")
    complaints += wrong
    return SettingsReading(found, tuple(complaints), None if complaints else Settings(**fields))


def usable(environ: Mapping[str, str] | None = None) -> tuple[Settings, tuple[str, ...]]:
    """Settings by which a command can look at what runs, whatever somebody writes into them at the
    moment: where one is wrong, its default. And all that is wrong. Raises BadSettings where it may
    be another home, or another database, that is meant."""
    environ = os.environ if environ is None else environ
    reading = read(environ, need_telegram=False)
    if reading.settings is not None:
        return reading.settings, ()
    fields: dict[str, Any] = {}
    texts = {one.name: one.text for one in reading.found}
    for setting in TABLE:
        try:
            fields[setting.field] = setting.value(texts[setting.name])
        except ValueError:
            if setting.name in HOME_NAMES:
                raise BadSettings(reading.complaints) from None
            fields[setting.field] = usual(setting, texts, reading)
    fields["sites"] = rulebook.read(fields["sites"] or "")[0]
    return Settings(**fields), reading.complaints


def usual(setting: Setting, texts: Mapping[str, str], reading: SettingsReading) -> Any:
    """The default in the place of a wrong value. Raises BadSettings where the default is as wrong:
    a file that lies where its folder should be, say."""
    try:
        return setting.value(setting.default(texts))
    except ValueError:
        raise BadSettings(reading.complaints) from None


def live_texts(environ: Mapping[str, str] | None = None) -> dict[str, SettingText]:
    """The texts of the settings that admins change at run time, by field, as this process was
    started with them."""
    environ = os.environ if environ is None else environ
    file, _ = env_texts(environ, None, NAMES)
    found = {one.name: one for one in find(environ, file, str(env_path(environ, None)))}
    return {field: found[setting.name] for field, setting in LIVE.items()}


def file_in_use() -> Path:
    """The `.env` file of this process."""
    return env_path(os.environ, None)


def find(environ: Mapping[str, str], file: Mapping[str, str], path: str) -> list[SettingText]:
    """Every setting's text and source, in the table's order."""
    texts: dict[str, str] = {}
    found = []
    given, _ = credentials(environ, SECRETS)
    for setting in TABLE:
        text, source = environ.get(setting.name, "").strip(), "environment"
        if not text:
            text, source = given.get(setting.name, ""), "credential"
        if not text:
            text, source = file.get(setting.name, ""), path
        if not text:
            text = setting.default(texts)
            source = "default" if text else "not set"
        texts[setting.name] = text
        found.append(SettingText(setting.name, text, source, setting.secret))
    return found


def environment(settings: Settings, reading: SettingsReading) -> dict[str, str]:
    """The settings as the environment of processes that work in another folder: all sources
    merged, nothing relative, so that every process reads the same."""
    # A default that admins see as one is left to the process, which has the same.
    live = {setting.name for setting in LIVE.values()}
    texts = {
        one.name: "" if one.name in live and one.source == "default" else one.text
        for one in reading.found
    }
    texts["CHAPAR_HOME"] = str(settings.home)
    texts["CHAPAR_SITES"] = settings.sites.source
    texts["CHAPAR_TELEGRAM_SERVER_KEY"] = settings.telegram_server_key
    texts["CHAPAR_BACKUP_FOLDER"] = str(settings.backup_folder)
    texts["CHAPAR_BACKUP_KEY_FILE"] = str(settings.backup_key_file or "")
    return texts | {ENV_FILE: os.devnull}
