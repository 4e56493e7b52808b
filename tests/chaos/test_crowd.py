"""What the people of a storm are owed once they have done what they meant to."""

import asyncio
from dataclasses import dataclass
from random import Random

import pytest

from tests.chaos.crowd import Asked, Crowd
from tests.sandbox.person import Message

WROTE = Message(id=4, mine=True, sender="Ann", at=0.0, text="a link")
STATUS = Message(
    *(5, False, "bot", 1.0, "Downloading"), reply=4, buttons=[[{"text": "Cancel", "data": "c"}]]
)


@dataclass
class Ann:
    """She sees what she is shown, and nobody hears her press."""

    shown: list[Message]

    async def history(self) -> list[Message]:
        return self.shown

    async def presses(self, *_: object, **more: object) -> None:
        raise ConnectionError


@pytest.mark.parametrize(("shown", "free"), [([], ""), ([STATUS], "cancelled")])
async def test_who_means_to_cancel_is_owed_the_film_until_the_first_press(shown, free):
    one = Asked(Ann(shown), WROTE, 1, "a link", "cancel", 0.0)
    await Crowd(None, 1, Random(1), asyncio.Lock()).cancelled(one)
    assert one.free == free
