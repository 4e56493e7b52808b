"""Metrics and health over a real socket: what is served, what is refused, and that it lasts."""

import os
import signal
import socket
import stat
import subprocess
from collections.abc import Callable
from dataclasses import replace

import pytest

from procs.config import Settings
from procs.core import clock
from procs.keeper.metrics.metric_families import FAMILIES
from procs.keeper.metrics.metric_server import MOST_CONNECTIONS, MetricServer
from procs.keeper.metrics.textfile import MetricTextfile
from procs.store import wake
from procs.store.database import Database
from procs.store.health import round_trips, workers
from tests.unit.keeper.metrics.conftest import Endpoint

Serve = Callable[[Settings], Endpoint]


def at_work(db: Database) -> int:
    worker = workers.enter(db, "w00-1", now=clock.now())
    workers.serve(db, worker, slot=0, now=clock.now())
    return worker


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def test_the_socket_is_for_its_user_alone_without_any_setting(endpoint: Endpoint) -> None:
    mode = endpoint.where.stat().st_mode

    assert stat.S_ISSOCK(mode)
    assert mode & 0o077 == 0
    assert endpoint.gets("/metrics")[0] == 200


def test_metrics_are_served_on_loopback_too(settings: Settings, serving: Serve) -> None:
    endpoint = serving(replace(settings, metrics=("127.0.0.1", free_port())))

    assert endpoint.samples()['chapar_workers{state="serving"}'] == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/metrics/../livez", 404),
        ("POST", "/metrics", 405),
        ("GET", "/livez?verbose", 200),
    ],
)
def test_other_requests_are_answered_with_their_status(
    endpoint: Endpoint, method: str, path: str, status: int
) -> None:
    assert endpoint.gets(path, method)[0] == status


def test_a_head_has_the_length_and_no_body(endpoint: Endpoint) -> None:
    assert endpoint.gets("/livez", "HEAD") == (200, "")


@pytest.mark.parametrize("sent", [b"\r\n\r\n", b"GET /metrics\r\n\r\n", b"\xff" * 99 + b"\r\n\r\n"])
def test_what_is_no_request_is_refused_and_the_next_is_served(
    endpoint: Endpoint, sent: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(endpoint.where))
        line.sendall(sent)
        heard = line.recv(100)

    assert heard.startswith(b"HTTP/1.1 400 ")
    assert endpoint.gets("/livez")[0] == 200


def test_a_head_without_end_is_refused(endpoint: Endpoint) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(endpoint.where))
        line.sendall(b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 9000)

        assert line.recv(100).startswith(b"HTTP/1.1 431 ")


def test_silent_connections_delay_nobody(endpoint: Endpoint) -> None:
    lines = [socket.socket(socket.AF_UNIX) for _ in range(MOST_CONNECTIONS - 2)]
    for line in lines:
        line.connect(str(endpoint.where))

    assert endpoint.gets("/livez") == (200, "ok\n")
    for line in lines:
        line.close()


def test_the_socket_of_a_killed_keeper_is_replaced(settings: Settings, serving: Serve) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(settings.metrics))

    assert serving(settings).gets("/livez")[0] == 200


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_could_not_open_the_database_is_seen_to_be_gone_and_can_be_left(
    settings: Settings, db: Database
) -> None:
    """The keeper ends then, and the next one has another."""
    (settings.home / "chapar.db").rename(settings.home / "away.db")
    server = MetricServer(db, settings, settings.metrics, lambda: 0.0)
    server.start()
    server.join(timeout=30)

    server.leave()

    assert not server.is_alive()


def test_live_means_that_the_keepers_loop_turns(endpoint: Endpoint) -> None:
    endpoint.turned -= 60

    assert endpoint.gets("/livez") == (503, "keeper: its loop stands still\n")


def test_ready_needs_a_worker_that_serves_with_a_fresh_heartbeat(endpoint: Endpoint) -> None:
    before = endpoint.gets("/readyz")
    worker = at_work(endpoint.db)
    with_worker = endpoint.gets("/readyz")
    old = replace(clock.now(), boot=clock.now().boot - 90)
    workers.beat(endpoint.db, worker, jobs=1, now=old)

    assert before == (503, "workers: none serves with a fresh heartbeat\n")
    assert with_worker == (200, "ok\n")
    assert endpoint.gets("/readyz") == before


