"""Settings as they are at the instant at which they are read: what an admin set goes before what
the process was started with.

What an admin set is a row of the database. It is read at each use, which costs some microseconds,
instead of being kept in each process: so a change holds in all processes from its commit on, no
notice of it can be lost, and a killed process comes back with it.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from procs.config.setting_sources import SettingText
from procs.config.setting_table import LIVE
from procs.config.settings import Settings
from procs.errors import StoreAway

#: Where a value comes from.
ADMIN, ENVIRONMENT, USUAL = "admin", "environment", "default"
#: What an admin set, by the field of the setting: its text, "" for none of it, None where nothing
#: was set.
Reader = Callable[[str], str | None]


class LiveSettings:
    """Reads as a `Settings`. `texts` are what the process was started with, by field."""

    def __init__(self, base: Settings, reader: Reader, texts: Mapping[str, SettingText]) -> None:
        self.base = base
        self.reader = reader
        self.texts = texts
        #: What was read last, which holds while the server of the database is away.
        self.last: dict[str, str | None] = {}

    def __getattr__(self, name: str) -> Any:
        setting = LIVE.get(name)
        text = self.read(name) if setting else None
        if setting is None or text is None:
            return getattr(self.base, name)
        try:
            return setting.value(text)
        except ValueError:  # a row of another version, which took what this one does not
            return getattr(self.base, name)

    def read(self, name: str) -> str | None:
        """The text that an admin set, None without one. While the store is away, the text that was
        read last."""
        try:
            self.last[name] = self.reader(name)
        except StoreAway:
            return self.last.get(name)
        return self.last[name]


def live(base: Settings, reader: Reader, texts: Mapping[str, SettingText]) -> Settings:
    """These settings, with what admins set at run time before them."""
    return cast(Settings, LiveSettings(base, reader, texts))


def shown(settings: Settings, name: str) -> tuple[str, str]:
    """A setting as it is written, and where that comes from: `admin`, `environment` or
    `default`."""
    known = cast(LiveSettings, settings)
    text = known.reader(name)
    if text is not None:
        return text, ADMIN
    one = known.texts[name]
    return one.text, USUAL if one.source in ("default", "not set") else ENVIRONMENT
