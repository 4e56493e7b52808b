"""The ways out besides the chat: a webhook, a mail server, systemd's journal, a heartbeat.

Each operation of a socket has its time here, and each call as a whole in `bounded_call`. Through
the upstream proxy goes only what has a public name.
"""

import base64
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from procs.core import codec, disk, log
from procs.keeper.outside.outside_message import CRITICAL, OVER, OutsideMessage

#: Seconds that a service may take.
SERVICE_TIME = 10.0
JOURNAL, CGROUP = Path("/run/systemd/journal/socket"), Path("/proc/self/cgroup")
#: Seconds for which a journal may be behind.
JOURNAL_TIME = 1.0
#: syslog(3).
ERR, WARN, NOTICE = 3, 4, 5
#: From here on a mail server's answer is its last word (RFC 5321).
PERMANENT = 500
#: What a service that does not take a message raises.
UNDELIVERED = (OSError, HTTPException, smtplib.SMTPException, ValueError)
#: Answers of HTTP to one message: wrong for the service, or too large. Others are about all.
WRONG = frozenset({400, 413, 422})


def is_refusal(error: Exception) -> bool:
    """Whether a service answered, and it may take another message."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in WRONG
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= PERMANENT


def post(url: str, message: OutsideMessage, *, proxy: str = "") -> None:
    """Raises one of UNDELIVERED."""
    headers = {"Content-Type": "application/json", "X-Chapar-Message": message.id}
    call(request_of(url, codec.dump(message.body).encode(), headers), proxy=proxy)


def beat(url: str, *, proxy: str = "") -> None:
    """Raises one of UNDELIVERED."""
    call(request_of(url), proxy=proxy)


def request_of(
    url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> urllib.request.Request:
    """A request. A user and a password in front of the host are sent as HTTP wants them (RFC 7617):
    the library takes them for a part of the host's name."""
    parts, more = urlsplit(url), dict(headers or {})
    before, _, host = parts.netloc.rpartition("@")
    if before:
        known = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        more["Authorization"] = f"Basic {base64.b64encode(known.encode()).decode()}"
    return urllib.request.Request(parts._replace(netloc=host).geturl(), body, more)


def call(request: urllib.request.Request, *, proxy: str) -> None:
    """One call. The environment names no proxy to us, and no redirect leads elsewhere."""
    through = {} if not proxy or is_near(request.host) else {"http": proxy, "https": proxy}
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler(through), StayingHandler(), urllib.request.HTTPSHandler()
    )
    request.add_header("User-Agent", "chapar")
    opener.open(request, timeout=SERVICE_TIME).close()


class StayingHandler(urllib.request.HTTPRedirectHandler):
    """A message is for the address that the operator wrote."""

    def redirect_request(self, *_: object) -> None:
        return None


def is_near(host: str) -> bool:
    """Whether a host is this machine or of its own network."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return not ip_address(name).is_global
    except ValueError:
        return name == "localhost" or "." not in name


def mail(address: str, message: OutsideMessage) -> None:
    """Send by `smtp://user:password@server:port/to@example.org` (smtps:// for TLS at once; else
    TLS where the server offers it). Raises one of UNDELIVERED."""
    parts = urlsplit(address)
    assert parts.hostname
    to = unquote(parts.path.lstrip("/"))
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.subject.split())
    letter["From"] = f"chapar@{disk.host()}" if not parts.username else sender(parts.username)
    letter["To"] = to
    letter["Date"] = formatdate(message.at)  # which RFC 5322 wants of every letter
    letter["Message-ID"] = f"<{message.id}@chapar>"
    letter["Auto-Submitted"] = "auto-generated"  # nobody's holiday answers it (RFC 3834)
    letter.set_content(message.text + "\n")
    with connected(parts.scheme, parts.hostname, parts.port or 0) as server:
        secure(server, parts.scheme)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)


def connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    """A connection to a mail server. The library judges no certificate without a context."""
    if scheme != "smtps":
        return smtplib.SMTP(host, port, timeout=SERVICE_TIME)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(host, port, timeout=SERVICE_TIME, context=context)


def sender(user: str) -> str:
    """The address of the sender: the user's own, or that user at this machine."""
    name = unquote(user)
    return name if "@" in name else f"{name}@{disk.host()}"


def secure(server: smtplib.SMTP, scheme: str) -> None:
    """Begin TLS where a plain connection offers it. Raises smtplib.SMTPException."""
    server.ehlo()
    if scheme == "smtp" and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()


def journal(message: OutsideMessage, *, path: Path = JOURNAL, unit: Path = CGROUP) -> None:
    """Note each alert in the journal by its priority, where we are a unit of systemd: the files of
    logs are not read by `journalctl -u`. The form is systemd's native protocol
    (systemd.io/JOURNAL_NATIVE_PROTOCOL)."""
    try:
        if ".service" not in unit.read_text():
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(JOURNAL_TIME)
            for one in message.alerts:
                line.sendto(entry(one), str(path))
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("journal.unwritten", error=error)


def entry(alert: dict[str, str]) -> bytes:
    """One entry of the journal, in its native protocol (systemd.journal-fields(7))."""
    words = [alert["summary"], alert["detail"], f"fix: {alert['fix']}" if alert["fix"] else ""]
    said = " ".join(" ".join(one for one in words if one).split())
    facts = {
        "PRIORITY": priority(alert),
        "SYSLOG_IDENTIFIER": "chapar",
        "CHAPAR_ALERT": alert["kind"],
        "MESSAGE": f"alert {alert['state']}: {said}",
    }
    return "".join(f"{name}={value}\n" for name, value in facts.items()).encode()


def priority(alert: dict[str, str]) -> int:
    """The priority of an entry (syslog(3))."""
    if alert["state"] == OVER:
        return NOTICE
    return ERR if alert["severity"] == CRITICAL else WARN
