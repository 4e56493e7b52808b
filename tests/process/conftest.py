"""One real stack for all stories that do not need settings of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.sandbox.person import Message, Person
from tests.sandbox.stack import Stack
from tests.sandbox.telegram.world import FIRST_PERSON

#: Seconds that a media may take on a busy machine.
PATIENCE = 60.0
#: The shared stack's only admin, and the id of the first person whom its Telegram knows.
ADMIN, FIRST = "Admin", FIRST_PERSON


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    async with Stack(stream_from="4MiB", admins=str(FIRST), follow_interval="1s") as stack:
        assert (await stack.telegram.person(ADMIN)).id == FIRST
        yield stack
    stack.remove()


@pytest_asyncio.fixture(loop_scope="session")
async def healthy(stack: Stack) -> AsyncIterator[Stack]:
    """The stack with nothing wrong: two workers serve, a spare waits, Telegram is friendly."""
    await stack.until(lambda: is_whole(stack))
    yield stack
    await stack.is_polite()
    await stack.telegram.heals()
    await stack.until(lambda: is_whole(stack))


def is_whole(stack: Stack) -> bool:
    return len(stack.serving()) == 2 and len(stack.workers()) == 3


class Name:
    """People of different names, so that tests of one stack do not meet in a chat."""

    count = 0

    @classmethod
    def next(cls) -> str:
        cls.count += 1
        return f"Person {cls.count}"


@pytest.fixture
def meets(stack: Stack) -> Callable[..., Awaitable[Person]]:
    async def meet(language: str = "en") -> Person:
        person = await stack.telegram.person(Name.next(), language=language)
        hello = await person.starts()
        await person.sees(lambda m: m.id > hello.id, timeout=PATIENCE)
        return person

    return meet


async def gets(person: Person, sent: Message, *, patience: float = PATIENCE) -> Message:
    """The media that answers a message."""
    return await person.sees(lambda m: m.media and m.reply == sent.id, timeout=patience)


async def got(person: Person, sent: Message) -> list[Message]:
    """All media that ever answered a message; it should be one."""
    return [m for m in await person.history() if m.media and m.reply == sent.id]
