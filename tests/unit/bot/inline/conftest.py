"""A bot whose owner switched inline mode on, and a person in a chat that the bot is not in."""

import pytest

from procs.telegram.delivery.courier import Courier
from tests.sandbox.bot_parts import Hands
from tests.sandbox.inline_parts import Deliverer
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram


@pytest.fixture(autouse=True)
async def switched_on(tg: Telegram) -> None:
    await tg.botfather(inline=True, feedback=True)


@pytest.fixture
async def with_sara(ali: Person, sara: Person) -> Person:
    """Ali, in the chat with Sara."""
    return ali.at(sara)


@pytest.fixture
def deliverer(hands: Hands, courier: Courier, tmp_path) -> Deliverer:
    return Deliverer(hands, courier, tmp_path)