def test_ready_needs_a_worker_that_no_signal_has_stopped(endpoint: Endpoint) -> None:
    at_work(endpoint.db)
    with subprocess.Popen(["sleep", "60"]) as worker:
        facts = {"pid": worker.pid, "started": workers.start_of(worker.pid)}
        with endpoint.db.write():
            endpoint.db.change("UPDATE workers SET pid = :pid, started = :started", facts)
        runs = endpoint.gets("/readyz")[0]
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        stopped = endpoint.gets("/readyz")
        worker.send_signal(signal.SIGCONT)
        goes_on = endpoint.gets("/readyz")[0]
        worker.kill()

    assert stopped == (503, "workers: none serves with a fresh heartbeat\n")
    assert (runs, goes_on) == (200, 200)


def test_ready_needs_a_bot_that_is_connected(settings: Settings, serving: Serve) -> None:
    endpoint = serving(replace(settings, bot_token="777:x"))
    at_work(endpoint.db)

    assert endpoint.gets("/readyz") == (503, "bot: does not run, or is not connected yet\n")


def test_ready_needs_a_telegram_that_answers_and_a_bot_that_asks_it(
    settings: Settings, serving: Serve
) -> None:
    endpoint = serving(replace(settings, bot_token="777:x"))
    at_work(endpoint.db)
    now, heard = clock.now(), []
    bot = wake.WakeSocket(settings.run, wake.BOT)
    for result, age in (("answered", 0), ("away", 0), ("answered", 5), ("answered", 150)):
        round_trips.note(endpoint.db, result, now=replace(now, boot=now.boot - age))
        heard.append(endpoint.gets("/readyz"))
    bot.close()

    well, away, again, silent = heard
    assert (well, again) == ((200, "ok\n"), (200, "ok\n"))
    assert away == (503, "telegram: cannot be reached\n")
    assert silent[0] == 503
    assert silent[1].startswith("bot: no round trip to Telegram for 15")


def test_a_locked_database_is_named_within_seconds_and_scraped_all_the_same(
    endpoint: Endpoint,
) -> None:
    at_work(endpoint.db)
    with endpoint.db.write():
        began = clock.now().boot
        ready, samples = endpoint.gets("/readyz"), endpoint.samples()
        took = clock.now().boot - began

    assert ready == (503, "database: no write within 1 s\n")
    assert samples['chapar_workers{state="serving"}'] == 1
    assert took < 10


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_a_disk_that_is_gone_is_an_answer(settings: Settings, serving: Serve, path: str) -> None:
    settings = replace(settings, home=settings.home / "gone")

    status, said = serving(settings).gets(path)

    assert (status, str(settings.home) in said, "No such file" in said) == (503, True, True)


def test_the_textfile_is_whole_and_readable_and_what_a_scrape_says(
    settings: Settings, db: Database
) -> None:
    MetricTextfile(db, settings).write()

    (file,) = settings.metrics_textfile.iterdir()
    names = {line.split()[2] for line in file.read_text().splitlines() if line.startswith("# TYPE")}
    assert file.name == "chapar.prom"
    assert file.stat().st_mode & 0o777 == 0o644
    assert {"chapar_jobs", "chapar_build_info", "chapar_disk_free_bytes"} <= names


def test_a_textfile_folder_that_is_gone_stops_no_round(settings: Settings, db: Database) -> None:
    os.rmdir(settings.metrics_textfile)

    MetricTextfile(db, settings).write()

    assert not settings.metrics_textfile.exists()


def test_names_follow_the_conventions() -> None:
    """prometheus.io/docs/practices/naming."""
    counters = [one.name for one in FAMILIES if one.type == "counter"]
    others = [one.name for one in FAMILIES if one.type != "counter"]

    assert [name for name in counters if not name.endswith("_total")] == []
    assert [name for name in others if name.endswith(("_total", "_count", "_sum"))] == []
    assert [
        n for n in counters + others if n.endswith(("_ms", "_mib", "_percent", "_minutes"))
    ] == []
    assert len(set(counters + others)) == len(FAMILIES)
