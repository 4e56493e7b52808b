"""Parses the texts of settings that are addresses (of servers, networks, pages) into values.

Each function takes the text and returns the value, or raises ValueError whose words say what is
wrong and how to mend it, as those of `values` do.
"""

import base64
import binascii
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from procs.config import values
from procs.core.machine import machine_name
from procs.core.machine.machine_name import ROLES

Network = IPv4Network | IPv6Network

PEM = re.compile(
    r"^-----BEGIN (?:RSA )?PUBLIC KEY-----(.+)-----END (?:RSA )?PUBLIC KEY-----$", re.S
)
#: A name of labels of up to 63 signs (RFC 1035), of which no other can be asked for; or IPv6.
HOST = re.compile(
    r"(?!-|.{254})[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*(?<!-)\.?"
    r"|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
)
#: One receiver of letters, without what has a meaning of its own in their heads (RFC 5322).
RECEIVER = re.compile(r"[^\s@\"(),:;<>\[\]\\]+@[^\s@\"(),:;<>\[\]\\]+")
#: Wider networks than these are no network of one's own: they would open nearly everything.
WIDEST = {4: 8, 6: 7}
#: Addresses that a new yt-dlp is tried with; each takes up to a minute.
MOST_PAGES = 20
#: The address of a server's database as libpq reads it: user and password, hosts with their ports
#: (IPv6 in brackets), the name, parameters.
ESCAPED = r"%(?!00)[0-9A-Fa-f]{2}"
DATABASE_HOST = rf"(?:\[(?:[^\s/?#%\[\]]|{ESCAPED})+\]|(?:[^\s/?#%:,@\[\]]|{ESCAPED})*)(?::[0-9]*)?"
PARAMETER = rf"[a-z_]+=(?:[^\s#%&=]|{ESCAPED})*"
SERVER_ADDRESS = re.compile(
    rf"postgres(?:ql)?://(?:(?:[^\s/?#%@]|{ESCAPED})*@)?{DATABASE_HOST}(?:,{DATABASE_HOST})*"
    rf"/(?:[^\s/?#%]|{ESCAPED})+(?:\?(?:{PARAMETER}(?:&{PARAMETER})*)?)?"
)
#: Bytes of a unix socket's path (unix(7): 108 with the end).
LONGEST_PATH = 107


def database(text: str) -> str:
    """The database's address: a file, or a server that may have a password in it."""
    if is_of_server(text):
        return database_server(text)
    if not re.fullmatch(r"sqlite:////[^?]*[^/?]", text):
        named = "this" if "@" in text else repr(text)  # a password may be in it
        raise ValueError(
            f"{named} is not the address of a database; use sqlite:////absolute/path.db, or "
            "postgresql://user@host/name"
        )
    path = str(values.database_file(text))
    if wrong := values.strange(path):
        raise ValueError(f"{path!r} has {wrong} in its name; choose a file without")
    if path.startswith(("/proc/", "/sys/", "/dev/")):
        raise ValueError(f"{path} is not a file that can hold a database; name another")
    return text


def is_of_server(text: str) -> bool:
    """Whether the address of a database begins as that of a server does."""
    return text.partition(":")[0].lower() in ("postgresql", "postgres")


def database_server(text: str) -> str:
    """The address of a database of a PostgreSQL server, as libpq understands it. What is wrong with
    it is said without the address, which may hold a password."""
    if not SERVER_ADDRESS.fullmatch(text):
        raise ValueError(
            "not a PostgreSQL address with the name of a database; use "
            "postgresql://user@host/name, or postgresql:///name?host=/run/postgresql; a sign that "
            "has a meaning in it is written as %40, as @ is"
        )
    return f"{values.SERVER_SCHEME}{text.partition(':')[2]}"


def database_past_pooler(text: str) -> str:
    """The address of the same server without the pooler before it."""
    if not is_of_server(text):
        raise ValueError("not a PostgreSQL address; name the server behind CHAPAR_DATABASE_URL")
    return database_server(text)


def parts_of(text: str) -> SplitResult | None:
    """The parts of an address with a host, and a port if any, that there can be; None otherwise."""
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return None
    try:
        parts = urlsplit(text)
        sound = parts.port != 0 and HOST.fullmatch(parts.hostname or "")
    except ValueError:
        return None
    return parts if sound else None


def service(text: str) -> str:
    """The address of a service on the web."""
    parts = parts_of(text)
    if parts is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ValueError(f"{text!r} is not an address; write for example https://sponsor.ajay.app")
    return text.rstrip("/")


def machine(text: str) -> str:
    """The name of a machine among those that share a database."""
    if len(text) > machine_name.MOST_LETTERS or not machine_name.MACHINE_NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} is no name of a machine; write at most {machine_name.MOST_LETTERS} small "
            "letters, digits and hyphens, for example m1"
        )
    return text


