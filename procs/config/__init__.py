"""Settings of the environment and rules of `sites.toml`, read and checked once.

Others import from here `Settings` and `load`, and the modules `rules` and `rulebook`.
"""

from procs.config.setting_table import LIVE, LIVE_PAGES, NAMES
from procs.config.settings import (
    BadSettings,
    Settings,
    SettingsReading,
    SettingText,
    environment,
    file_in_use,
    home,
    load,
    read,
    usable,
)

__all__ = [
    "LIVE",
    "LIVE_PAGES",
    "NAMES",
    "BadSettings",
    "SettingText",
    "Settings",
    "SettingsReading",
    "environment",
    "file_in_use",
    "home",
    "load",
    "read",
    "usable",
]
