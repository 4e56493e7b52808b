"""The settings of one process as the environment of others."""

import os

from procs.config.setting_sources import ENV_FILE
from procs.config.settings import Settings, SettingsReading


def environment(settings: Settings, reading: SettingsReading) -> dict[str, str]:
    """The settings as the environment of processes that work in another folder: all sources
    merged, nothing relative, so that every process reads the same."""
    texts = {one.name: one.text for one in reading.found}
    texts["CHAPAR_HOME"] = str(settings.home)
    texts["CHAPAR_SITES"] = settings.sites.source
    texts["CHAPAR_TELEGRAM_SERVER_KEY"] = settings.telegram_server_key
    texts["CHAPAR_BACKUP_FOLDER"] = str(settings.backup_folder)
    texts["CHAPAR_BACKUP_KEY_FILE"] = str(settings.backup_key_file or "")
    return texts | {ENV_FILE: os.devnull}
