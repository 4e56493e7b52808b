"""What the people of a storm are owed once they have done what they meant to."""

import asyncio
from dataclasses import dataclass, replace
from random import Random

import pytest

from procs.texts import i18n
from tests.chaos.crowd import Asked, Crowd
from tests.sandbox.person import Message

WROTE = Message(id=4, mine=True, sender="Ann", at=0.0, text="a link")
STATUS = Message(
    *(5, False, "bot", 1.0, "Downloading"), reply=4, buttons=[[{"text": "Cancel", "data": "c"}]]
)


@dataclass
class Ann:
    """She sees what she is shown, and is heard when she presses, or not."""

    shown: list[Message]
    heard: bool = False

    async def history(self) -> list[Message]:
        return self.shown

    async def presses(self, *_: object, **more: object) -> None:
        if not self.heard:
            raise ConnectionError


CANCELLED = replace(STATUS, text=i18n.say("en", "cancelled"), buttons=[])


@pytest.mark.parametrize(
    ("ann", "tries", "free"),
    [
        (Ann([]), 0, ""),
        (Ann([STATUS]), 1, ""),
        (Ann([STATUS], heard=True), 1, "cancelled"),
        (Ann([CANCELLED]), 0, "cancelled"),
    ],
    ids=["nothing to press", "not heard", "heard", "the chat says so"],
)
async def test_who_cancels_is_owed_the_film_until_the_bot_has_heard_it(ann, tries, free):
    one = Asked(ann, WROTE, 1, "a link", "cancel", 0.0)
    await Crowd(None, 1, Random(1), asyncio.Lock()).cancelled(one)
    assert (len(one.tries), one.free) == (tries, free)
