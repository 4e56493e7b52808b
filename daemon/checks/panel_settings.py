"""Settings as admins changed them in the panel, for `chapar check`."""

from collections.abc import Sequence
from dataclasses import replace

from daemon.command_error import Refusal
from daemon.console import open_store
from procs.config import LIVE, Settings, SettingText
from procs.errors import StoreError
from procs.store.health import runtime_settings

#: Where such a value comes from.
PANEL = "the panel"


def shown(found: Sequence[SettingText], settings: Settings | None) -> tuple[SettingText, ...]:
    """What was found, with what admins set in its place; without a database nothing was."""
    try:
        if settings is None or not open_store.is_there(settings):
            return tuple(found)
        with open_store.opened(settings) as db:
            texts = {one.name: runtime_settings.found(db, name) for name, one in LIVE.items()}
    except (StoreError, Refusal):  # said among the complaints about the database
        return tuple(found)
    return tuple(
        one if (text := texts.get(one.name)) is None else replace(one, text=text, source=PANEL)
        for one in found
    )
