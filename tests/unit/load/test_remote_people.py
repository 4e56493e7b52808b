"""A test server by its address: real clients write to the bot there and see what it says."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pyrogram import Client, filters
from pyrogram.handlers import MessageHandler
from pyrogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.load import remote_people
from bench.load.crowd import Asked, Crowd
from bench.load.outcome import Outcome
from bench.load.remote_people import BadServer, ServerDesk
from bench.load.scenario import Scenario
from bench.load.schedule import Ask
from tests.sandbox.stack import TOKEN
from tests.sandbox.telegram.clients import client
from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.fixtures import tg
from tests.sandbox.telegram.server import Telegram

__all__ = ["tg"]
FILE = """
address = "{address}"
key = "{key}"
token = "{token}"
bot = "chapar_sandbox_bot"
api_id = 1
api_hash = "{hash}"
phones = [["{phone}", "{code}"]]
"""
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("✖ Cancel", callback_data="cancel:1")]])


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path, clip: Path) -> AsyncIterator[Client]:
    """A bot that shows a status, edits it, and answers with a film."""
    started = client(tg, tmp_path)

    async def hears(_: Client, message: Message) -> None:
        if message.text == "/start":
            return
        status = await message.reply("Waiting", reply_markup=BUTTONS)
        await status.edit_text("Downloading")
        await message.reply_video(str(clip))
        await status.delete()

    started.add_handler(MessageHandler(hears, filters.incoming))
    async with started:
        yield started


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 64)
    return path


@pytest.fixture
async def file(tg: Telegram, tmp_path: Path) -> Path:
    ali = await tg.person("Ali")
    facts = {"address": tg.address, "key": tg.key_path, "token": TOKEN, "hash": "0" * 32}
    path = tmp_path / "server.toml"
    path.write_text(FILE.format(**facts, phone=ali.phone, code=ali.code))
    return path


async def test_a_person_at_a_server_asks_and_what_arrives_is_judged(tg, bot, file, tmp_path):
    async with ServerDesk(remote_people.read(file), tmp_path / "people") as desk:
        person = await desk.person("P0")
        await person.starts()
        sent = await person.sends("http://site/small.mp4")

        film = await person.sees(lambda m: m.media and m.reply == sent.id)
        chat = await person.history()
        status = next(m for m in chat if not m.media)  # it may be deleted by now
    assert (film.kind, film.media["name"]) == ("video", "clip.mp4")
    assert status.text in ("Waiting", "Downloading")
    assert status.at < film.at
    assert await desk.person("P1") is person
    outcome = Outcome(exact=False)
    outcome.judge(Asked(Ask(0, 0, "film", 1, 9), person, sent, sent.at, 0.0), chat, sent.at)
    assert outcome.fine == 1
    assert set(outcome.series) == {"answer", "film", "sign"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["a test server has address, token, bot", "it has no phones", "it has no token"]),
        ("adress = 1", ["unknown adress"]),
        ('address = "somewhere"', ["address: 'somewhere' is not host:port"]),
        ('token = "x"', ["token: not a bot token"]),
        ('api_id = "x"', ["api_id: 'x' is not an application's number"]),
        ('key = "none.pem"', ["key: ", "none.pem cannot be read"]),
        ("phones = []", ["phones are pairs"]),
        ('phones = ["+1"]', ["phones are pairs"]),
        ("phones = 3", ["phones are pairs"]),
        ("phones =", ["Invalid value"]),
    ],
)
def test_a_file_that_says_too_little_is_refused_with_all_that_is_wrong(tmp_path, text, words):
    path = tmp_path / "server.toml"
    path.write_text(text)

    with pytest.raises(BadServer) as told:
        remote_people.read(path)

    assert all(word in str(told.value) for word in words)


async def test_a_server_where_nobody_can_sign_in_is_named(tg, file, tmp_path):
    file.write_text(file.read_text().replace(tg.address, "127.0.0.1:9"))
    with pytest.raises(BadServer, match="cannot sign in at 127.0.0.1:9"):
        async with ServerDesk(remote_people.read(file), tmp_path / "people"):
            pytest.fail("somebody signed in")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ("auth.signIn", "400 PHONE_CODE_INVALID", "PHONE_CODE_INVALID"),
        ("auth.signIn", "401 SESSION_PASSWORD_NEEDED", "it has a password"),
        ("auth.sendCode", "400 PHONE_NUMBER_INVALID", "PHONE_NUMBER_INVALID"),
    ],
)
async def test_an_account_that_cannot_sign_in_is_named_and_nobody_is_asked_on_a_terminal(
    tg, file, tmp_path, call, error, words
):
    await tg.fails(call, error, times=9)

    with pytest.raises(BadServer, match=f"cannot sign in at {tg.address}: .*{words}") as told:
        async with ServerDesk(remote_people.read(file), tmp_path / "people"):
            pytest.fail("somebody signed in")
    assert "\n" not in str(told.value)


async def test_a_number_that_nobody_registered_is_said_to_be_one(tg, file, tmp_path):
    class Unregistered(remote_people.AccountClient):
        async def sign_in(self, *_: object) -> bool:
            return False

    desk = ServerDesk(remote_people.read(file), tmp_path)
    account = desk.client(*desk.server.phones[0])
    account.__class__ = Unregistered

    with pytest.raises(BadServer, match="nobody is registered with it"):
        await account.start()


async def test_few_accounts_that_play_many_people_meet_the_bot_once(tg, bot, file, tmp_path):
    async with ServerDesk(remote_people.read(file), tmp_path / "people") as desk:
        crowd = Crowd(desk, "http://site", Scenario("t", seconds=1, people=5))
        await crowd.gathers(5)
        (ali,) = desk.people
        said = await tg.person("Ali")

    assert len(crowd.people) == 5
    assert [m.text for m in await said.chat() if m.mine] == ["/start"]
    assert ali.id == said.id


async def test_a_wait_that_telegram_imposes_while_people_gather_is_counted_and_ends_nothing(
    tg, bot, file, tmp_path
):
    async with ServerDesk(remote_people.read(file), tmp_path / "people") as desk:
        scenario = Scenario("t", seconds=1, people=2, kinds={"known": 1}, known_links=2)
        crowd = Crowd(desk, "http://site", scenario)
        await tg.fails("messages.sendMessage", "FLOOD_WAIT_600", times=3)
        await crowd.gathers(2)

    assert crowd.unwritten == 3


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), TimeoutError()])
async def test_a_network_that_fails_is_a_refusal(error):
    with pytest.raises(Refused, match=type(error).__name__), remote_people.refusals():
        raise error


async def test_what_a_person_may_not_write_is_counted_and_ends_nothing(tg, bot, file, tmp_path):
    async with ServerDesk(remote_people.read(file), tmp_path / "people") as desk:
        crowd = Crowd(desk, "http://site", Scenario("t", seconds=1), [await desk.person("P0")])
        crowd.people[0].bot = "nobody_of_this_name"

        await crowd.plays([Ask(0, 0, "film", 1, 9), Ask(0, 0, "film", 2, 9)])

    assert (crowd.unwritten, crowd.asked) == (2, [])
