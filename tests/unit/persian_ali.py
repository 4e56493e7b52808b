"""Somebody who writes Persian and has not met the bot yet, instead of the `ali` of conftest."""

import pytest

from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram


@pytest.fixture
async def ali(tg: Telegram) -> Person:
    return await tg.person("Ali", language="fa")
