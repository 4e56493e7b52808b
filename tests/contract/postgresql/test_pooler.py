"""A pooler (pgbouncer) before the server: one in session mode is as good as the server, one in
transaction mode is refused in a sentence."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from procs.errors import StoreError
from procs.store.database import open_database
from tests import postgresql_server
from tests.contract.place import FAST, Place

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(PROGRAM is None, reason="no pgbouncer is installed"),
]
SETTINGS = """
[databases]
* = host={server} user=chapar
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = extra_float_digits
"""
PORT = 6432


@contextmanager
def pooler(mode: str) -> Iterator[Path]:
    """The folder of its socket."""
    with tempfile.TemporaryDirectory(prefix="ch-", dir=FAST) as name:
        folder, server = Path(name), postgresql_server.running()
        settings = folder / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(server=server.folder, folder=folder, mode=mode))
        if server.user:
            shutil.chown(folder, "nobody")
        words = [str(PROGRAM), "-q", str(settings)]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL, **server.user) as running:
            try:
                until_open(folder / f".s.PGSQL.{PORT}", running)
                yield folder
            finally:
                running.kill()


def until_open(path: Path, running: "subprocess.Popen[bytes]") -> None:
    while running.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
    raise AssertionError("the pooler ended")


def address(place: Place, folder: Path) -> str:
    return f"postgresql://chapar@/{place.name}?host={folder}&port={PORT}"


def test_a_pooler_in_transaction_mode_is_refused_in_a_sentence(place: Place) -> None:
    refused = pytest.raises(StoreError, match="a pooler in transaction mode")
    with pooler("transaction") as folder, refused:
        open_database(address(place, folder), run=place.run)


def test_it_is_known_while_others_use_the_pooler_too(place: Place) -> None:
    """Two sessions one behind the other are served by two of the server's then, now and again."""
    with pooler("transaction") as folder, busy(address(place, folder)):
        for _ in range(20):
            with pytest.raises(StoreError, match="a pooler in transaction mode"):
                open_database(address(place, folder), run=place.run)


@contextmanager
def busy(url: str) -> Iterator[None]:
    """Other programs run short transactions through the pooler."""
    over = threading.Event()

    def work() -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None) as session:
            while not over.is_set():
                session.execute("SELECT PG_SLEEP(0.001)")

    others = [threading.Thread(target=work) for _ in range(4)]
    for one in others:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in others:
            one.join()


def test_a_pooler_in_session_mode_is_as_good_as_the_server(place: Place) -> None:
    with pooler("session") as folder:
        db = open_database(address(place, folder), run=place.run)
        for scope in ("a", "b"):
            with db.write(full=True):
                db.change("INSERT INTO waits (scope, until) VALUES (:s, 1)", {"s": scope})
        rows = db.all("SELECT scope FROM waits ORDER BY scope")
        channel = db.channel()
        assert channel is not None
        channel().close()
        db.close()

    assert rows == [("a",), ("b",)]
