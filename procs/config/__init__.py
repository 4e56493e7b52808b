"""Settings of the environment and rules of `sites.toml`: read once, judged as a whole, passed down.

Others import from here `Settings` and `load`, and the modules `rules` and `rulebook`.
"""

from procs.config.settings import (
    NAMES,
    BadSettings,
    Reading,
    Settings,
    SettingText,
    environment,
    file_in_use,
    home,
    load,
    read,
)

__all__ = [
    "NAMES",
    "BadSettings",
    "Reading",
    "SettingText",
    "Settings",
    "environment",
    "file_in_use",
    "home",
    "load",
    "read",
]
