"""A Telegram that refuses what breaks its limits, in place of the `tg` of conftest."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import TOKEN


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with Telegram(token=TOKEN, strict=True) as telegram:
        yield telegram
        assert await telegram.violations() == []
