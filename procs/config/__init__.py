"""Settings of the environment and rules of `sites.toml`, read and checked once.

Others import from here `Settings` and `load`, and the modules `rules` and `rulebook`.
"""

from procs.config.process_texts import environment
from procs.config.settings import (
    NAMES,
    BadSettings,
    Settings,
    SettingsReading,
    SettingText,
    file_in_use,
    home,
    load,
    read,
)

__all__ = [
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
]
