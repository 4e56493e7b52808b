"""`chapar init`: asks for what Telegram needs, tries it, and writes the file of settings.

What is wrong is asked again, or refused where it was given by a flag. A file that is there keeps
its other lines, its owner and its mode; nothing is written that Telegram refused.
"""

import getpass
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.command_error import Refusal
from daemon.install import live_check, settings_file
from procs import config
from procs.errors import TelegramAway, TelegramWait
from procs.telegram.session.account_probe import AccountFacts
from procs.texts import untrusted_text

#: Exit code of settings that are written and could not be tried: as `status` has it.
NOT_TRIED = 3
#: Characters of a file in which its first word must be.
TOKEN_FILE = 4096
#: The file of the service: README.md, "As a service".
SERVICE_SETTINGS = Path("/etc/chapar/chapar.env")


@dataclass(frozen=True, slots=True)
class SettingQuestion:
    """One setting that is asked for. A secret is not shown while it is typed."""

    name: str
    flag: str
    text: str
    secret: bool = False
    needed: bool = True


QUESTIONS = (
    SettingQuestion("CHAPAR_BOT_TOKEN", "--token", "the bot's token, from @BotFather", secret=True),
    SettingQuestion("CHAPAR_API_ID", "--api-id", "api_id, from https://my.telegram.org/apps"),
    SettingQuestion("CHAPAR_API_HASH", "--api-hash", "api_hash, from the same page", secret=True),
    SettingQuestion(
        "CHAPAR_ADMINS",
        "--admins",
        "Telegram user ids of the admins, with commas between (Enter: none yet)",
        needed=False,
    ),
)


def token_of(word: str | None, file: Path | None) -> str | None:
    """The token of the flags: the word itself, which `ps` shows, or the first line of a file."""
    if file is None:
        return word
    with file.open(encoding="utf-8", errors="replace") as text:
        lines = text.read(TOKEN_FILE).split()
    if not lines:
        raise Refusal(f"{file} is empty; it should have the bot's token")
    return lines[0]


def bare(text: str) -> str:
    """A text without what nobody sees in it: out of a chat from right to left one is copied with
    marks of direction, out of a file with that of its byte order."""
    return untrusted_text.HIDDEN.sub("", text).strip()


def init(given: Mapping[str, str], path: Path, *, live: bool, environ: Mapping[str, str]) -> int:
    """Write the settings, and say at a Ctrl-C whether they are. Returns 0, or 3 when they could not
    be tried. Raises BadSettings and Refusal: then nothing was written."""
    before = settings_file.version(path)
    try:
        return ask_and_write(given, path, live=live, environ=environ)
    except KeyboardInterrupt:
        is_same = settings_file.version(path) == before
        untold = "; with --no-live Telegram is not asked" if live else ""
        outcome = f"nothing was written{untold}" if is_same else f"written: {path}"
        print(f"\nstopped; {outcome}", file=sys.stderr)
        raise


def ask_and_write(
    given: Mapping[str, str], path: Path, *, live: bool, environ: Mapping[str, str]
) -> int:
    """What `init` does."""
    texts = {name: bare(text) for name, text in given.items()}
    wrong = [line for one in QUESTIONS for line in of_flag(one, texts)]
    if wrong:
        raise config.BadSettings(tuple(wrong))
    settings_file.require_place(path)
    kept = settings_file.texts(path)
    if any(one.needed and one.name not in texts for one in QUESTIONS):
        texts |= {one.name: ask(one, kept.get(one.name, "")) for one in missing(texts)}
    untried, account = "", None
    if live:
        try:
            account = tried(texts, given, kept, environ)
        except (TelegramAway, TelegramWait) as error:
            untried = str(error)
    settings_file.write(path, texts)
    print_outcome(path, texts, environ, account, untried)
    return NOT_TRIED if untried else 0


def of_flag(question: SettingQuestion, texts: Mapping[str, str]) -> list[str]:
    """What is wrong with the text of a flag; nothing where it was not given."""
    if question.needed and texts.get(question.name) == "":
        return [f"{question.name} is needed, and {question.flag} is empty"]
    return complaints(question, texts.get(question.name, ""))


def missing(texts: Mapping[str, str]) -> list[SettingQuestion]:
    """The questions that the command line did not answer."""
    return [one for one in QUESTIONS if one.name not in texts]


def tried(
    texts: dict[str, str], given: Mapping[str, str], kept: Mapping[str, str], environ: Mapping
) -> AccountFacts:
    """Sign in once with these texts; what Telegram refuses is asked again unless a flag gave it.
    Raises Refusal, TelegramAway, TelegramWait."""
    while True:
        try:
            return live_check.sign_in({**kept, **environ, **texts})
        except live_check.WrongValue as error:
            blamed = [one for one in QUESTIONS if one.name in error.names]
            if any(one.name in given for one in blamed):
                flags = " and ".join(one.flag for one in blamed)
                raise Refusal(f"{error}; nothing was written: correct {flags}") from None
            print(error, file=sys.stderr)
            texts.update({one.name: ask(one, "") for one in blamed})


def ask(question: SettingQuestion, kept: str) -> str:
    """An answer that is right by its form. Enter keeps what the file has."""
    hint = " [Enter keeps the one in the file]" if kept else ""
    while True:
        text = answer(question, f"{question.text}{hint}: ") or kept
        if not text and question.needed:
            print(f"{question.name} is needed", file=sys.stderr)
            continue
        wrong = complaints(question, text)
        if not wrong:
            return text
        print(*wrong, sep="\n", file=sys.stderr)


def answer(question: SettingQuestion, prompt: str) -> str:
    """One line, from the terminal or from what is piped in. At its end what is not needed is left
    out, and Refusal raised for the rest."""
    try:
        if question.secret and sys.stdin.isatty():
            return bare(getpass.getpass(prompt))
        print(prompt, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
    except EOFError:
        line = ""
    except UnicodeDecodeError:
        line = "\N{REPLACEMENT CHARACTER}\n"
    if not line and question.needed:
        raise Refusal(
            f"{question.name} is missing; nothing was written: give it as {question.flag}"
        )
    return bare(line)


def complaints(question: SettingQuestion, text: str) -> list[str]:
    """What is wrong with a text by its form, as `chapar check` says it."""
    if not text:
        return []
    reading = config.read({question.name: text}, Path(os.devnull), need_telegram=False)
    return [one for one in reading.complaints if one.startswith(question.name)]


def print_outcome(
    path: Path,
    texts: Mapping[str, str],
    environ: Mapping[str, str],
    account: AccountFacts | None,
    untried: str,
) -> None:
    """What was done, and the next command."""
    print(f"written: {path}")
    for name in sorted(texts):
        if environ.get(name) not in (None, "", texts[name]):
            print(f"beware: {name} of the environment wins over the file; unset it")
    if account:
        print(f"Telegram knows the bot: @{account.nick} ({account.id})")
    if untried:
        print(f"not tried: Telegram cannot be asked now ({untried})")
    admins = texts.get("CHAPAR_ADMINS", "")
    if account and admins:
        print(f"each admin ({admins}) writes /start to https://t.me/{account.nick} once")
    print(f"next: {next_command(path)}")


def next_command(path: Path) -> str:
    """What starts Chapar with this file, also from another folder."""
    if path == SERVICE_SETTINGS:
        return "chapar check && systemctl enable --now chapar"
    if path.absolute() == Path(".env").absolute():
        return "chapar check && chapar up -d"
    where = f"CHAPAR_ENV_FILE={shlex.quote(str(path.absolute()))}"
    return f"{where} chapar check && {where} chapar up -d"
