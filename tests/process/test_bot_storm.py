"""The bot's process, killed again and again at a Telegram that is late, loses, repeats and
miscounts: every message is answered, and none twice."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.chaos.telegram_habits import HABITS
from tests.process.test_bot_start import Process
from tests.sandbox.person import Message, Person
from tests.sandbox.telegram.server import Telegram
from tests.unit.conftest import tg

__all__ = ["tg"]
#: Seconds that a start takes, as a rule.
STARTING = 1.5
#: What people write: a command, words, and a link, each of which has one answer.
TEXTS = ("/help", "hello there", "https://example.org/film-{number}.mp4")


class Storm:
    def __init__(self, tg: Telegram, bot: Process, *, seed: int) -> None:
        self.tg, self.bot = tg, bot
        self.dice = random.Random(seed)
        self.sent: list[tuple[Person, Message]] = []

    async def write(self, people: list[Person], messages: int, every: float) -> None:
        for number in range(messages):
            person = people[number % len(people)]
            text = self.dice.choice(TEXTS).format(number=number)
            self.sent.append((person, await person.sends(text)))
            await asyncio.sleep(self.dice.uniform(0, 2 * every))

    async def trouble(self, kills: int, every: float) -> None:
        for number in range(kills):
            await self.tg.behaves(**self.dice.choice(HABITS), seed=number)
            match self.dice.randrange(4):
                case 0:
                    await self.tg.drops_connections()
                case 1:
                    await self.tg.renews_salts()
                case 2:
                    times = self.dice.randrange(1, 9)
                    await self.tg.fails("updates.getDifference", "500 INTERNAL", times=times)
                case 3:
                    await self.tg.swallows("messages.sendMessage", done=True, close=True)
            await asyncio.sleep(self.dice.uniform(0.1, 1.9) * every)
            self.bot.process.kill()
            await self.bot.process.wait()
            await self.bot.start()
            await self.bot.says("telegram.listening", times=number + 2)

    async def answers(self) -> Counter[tuple[int, int]]:
        found: Counter[tuple[int, int]] = Counter()
        for person in {person.id: person for person, _ in self.sent}.values():
            chat = await person.history()
            found.update((person.id, message.reply) for message in chat if not message.mine)
        return found

    async def missing(self) -> list[str]:
        known = await self.answers()
        return [f"{p.name} {m.id} {m.text}" for p, m in self.sent if not known[p.id, m.id]]

    async def calm(self, patience: float) -> None:
        """What was lost was lost with a connection."""
        await self.tg.heals()
        await self.tg.drops_connections()
        end = asyncio.get_running_loop().time() + patience
        while await self.missing() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.2)


async def storm(
    tg: Telegram, home: Path, *, messages: int, kills: int, every: float, seed: int
) -> Storm:
    # Twice each: who writes more without a link is answered with silence.
    people = [await tg.person(f"P{number}") for number in range(messages // 2)]
    found = Storm(tg, Process(home, tg), seed=seed)
    await found.bot.start()
    await found.bot.says("telegram.listening")
    pause = kills * (every + STARTING) / messages
    writing = asyncio.create_task(found.write(people, messages, pause))
    await found.trouble(kills, every)
    await writing
    await found.calm(60)
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_message_is_answered_once_whatever_is_late_lost_or_killed(tg, short_home, seed):
    found = await storm(tg, short_home, messages=40, kills=5, every=2.0, seed=seed)
    missing, answers = await found.missing(), await found.answers()
    assert await found.bot.ends() == 0
    assert missing == []
    assert [mark for mark, times in answers.items() if times > 1] == []
    assert found.bot.unowned == []


@pytest.mark.long
@pytest.mark.parametrize("text", ["hello there", "http://127.0.0.1/film.mp4"])
async def test_what_was_never_answered_is_answered_whatever_often_its_bot_was_killed(
    tg, short_home, text
):
    """The answers that somebody gets in a minute are counted before they leave."""
    ali, bot = await tg.person("Ali"), Process(short_home, tg)
    await tg.swallows("messages.sendMessage", times=1000, done=False)
    await bot.start()
    await bot.says("telegram.listening")
    sent = await ali.sends(text)
    for kills in range(1, 5):
        await tg.called("messages.sendMessage", times=kills, timeout=30)
        bot.process.kill()
        await bot.process.wait()
        await bot.start()
    await tg.heals()
    answer = await ali.sees(lambda m: m.reply == sent.id, timeout=30)
    assert "stay quiet" not in answer.text
    assert await bot.ends() == 0