def roles(text: str) -> tuple[str, ...]:
    """What a machine does, between commas or spaces, in the order of the table."""
    words = set(re.split(r"[,\s]+", text.strip(", ").lower()))
    if wrong := sorted(words - set(ROLES)):
        raise ValueError(f"{wrong[0]!r} is no role; write some of {', '.join(ROLES)}")
    return tuple(role for role in ROLES if role in words)


def softwares(text: str) -> tuple[tuple[str, str], ...]:
    """Sites and what they run, between commas or spaces: `board.example=vichan`."""
    found = []
    for word in re.split(r"[,\s]+", text):
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,252}=[a-z0-9]{2,30}", word):
            raise ValueError(f"{word!r} is no site; write for example social.example=mastodon")
        site, _, software = word.partition("=")
        found.append((site, software))
    return tuple(found)


def server(text: str) -> tuple[str, int]:
    """`host:port`; an IPv6 address stands in brackets."""
    parts = parts_of(f"//{text}")
    more = parts and (parts.path or parts.query or parts.fragment or "@" in text)
    if parts is None or more or not parts.hostname or not parts.port:
        raise ValueError(f"{text!r} is not host:port; write for example 127.0.0.1:4430")
    return parts.hostname, parts.port


def endpoint(text: str) -> tuple[str, int] | Path | None:
    """Where metrics and health are served: `host:port` on loopback, the absolute path of a unix
    socket, or None for `off`. They name nobody, and are nobody else's business all the same."""
    if text.lower() == "off":
        return None
    if text.startswith(("/", "~")):
        path = values.absolute(text)
        if len(bytes(path)) > LONGEST_PATH:
            raise ValueError(f"{path} is too long for a socket; {LONGEST_PATH} bytes are the most")
        return path
    host, port = server(text)
    if host != "localhost" and not is_loopback(host):
        raise ValueError(
            f"{host} can be reached from elsewhere; write 127.0.0.1:{port}, and let a web server "
            "that asks for a password pass it on"
        )
    return host, port


def is_loopback(host: str) -> bool:
    """Whether a host is an address of this machine's loopback; a name is none."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def folder(text: str) -> Path:
    """A folder that is there, by its absolute path."""
    path = Path(text).expanduser()
    if not path.is_absolute() or not path.is_dir():
        raise ValueError(f"{text!r} is no folder; make it, and write its absolute path")
    return path


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
    """The text of a key's PEM file. Raises ValueError when it cannot be read."""
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
            network = ip_network(word)
        except ValueError as error:
            raise ValueError(
                f"{error}; write networks like 10.20.0.0/16 with commas between them"
            ) from None
        if network.prefixlen < WIDEST[network.version]:
            raise ValueError(f"{word} opens far more than a network of yours; write that alone")
        found.append(network)
    return tuple(found)


def ports(text: str) -> tuple[int, ...]:
    """Ports of sites, between commas or spaces: `80, 443, 8080`."""
    words = re.split(r"[,\s]+", text)
    wrong = [
        one for one in words if not re.fullmatch(r"[0-9]{1,5}", one) or not 0 < int(one) <= 65535
    ]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not a port; write ports like 80,443,8080")
    return tuple(dict.fromkeys(map(int, words)))


def proxy(text: str) -> str:
    """An HTTP proxy's address, with a password or without."""
    parts = parts_of(text)
    more = parts and (parts.path.strip("/") or parts.query or parts.fragment)
    if parts is None or parts.scheme != "http" or not parts.port or more:
        raise ValueError(
            "not the address of an HTTP proxy; write http://host:port "
            "or http://user:password@host:port"
        )
    return text


def urls(text: str) -> tuple[str, ...]:
    """Addresses of pages, between spaces."""
    if len(text.split()) > MOST_PAGES:
        raise ValueError(f"{len(text.split())} are too many; write at most {MOST_PAGES}")
    for word in text.split():
        parts = parts_of(word)
        if parts is None or parts.scheme not in ("http", "https"):
            raise ValueError(
                f"{word!r} is not an address; write http://… or https://…, with spaces"
            )
    return tuple(text.split())


def page(text: str) -> str:
    """The address of a page that is called; what it says behind `?` may be its secret."""
    parts = parts_of(text)
    if parts is None or parts.scheme not in ("http", "https") or parts.fragment:
        raise ValueError("not the address of a page; write for example https://hooks.example/abc")
    if not text.isascii():
        raise ValueError("has letters that no address has; write them as %-codes")
    return text


def mailbox(text: str) -> str:
    """A mail server and whom it writes to, in one address."""
    parts = parts_of(text)
    to = unquote(urlsplit(text).path.lstrip("/")).split(",") if parts else []
    sound = all(RECEIVER.fullmatch(one.strip(" ")) for one in to)
    if parts is None or parts.scheme not in ("smtp", "smtps") or not sound:
        raise ValueError(
            "not a mail server with a receiver; write "
            "smtps://user:password@mail.example:465/me@example.org"
        )
    return text
