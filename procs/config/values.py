"""Parses the texts of settings into values.

Each function takes the text and returns the value, or raises ValueError whose words say what is
wrong and how to mend it. `procs.config` puts the setting's name in front.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from procs.core import durations

#: What begins the address of a database that is a file.
DATABASE_SCHEME = "sqlite:///"
SERVER_SCHEME = "postgresql:"
KIB = 1024
SIZE_SUFFIXES = {
    "": 1,
    "B": 1,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KIB": KIB,
    "MIB": KIB**2,
    "GIB": KIB**3,
    "TIB": KIB**4,
}
#: Digits are 0 to 9 alone (`\\d` takes those of every script), and no more than a number may have.
WHOLE = re.compile(r"[0-9]{1,16}")
SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([A-Za-z]*)")
#: A token that passes here is one that `procs.core.log.mask` recognises and hides.
TOKEN = re.compile(r"[0-9]{6,12}:[A-Za-z0-9_-]{30,64}")
HASH = re.compile(r"[0-9a-f]{32}")
#: Telegram's types: an application's number is a positive int32, a user's id has 52 bits at most
#: (core.telegram.org/api/bots/ids).
MOST_API_ID, MOST_USER = 2**31 - 1, 2**52 - 1
MOST_ADMINS = 100
#: Workers that make sense: each takes 100 MiB, and no core serves more than a few.
MOST_WORKERS = max(64, 8 * (os.cpu_count() or 1))
HOUR, MONTH = 3600.0, 31 * 86400.0
#: Bytes of a unix socket's path (unix(7), with the NUL), and what stays of them for the home: the
#: longest name below it is `run/supervisor.sock.4194304`, under which supervisord makes its own.
SOCKET_BYTES = 107
HOME_BYTES = SOCKET_BYTES - len("/run/new/canary-3fffff-0.sock")
#: Bytes that Telegram takes in one file, and of an account that pays: 4000 and 8000 parts of
#: 512 KiB (core.telegram.org/api/files).
TELEGRAM_FILE, PREMIUM_FILE = 2000 * SIZE_SUFFIXES["MIB"], 4000 * SIZE_SUFFIXES["MIB"]
#: Folders that others use too: a home is closed to everybody but its user.
SHARED = {
    *("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt"),
    *("/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib"),
    *("/usr/local", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp"),
}
UPDATES = ("off", "notify", "auto")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadSettingText(ValueError):
    """A text that a setting does not take. The message is the operator's; `kind` and `facts` say
    the same to who changes the setting in the chat, in their language."""

    def __init__(self, message: str, kind: str, **facts: object) -> None:
        super().__init__(message)
        self.kind = kind
        self.facts = facts


def cores() -> int:
    """How many cores the machine has; 1 where nobody knows."""
    return os.cpu_count() or 1


def whole(text: str, least: int = 1, most: int = 1_000_000) -> int:
    """A whole number, at least `least` and at most `most`."""
    if not re.fullmatch(r"[0-9]+", text) or (len(text) < 17 and int(text) < least):
        raise BadSettingText(
            f"{text!r} is not a whole number from {least} up; write for example {least}",
            "whole",
            least=least,
        )
    if not WHOLE.fullmatch(text) or int(text) > most:
        raise BadSettingText(f"{text} is too many; write at most {most}", "many", most=most)
    return int(text)


def downloads(texts: Mapping[str, str]) -> str:
    """Downloads at once where none are set: four for each core, and never less than one for each
    worker."""
    workers = texts["CHAPAR_WORKERS"]
    usual = 4 * cores()
    return str(max(usual, int(workers)) if WHOLE.fullmatch(workers) else usual)


def api_id(text: str) -> int:
    """The number that my.telegram.org gives to an application."""
    if not WHOLE.fullmatch(text) or not 0 < int(text) <= MOST_API_ID:
        raise ValueError(
            f"{text!r} is not an application's number; copy api_id from "
            "https://my.telegram.org/apps"
        )
    return int(text)


def api_hash(text: str) -> str:
    """The 32 hexadecimal digits that belong to the api_id."""
    if not HASH.fullmatch(text):
        raise ValueError(
            "not 32 hexadecimal digits; copy api_hash from https://my.telegram.org/apps"
        )
    return text


def token(text: str) -> str:
    """A bot's token: its id, a colon, a secret."""
    if not TOKEN.fullmatch(text):
        raise ValueError("not a bot token (123456789:AA…); copy it from @BotFather, whole")
    return text


