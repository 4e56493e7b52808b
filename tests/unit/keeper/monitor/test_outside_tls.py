"""The ways out over TLS: letters, and the ends of certificates, with real servers."""

import socketserver
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from procs.core import clock
from procs.errors import alert_kinds
from procs.keeper.outside import certificates, outside_channels, outside_message
from procs.keeper.outside.outside_channels import UNDELIVERED
from procs.keeper.outside.outside_message import OutsideMessage, ToldAlert
from tests.unit.keeper.monitor.conftest import MailServer, served
from tests.unit.keeper.monitor.tls_files import certificate

DAY = 86400.0
AUTH_PLAIN = "AUTH PLAIN AG9wcwBzZWNyZXQ="

Trusted = Callable[..., ssl.SSLContext]


def message() -> OutsideMessage:
    now = clock.now()
    told = [("new", ToldAlert(alert_kinds.MEMORY, "", now.wall, 0.0, "81 % in use"))]
    return outside_message.tell({}, told, ("mail",), now=now)


def ending(days: float) -> str:
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY))


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trusted:
    """Makes a server's context, whose certificate this machine believes."""

    def make(days: float = 60) -> ssl.SSLContext:
        context = certificate(tmp_path / "tls", ends=ending(days))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls" / "cert.pem"))
        return context

    return make


class Logs(MailServer):
    """A mail server with people who have passwords."""

    def address(self, scheme: str) -> str:
        return f"{scheme}://ops:secret@127.0.0.1:{self.server_address[1]}/me@example.org"


@contextmanager
def mail(tls: ssl.SSLContext | None, *, offers: bool = False) -> Iterator[Logs]:
    yield from served(Logs(tls, offers=offers))


@pytest.mark.parametrize(("scheme", "offers"), [("smtps", False), ("smtp", True)])
def test_a_letter_and_its_password_go_over_tls(trusted: Trusted, scheme: str, offers: bool) -> None:
    with mail(trusted(), offers=offers) as server:
        outside_channels.mail(server.address(scheme), message())

    assert server.logins == [(AUTH_PLAIN, True)]
    assert "81 % in use" in server.letters[0]


@pytest.mark.parametrize(("scheme", "offers"), [("smtps", False), ("smtp", True)])
def test_a_mail_server_that_nobody_vouches_for_gets_neither_password_nor_letter(
    tmp_path: Path, scheme: str, offers: bool
) -> None:
    unknown = certificate(tmp_path / "own", ends=ending(60))
    with mail(unknown, offers=offers) as server, pytest.raises(UNDELIVERED):
        outside_channels.mail(server.address(scheme), message())

    assert (server.logins, server.letters) == ([], [])


class Silent(socketserver.BaseRequestHandler):
    """Shakes hands, and says nothing."""

    def handle(self) -> None:
        tls: ssl.SSLContext = self.server.tls  # type: ignore[attr-defined]
        try:
            tls.wrap_socket(self.request, server_side=True).close()
        except OSError:
            return  # the other side does not believe it


@contextmanager
def listening(tls: ssl.SSLContext) -> Iterator[tuple[str, int]]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent)
    server.daemon_threads = True
    server.tls = tls  # type: ignore[attr-defined]
    for _ in served(server):
        yield ("127.0.0.1", server.server_address[1])


@pytest.mark.parametrize(("days", "due"), [(60, False), (13.25, True), (1, True)])
def test_a_certificate_is_due_two_weeks_before_its_end(
    trusted: Trusted, days: float, due: bool
) -> None:
    with listening(trusted(days)) as address:
        found, said = certificates.due([address], now=clock.now())

    assert found == pytest.approx(certificates.DUE - days, abs=0.01)
    assert (found > 0) is due
    assert said == f"127.0.0.1:{address[1]}: {days:.0f} days left"


def test_a_server_whose_name_there_cannot_be_ends_no_look() -> None:
    assert certificates.due([("hooks..example", 443)], now=clock.now()) == (None, "")


def test_a_certificate_that_has_ended_is_due(trusted: Trusted) -> None:
    with listening(trusted(-1)) as address:
        found, said = certificates.due([address], now=clock.now())

    assert found == certificates.DUE
    assert said.endswith("0 days left")


def test_the_certificate_that_ends_first_is_named(trusted: Trusted, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    late = certificate(tmp_path / "late", ends=ending(60))
    with listening(trusted(5)) as soon, listening(late) as other:
        bundle.write_text(
            "".join((tmp_path / one / "cert.pem").read_text() for one in ("tls", "late"))
        )
        context = ssl.create_default_context(cafile=str(bundle))
        _, said = certificates.due([other, soon], now=clock.now(), context=context)

    assert said == f"127.0.0.1:{soon[1]}: 5 days left"
