"""Tries a token, an api_id and an api_hash with Telegram, and says which of them is to blame."""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from procs import config
from procs.errors import ChaparError, SessionRevoked, TelegramRefused
from procs.telegram.session import account_probe
from procs.telegram.session.account_probe import AccountFacts

#: Telegram's names of errors, and the settings that are to blame (core.telegram.org/api/errors).
TOKEN_ERRORS = ("ACCESS_TOKEN_INVALID", "ACCESS_TOKEN_EXPIRED", "BOT_TOKEN_INVALID")
API_ERRORS = ("API_ID_INVALID", "API_ID_PUBLISHED_FLOOD")


class WrongValue(ChaparError):
    """Telegram does not take a value; `names` are the settings that it can be."""

    def __init__(self, names: tuple[str, ...], why: str) -> None:
        super().__init__(why)
        self.names = names


def sign_in(texts: Mapping[str, str]) -> AccountFacts:
    """The account of these settings. Raises WrongValue, TelegramAway, TelegramWait, BadSettings,
    TelegramRefused."""
    with tempfile.TemporaryDirectory(prefix="chapar-init-") as folder:
        ours = {name: text for name, text in texts.items() if name in config.NAMES}
        settings = config.load(ours | {"CHAPAR_HOME": folder}, Path(os.devnull))
        try:
            return asyncio.run(account_probe.look(settings, (), keep=False))
        except (SessionRevoked, TelegramRefused) as error:
            raise blamed(error) from error


def blamed(error: ChaparError) -> ChaparError:
    """The setting that an error is about; the error itself where it is about none."""
    name = str(error)
    if name in TOKEN_ERRORS:
        why = f"Telegram does not know this token ({name}); @BotFather shows it under /mybots"
        return WrongValue(("CHAPAR_BOT_TOKEN",), why)
    if name in API_ERRORS:
        why = f"Telegram does not know this api_id with this api_hash ({name})"
        return WrongValue(("CHAPAR_API_ID", "CHAPAR_API_HASH"), why)
    return error