def users(text: str) -> tuple[int, ...]:
    """Telegram user ids, between commas or spaces."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    wrong = [w for w in words if not WHOLE.fullmatch(w) or not 0 < int(w) <= MOST_USER]
    if wrong or not words:
        raise ValueError(
            f"{(wrong or [text])[0]!r} is not a user id; write numbers with commas between them, "
            "as @userinfobot shows them"
        )
    if len(words) > MOST_ADMINS:
        raise ValueError(f"{len(words)} are too many; write at most {MOST_ADMINS}")
    return tuple(dict.fromkeys(int(word) for word in words))


def absolute(text: str) -> Path:
    """A path from the root, with `~` resolved. Links stay."""
    return Path(os.path.abspath(os.path.expanduser(text)))


def metrics_socket(texts: Mapping[str, str]) -> str:
    """Where metrics are served by default: no port that another stack may have, and for this user
    alone."""
    return str(absolute(texts["CHAPAR_HOME"]) / "run" / "metrics.sock")


def home(text: str) -> Path:
    """The absolute folder that holds all state."""
    if "$" in text:
        raise ValueError(f"{text!r} has a variable, which nothing fills in; write the whole path")
    path = absolute(text)
    if wrong := strange(str(path)):
        raise ValueError(f"{str(path)!r} has {wrong} in its name; choose a folder without")
    if text.startswith("~") and os.path.expanduser(text) == text:
        raise ValueError(f"{text} names a user that there is not; write the whole path")
    if str(path) in SHARED or str(path).startswith(("/proc/", "/sys/", "/dev/")):
        raise ValueError(f"{path} belongs to the system; name a folder of its own below another")
    length = max(len(os.fsencode(one)) for one in (path, os.path.realpath(path)))
    if length > HOME_BYTES:
        raise ValueError(
            f"{path} is {length} bytes long, and unix sockets below it allow {HOME_BYTES}; "
            "choose a shorter folder"
        )
    if os.path.lexists(path) and not os.path.isdir(path):
        raise ValueError(f"{path} is not a folder; name a folder, or one that can be made")
    return path


def strange(path: str) -> str:
    """What a path has that supervisord, the database's address or a log line would misread."""
    if "%" in path:
        return "a percent sign"
    if any(not one.isprintable() for one in path):
        return "a character that cannot be printed"
    return next((f"the character {one}" for one in "?#\"'\\" if one in path), "")


def database_in(home: Path) -> str:
    """The address of the database where no other is set: a file in the home."""
    return f"{DATABASE_SCHEME}{home}/chapar.db"


def database_file(url: str) -> Path:
    """The file of a database's address."""
    return Path(url.removeprefix(DATABASE_SCHEME))


def is_server(url: str) -> bool:
    """Whether a database's address is that of a server, and no file of this machine."""
    return url.startswith(SERVER_SCHEME)


def size(text: str, least: int = 1, most: int = 1024 * SIZE_SUFFIXES["TIB"]) -> int:
    """A size in bytes: `1500000`, `512MiB`, `1.5GiB`, `2GB`."""
    match = SIZE.fullmatch(text)
    if not match or match[2].upper() not in SIZE_SUFFIXES:
        raise BadSettingText(
            f"{text!r} is not a size; write for example 512MiB or 1.5GiB", "size", example="512MiB"
        )
    count = int(float(match[1]) * SIZE_SUFFIXES[match[2].upper()])
    if count < least:
        shown = spoken(least)
        raise BadSettingText(f"{text} is too little; write at least {shown}", "little", least=shown)
    if count > most:
        shown = spoken(most)
        raise BadSettingText(f"{text} is too much; write at most {shown}", "much", most=shown)
    return count


def spoken(count: int) -> str:
    """A size as it is written: `64MiB`, and what is no whole number of those in bytes."""
    whole, rest = divmod(count, SIZE_SUFFIXES["MIB"])
    return str(count) if rest else f"{whole}MiB"


def ceiling(text: str) -> int:
    """How much memory of its own a worker may hold, in bytes; below 64 MiB none could work, and
    more than the machine has is no ceiling."""
    return size(text, 64 * SIZE_SUFFIXES["MIB"], max(memory(), 512 * SIZE_SUFFIXES["MIB"]))


def memory() -> int:
    """Bytes of this machine's memory, in whole MiB."""
    held = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return held - held % SIZE_SUFFIXES["MIB"]


def file_size(text: str) -> int:
    """The largest file that is fetched, in bytes; Telegram's own limit is the upper end."""
    return size(text, SIZE_SUFFIXES["MIB"], PREMIUM_FILE)


def seconds(text: str, most: float = MONTH) -> float:
    """A duration in seconds."""
    length = durations.read(text, unit="s")
    if length is None:
        raise BadSettingText(
            f"{text!r} is not a number of seconds; write for example 60", "seconds", example="10m"
        )
    if length > most:
        message = f"{length:.0f} seconds are too many; write at most {most:.0f}"
        raise BadSettingText(message, "long", most=f"{most:.0f}s")
    return length


def level(text: str) -> str:
    """How much is logged."""
    if text.upper() not in LEVELS:
        raise ValueError(f"{text!r} is not a level; write one of {', '.join(LEVELS)}")
    return text.upper()


def update(text: str) -> str:
    """What is done about a newer yt-dlp."""
    if text.lower() not in UPDATES:
        raise ValueError(f"{text!r} is none of {', '.join(UPDATES)}; write one of them")
    return text.lower()
