"""The texts of settings, read into values.

Each function takes the text and returns the value, or raises ValueError whose words say what is
wrong and how to mend it. `procs.config` puts the setting's name in front.
"""

import base64
import binascii
import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

KIB = 1024
UNITS = {
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
SIZE = re.compile(r"^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$")
#: A token that passes here is one that `procs.log.mask` recognises and hides.
TOKEN = re.compile(r"^\d{6,12}:[A-Za-z0-9_-]{30,}$")
HASH = re.compile(r"^[0-9a-f]{32}$")
PEM = re.compile(
    r"^-----BEGIN (?:RSA )?PUBLIC KEY-----(.+)-----END (?:RSA )?PUBLIC KEY-----$", re.S
)
#: A unix socket's path is limited to 108 bytes (unix(7)); 28 stay for what lies below the home.
HOME_BYTES = 80
#: Bytes that Telegram takes in one file, and of an account that pays: 4000 and 8000 parts of
#: 512 KiB (core.telegram.org/api/files).
TELEGRAM_FILE, PREMIUM_FILE = 2000 * UNITS["MIB"], 4000 * UNITS["MIB"]
UPDATES = ("off", "notify", "auto")
MOST_ENTRIES, MOST_MINUTES = 500, 120
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def cores() -> int:
    return os.cpu_count() or 1


def whole(text: str, least: int = 1) -> int:
    """A whole number, at least `least`."""
    if not re.fullmatch(r"\d+", text) or int(text) < least:
        raise ValueError(
            f"{text!r} is not a whole number from {least} up; write for example {least}"
        )
    return int(text)


def entries(text: str) -> int:
    """How many entries of a list one request may take; their rows are written in one stroke."""
    count = whole(text)
    if count > MOST_ENTRIES:
        raise ValueError(f"{text} is too many for one request; write at most {MOST_ENTRIES}")
    return count


def api_id(text: str) -> int:
    """The number that my.telegram.org gives to an application."""
    if not re.fullmatch(r"[1-9]\d*", text):
        raise ValueError(f"{text!r} is not a number; copy api_id from https://my.telegram.org/apps")
    return int(text)


def api_hash(text: str) -> str:
    """The 32 hexadecimal digits that belong to the api_id."""
    if not HASH.match(text):
        raise ValueError(
            "not 32 hexadecimal digits; copy api_hash from https://my.telegram.org/apps"
        )
    return text


def token(text: str) -> str:
    """A bot's token: its id, a colon, a secret."""
    if not TOKEN.match(text):
        raise ValueError("not a bot token (123456789:AA…); copy it from @BotFather, whole")
    return text


def users(text: str) -> tuple[int, ...]:
    """Telegram user ids, between commas or spaces."""
    words = re.split(r"[,\s]+", text)
    wrong = [word for word in words if not re.fullmatch(r"[1-9]\d*", word)]
    if wrong:
        raise ValueError(
            f"{wrong[0]!r} is not a user id; write numbers with commas between them, "
            "as @userinfobot shows them"
        )
    return tuple(dict.fromkeys(int(word) for word in words))


def absolute(text: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(text)))


def home(text: str) -> Path:
    """The absolute folder that holds all state."""
    path = absolute(text)
    length = len(os.fsencode(path))
    if length > HOME_BYTES:
        raise ValueError(
            f"{path} is {length} bytes long, and unix sockets below it allow {HOME_BYTES}; "
            "choose a shorter folder"
        )
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is not a folder; name a folder, or one that can be made")
    return path


def database(text: str) -> str:
    """The database's address; SQLite only, so far."""
    scheme = urlsplit(text).scheme
    if scheme in ("postgresql", "postgres"):
        raise ValueError(
            "PostgreSQL is not supported by this version yet; "
            "leave it out, or use sqlite:////absolute/path.db"
        )
    if not re.match(r"^sqlite:////[^?]*[^/?]$", text):
        raise ValueError(f"{text!r} is not an SQLite address; use sqlite:////absolute/path.db")
    return text


def size(text: str, least: int = 1) -> int:
    """A size in bytes: `1500000`, `512MiB`, `1.5GiB`, `2GB`."""
    match = SIZE.match(text)
    if not match or match[2].upper() not in UNITS:
        raise ValueError(f"{text!r} is not a size; write for example 512MiB or 1.5GiB")
    count = int(float(match[1]) * UNITS[match[2].upper()])
    if count < least:
        raise ValueError(f"{text} is too little; write at least {least // KIB**2}MiB")
    return count


