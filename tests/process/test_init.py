"""`chapar init` with the real Telegram library against the loopback Telegram."""

import asyncio
import os
import pty
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from procs import config
from procs.telegram.session.account_probe import PROBE_TIMEOUT
from tests import ROOT
from tests.sandbox.sandbox_server import Server
from tests.sandbox.stack import TOKEN
from tests.sandbox.telegram.control import Control
from tests.sandbox.telegram.methods.account import UNKNOWN_API_ID

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 60
HASH = "0123456789abcdef0123456789abcdef"
FLAGS = ("--token", TOKEN, "--api-id", "12345", "--api-hash", HASH, "--admins", "5,6")
FALSE_TOKEN = "777000001:AAfalsefalsefalsefalsefalsefalsefals"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram(tmp_path_factory):
    home = tmp_path_factory.mktemp("telegram")
    server = Server("tests.sandbox.telegram", "--home", str(home), "--token", TOKEN, "--strict")
    await server.start()
    yield server.facts
    await server.stop()


class Desk:
    """A folder without settings, and the command in it."""

    def __init__(self, folder: Path, telegram: dict[str, str]) -> None:
        self.folder = folder
        others = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
        self.around = others | {
            "PYTHONPATH": str(ROOT),
            "CHAPAR_TELEGRAM_SERVER": telegram["address"],
            "CHAPAR_TELEGRAM_SERVER_KEY": telegram["key"],
        }

    async def says(self, *words: str, answers: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "daemon.cli", "init", *words),
            cwd=self.folder,
            env=self.around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        said, _ = await asyncio.wait_for(process.communicate(answers.encode()), PATIENCE)
        return process.returncode or 0, said.decode()

    @property
    def file(self) -> Path:
        return self.folder / ".env"

    def settings(self) -> config.Settings:
        return config.load({}, self.file)


@pytest.fixture
def desk(short_home, telegram):
    folder = short_home / "desk"
    folder.mkdir()
    return Desk(folder, telegram)


async def test_flags_alone_write_settings_that_telegram_knows(desk):
    before = os.umask(0)
    try:
        code, said = await desk.says(*FLAGS)
    finally:
        os.umask(before)

    assert code == 0, said
    assert "Telegram knows the bot: @" in said
    assert said.splitlines()[-1] == "next: chapar check && chapar up -d"
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    found = desk.settings()
    assert (found.bot_token, found.api_id, found.api_hash) == (TOKEN, 12345, HASH)
    assert sorted(found.admins) == [5, 6]
    assert "# Workers that carry jobs" in desk.file.read_text()  # the example's explanations
    assert {path.name for path in desk.folder.iterdir()} == {".env"}


async def test_it_signs_out_again(desk, telegram):
    code, _ = await desk.says(*FLAGS)
    async with Control(telegram["control"]) as control:
        ins = await control.calls("auth.importBotAuthorization")
        outs = await control.calls("auth.logOut")
    assert code == 0
    assert len(ins) == len(outs) > 0


async def test_wrong_answers_are_asked_again(desk):
    answers = "\n".join(["no token", FALSE_TOKEN, "twelve", "12345", HASH, "", TOKEN, ""])
    code, said = await desk.says(answers=answers)

    assert code == 0, said
    assert "CHAPAR_BOT_TOKEN: " in said  # by its form, before Telegram is asked
    assert "CHAPAR_API_ID: " in said
    assert "Telegram does not know this token" in said
    assert desk.settings().bot_token == TOKEN


async def test_a_flag_that_telegram_refuses_leaves_the_old_file_alone(desk):
    desk.file.write_text("CHAPAR_WORKERS=3\n")
    code, said = await desk.says("--token", FALSE_TOKEN, *FLAGS[2:])

    assert code == 1
    assert "nothing was written: correct --token" in said
    assert desk.file.read_text() == "CHAPAR_WORKERS=3\n"


async def test_an_api_id_that_telegram_does_not_know_is_refused_as_a_flag_and_asked_again(desk):
    code, said = await desk.says(*FLAGS[:2], "--api-id", str(UNKNOWN_API_ID), *FLAGS[4:])
    assert code == 1
    assert "Telegram does not know this api_id with this api_hash (API_ID_INVALID)" in said
    assert "nothing was written: correct --api-id and --api-hash" in said
    assert not desk.file.exists()

    answers = "\n".join([TOKEN, str(UNKNOWN_API_ID), HASH, "5", "12345", HASH, ""])
    code, said = await desk.says(answers=answers)
    assert (code, desk.settings().api_id) == (0, 12345), said


