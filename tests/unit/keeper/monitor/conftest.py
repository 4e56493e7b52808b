"""A webhook on loopback, and a mail server that takes one letter after the other."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Hook(ThreadingHTTPServer):
    """Keeps what is posted, and the paths that are only called; answers by `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HookHandler)
        self.bodies: list[dict[str, Any]] = []
        self.called: list[str] = []
        self.authorizations: list[str] = []
        self.status = 200
        #: What is answered to messages of some kinds instead.
        self.status_of: dict[str, int] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?token=abc"


class HookHandler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        if known := self.headers["Authorization"]:
            self.server.authorizations.append(known)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.answer(self.server.status_of.get(body["alerts"][0]["kind"]))

    def do_GET(self) -> None:
        self.server.called.append(self.path)
        self.answer()

    def answer(self, status: int | None = None) -> None:
        self.send_response(status or self.server.status)
        if self.server.status in (301, 302):
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing of it belongs into the output of the tests."""


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, tls: ssl.SSLContext | None = None, *, offers: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), MailHandler)
        self.tls, self.offers = tls, offers
        self.letters: list[str] = []
        self.receivers: list[str] = []
        self.logins: list[tuple[str, bool]] = []

    def handle_error(self, *_: object) -> None:
        """Who breaks the connection off is the test's matter."""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}/me%2Bops@example.org"


class MailHandler(socketserver.StreamRequestHandler):
    """The few words of SMTP that a letter needs (RFC 5321), and STARTTLS (RFC 3207)."""

    server: MailServer

    def setup(self) -> None:
        self.secured = self.server.tls is not None and not self.server.offers
        if self.secured:
            self.request = self.secure(self.request)
        super().setup()

    def secure(self, line: socket.socket) -> ssl.SSLSocket:
        assert self.server.tls is not None
        return self.server.tls.wrap_socket(line, server_side=True)

    def handle(self) -> None:
        self.say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "EHLO" and self.server.tls:
                self.say("250-mail.example")
                self.say("250-AUTH PLAIN" if self.secured else "250-STARTTLS")
            if word == "AUTH":
                self.server.logins.append((line, self.secured))
                self.say("235 known")
                continue
            if word == "STARTTLS":
                self.say("220 go on")
                self.request, self.secured = self.secure(self.request), True
                super().setup()
                continue
            if word == "QUIT":
                return self.say("221 bye")
            if word == "RCPT":
                self.server.receivers.append(line.partition("<")[2].rstrip(">"))
            if word == "DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())
            self.say("250 ok")

    def letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        return "".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def served(server: socketserver.BaseServer) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    yield from served(Hook())


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    yield from served(MailServer())