def ceiling(text: str) -> int:
    """How much memory of its own a worker may hold, in bytes; below 64 MiB none could work."""
    return size(text, 64 * UNITS["MIB"])


def file_size(text: str) -> int:
    """The largest file that is fetched, in bytes; Telegram's own limit is the upper end."""
    count = size(text, UNITS["MIB"])
    if count > PREMIUM_FILE:
        raise ValueError(f"{text} is more than Telegram takes from anybody; write at most 4000MiB")
    return count


def seconds(text: str) -> float:
    """A duration in seconds."""
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise ValueError(f"{text!r} is not a number of seconds; write for example 60")
    return float(text)


def minutes(text: str) -> int:
    """How much of a broadcast is recorded, in minutes; 0 for none."""
    count = whole(text, 0)
    if count > MOST_MINUTES:
        raise ValueError(f"{text} is longer than a download may take; write at most {MOST_MINUTES}")
    return count


def service(text: str) -> str:
    """The address of a service on the web."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"{text!r} is not an address; write for example https://sponsor.ajay.app")
    return text.rstrip("/")


def softwares(text: str) -> tuple[tuple[str, str], ...]:
    """Sites and what they run, between commas or spaces: `board.example=vichan`."""
    found = []
    for word in re.split(r"[,\s]+", text):
        if not re.fullmatch(r"[a-z0-9.-]+=[a-z0-9]{2,30}", word):
            raise ValueError(f"{word!r} is no site; write for example social.example=mastodon")
        site, _, software = word.partition("=")
        found.append((site, software))
    return tuple(found)


def encoding(text: str) -> float:
    """The seconds of a film that may be encoded anew; `off` for none."""
    match = re.fullmatch(r"(\d+)(s|m|h)?", text)
    if text == "off":
        return 0.0
    if not match:
        raise ValueError(f"{text!r} is neither off nor a duration; write for example 90s or 10m")
    return float(match[1]) * {"h": 3600, "m": 60}.get(match[2], 1)


def server(text: str) -> tuple[str, int]:
    """`host:port`; an IPv6 address stands in brackets."""
    split = urlsplit(f"//{text}")
    try:
        host, port = split.hostname, split.port
    except ValueError:
        host = port = None
    if not host or not port or split.path or "@" in text:
        raise ValueError(f"{text!r} is not host:port; write for example 127.0.0.1:4430")
    return host, port


def key(text: str) -> str:
    r"""An RSA public key as PEM text (`\n` may stand for a line's end), or its file's path."""
    pem = text.replace("\\n", "\n").strip()
    if "-----BEGIN" not in pem:
        pem = key_file(Path(text).expanduser())
    match = PEM.match(pem)
    if not match:
        raise ValueError("no RSA public key in PEM form (-----BEGIN … PUBLIC KEY-----) found")
    try:
        base64.b64decode("".join(match[1].split()), validate=True)
    except binascii.Error:
        raise ValueError("the PEM text is damaged; copy the key again, whole") from None
    return pem + "\n"


def key_file(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text file"
        raise ValueError(
            f"{path} cannot be read ({why}); name a PEM file that this user may read"
        ) from None


def networks(text: str) -> tuple[Network, ...]:
    """Networks that links may point into, between commas or spaces: `127.0.0.0/8, ::1`."""
    found = []
    for word in re.split(r"[,\s]+", text):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise ValueError(
                f"{error}; write networks like 10.20.0.0/16 with commas between them"
            ) from None
    return tuple(found)


def ports(text: str) -> tuple[int, ...]:
    """Ports of sites, between commas or spaces: `80, 443, 8080`."""
    words = re.split(r"[,\s]+", text)
    wrong = [one for one in words if not re.fullmatch(r"\d{1,5}", one) or not 0 < int(one) <= 65535]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a port; write ports like 80,443,8080")
    return tuple(dict.fromkeys(map(int, words)))


def proxy(text: str) -> str:
    """An HTTP proxy's address, with a password or without."""
    parts = urlsplit(text)
    try:
        there = bool(parts.hostname and parts.port)
    except ValueError:
        there = False
    if parts.scheme != "http" or not there or parts.path.strip("/") or parts.query:
        raise ValueError(
            "not the address of an HTTP proxy; write http://host:port "
            "or http://user:password@host:port"
        )
    return text


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


def urls(text: str) -> tuple[str, ...]:
    """Addresses of pages, between spaces."""
    for word in text.split():
        parts = urlsplit(word)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                f"{word!r} is not an address; write http://… or https://…, with spaces"
            )
    return tuple(text.split())