@pytest.mark.parametrize("flag", ["--token", "--api-id", "--api-hash"])
async def test_an_empty_flag_is_refused_and_the_file_keeps_what_it_has(desk, flag):
    desk.file.write_text(f"CHAPAR_BOT_TOKEN={TOKEN}\n")
    code, said = await desk.says(*FLAGS, "--no-live", flag, "")

    assert (code, f"{flag} is empty" in said) == (1, True)
    assert desk.file.read_text() == f"CHAPAR_BOT_TOKEN={TOKEN}\n"


async def test_answers_that_end_early_write_nothing(desk):
    code, said = await desk.says(answers=f"{TOKEN}\n")

    assert code == 1
    assert "CHAPAR_API_ID is missing; nothing was written: give it as --api-id" in said
    assert not desk.file.exists()


async def test_a_pipe_may_end_before_what_is_not_needed(desk):
    code, said = await desk.says("--no-live", answers=f"{TOKEN}\n12345\n{HASH}\n")

    assert code == 0, said
    assert desk.settings().admins == ()


@pytest.mark.parametrize(
    "answered",
    [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long), 3],
)
async def test_ctrl_c_at_any_question_writes_nothing_and_says_so(desk, answered):
    answers = {
        "from @BotFather": TOKEN,
        "my.telegram.org/apps": "12345",
        "the same page": HASH,
        "none yet)": "\x03",
    }
    ours, process = at_a_terminal(desk, "--no-live")
    given = dict(list(answers.items())[:answered])
    await asyncio.to_thread(typed, ours, given)
    await asyncio.to_thread(typed, ours, {list(answers)[answered]: "\x03"})
    code = await asyncio.to_thread(process.wait, PATIENCE)
    said = os.read(ours, 4096).decode()
    os.close(ours)

    assert (code, "nothing was written" in said) == (130, True)
    assert list(desk.folder.iterdir()) == []


def hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def at_a_terminal(desk: Desk, *words: str) -> tuple[int, subprocess.Popen]:
    """The command on a terminal of its own, which Ctrl-C is typed at. Tests that run in the
    background have that ignored, and so has what they start."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", sys.executable, "-m", "daemon.cli", "init", *words],
        cwd=desk.folder,
        env=desk.around,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=hear_interrupts,
    )
    os.close(theirs)
    return ours, process


async def test_ctrl_c_while_telegram_is_asked_leaves_the_old_file_and_says_so(desk):
    asked = asyncio.Event()
    silent = await asyncio.start_server(lambda *_: asked.set(), "127.0.0.1", 0)
    host, port = silent.sockets[0].getsockname()
    desk.around["CHAPAR_TELEGRAM_SERVER"] = f"{host}:{port}"
    desk.file.write_text("CHAPAR_WORKERS=3\n")
    ours, process = at_a_terminal(desk, *FLAGS)
    await asyncio.wait_for(asked.wait(), PATIENCE)
    os.write(ours, b"\x03")
    code = await asyncio.to_thread(process.wait, PROBE_TIMEOUT / 2)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    silent.close()

    assert code == 130
    assert "stopped; nothing was written; with --no-live Telegram is not asked" in said
    assert desk.file.read_text() == "CHAPAR_WORKERS=3\n"
    assert {path.name for path in desk.folder.iterdir()} == {".env"}


async def test_a_telegram_that_cannot_be_reached_is_said_and_the_file_written(desk):
    desk.around["CHAPAR_TELEGRAM_SERVER"] = "127.0.0.1:9"
    code, said = await desk.says(*FLAGS)

    assert code == 3, said
    assert "not tried: Telegram cannot be asked now" in said
    assert desk.settings().bot_token == TOKEN


def typed(terminal: int, answers: dict[str, str]) -> str:
    """Answer each prompt when it is there; everything that the terminal showed."""
    shown = ""
    for prompt, words in answers.items():
        while not shown.endswith(f"{prompt}: "):
            shown += os.read(terminal, 1024).decode()
        os.write(terminal, f"{words}\n".encode())
    return shown


async def test_a_secret_that_is_typed_is_not_shown(desk):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "init"],
        cwd=desk.folder,
        env=desk.around,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    shown = await asyncio.to_thread(
        typed,
        ours,
        {
            "from @BotFather": TOKEN,
            "my.telegram.org/apps": "12345",
            "the same page": HASH,
            "none yet)": "5",
        },
    )
    said, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)

    assert process.returncode == 0, said
    assert "12345" in shown
    assert TOKEN not in shown + said.decode()
    assert HASH not in shown + said.decode()
    assert desk.settings().bot_token == TOKEN
