"""A copy of a home that runs beside the first: both use the same sign-ins."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pyrogram.raw.functions.updates import GetState

from procs.errors import SessionRevoked
from procs.telegram.chat.bot_session import BotSession


async def heard(_: object) -> None:
    """Nobody speaks here."""


async def test_a_second_home_with_the_same_sign_in_is_named_with_what_to_do(
    tg, settings, tmp_path: Path
):
    first = BotSession(settings)
    await first.connect(heard, heard)
    shutil.copytree(settings.home, tmp_path / "copy")
    second = BotSession(replace(settings, home=tmp_path / "copy"))

    await second.connect(heard, heard)
    assert second.line is not None
    with pytest.raises(SessionRevoked) as told:
        await second.line.ask(GetState())
    await second.close()
    await first.close()

    assert "another Chapar, such as a copy of this home" in str(told.value)
    assert "stop it for good, then remove this session's file under sessions/" in str(told.value)
