"""An endpoint that serves over a real socket, and who asks it."""

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock
from procs.keeper.metrics.metric_server import MetricServer
from procs.store.database import Database

SAMPLE = re.compile(r"^(chapar_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(str(self.path))


@dataclass
class Endpoint:
    """A keeper's endpoint, in the words of a test. `turned`: when the keeper's loop turned last."""

    where: Path | tuple[str, int]
    db: Database
    turned: float = field(default_factory=lambda: clock.now().boot)

    def gets(self, path: str, method: str = "GET") -> tuple[int, str]:
        where = self.where
        line = (
            UnixConnection(where) if isinstance(where, Path) else http.client.HTTPConnection(*where)
        )
        line.request(method, path)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, text

    def samples(self) -> dict[str, float]:
        """Every sample of a scrape, by its name with its labels."""
        status, text = self.gets("/metrics")
        assert status == 200
        return {
            f"{n}{{{labels}}}" if labels else n: float(v) for n, labels, v in SAMPLE.findall(text)
        }


def listens(where: Path | tuple[str, int]) -> None:
    """Wait until somebody listens there."""
    family = socket.AF_UNIX if isinstance(where, Path) else socket.AF_INET
    for _ in range(1000):
        with socket.socket(family, socket.SOCK_STREAM) as line:
            if line.connect_ex(str(where) if isinstance(where, Path) else where) == 0:
                return
        threading.Event().wait(0.01)
    raise AssertionError(f"nobody listens at {where}")


@pytest.fixture
def settings(short_home: Path) -> Settings:
    (short_home / "textfile").mkdir()
    environ = {
        "CHAPAR_HOME": str(short_home),
        "CHAPAR_METRICS_TEXTFILE": str(short_home / "textfile"),
    }
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


@pytest.fixture
def serving(db: Database) -> Iterator[Callable[[Settings], Endpoint]]:
    """Starts endpoints, which are sent away at the end."""
    servers: list[MetricServer] = []

    def serve(settings: Settings) -> Endpoint:
        endpoint = Endpoint(settings.metrics, db)
        server = MetricServer(db, settings, settings.metrics, lambda: endpoint.turned)
        server.start()
        servers.append(server)
        listens(settings.metrics)
        return endpoint

    yield serve
    for server in servers:
        server.leave()


@pytest.fixture
def endpoint(settings: Settings, serving: Callable[[Settings], Endpoint]) -> Endpoint:
    return serving(settings)
