"""Services that are slow, hang, or lie behind a password: nobody waits for long, and nothing secret
is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from procs.config import Settings, address_values
from procs.core import clock
from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.keeper.outside import outside_channels
from procs.keeper.outside.bounded_call import BoundedCall
from procs.keeper.outside.channel_queue import CHANNEL_REST, WEBHOOK, ChannelQueue
from procs.keeper.outside.heartbeat import Heartbeat
from procs.store.database import Database
from tests.unit.keeper.monitor.conftest import Hook
from tests.unit.keeper.monitor.test_monitor import settings
from tests.unit.keeper.monitor.test_outside import message

__all__ = ["settings"]


@pytest.fixture
def drip() -> Iterator[str]:
    """A server that sends a byte of its answer's head now and then, for ever."""
    ended = threading.Event()
    lines: list[socket.socket] = []

    def serve() -> None:
        while not ended.wait(0.05):
            with suppress(BlockingIOError):
                lines.append(server.accept()[0])
            for line in lines:
                with suppress(OSError):
                    line.send(b"H")

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"
        ended.set()
        thread.join()
    for line in lines:
        line.close()


def test_a_service_that_drips_holds_nobody_up_and_is_called_once(drip: str) -> None:
    call, began = BoundedCall[None](0.3), clock.now().boot

    for _ in range(3):
        with pytest.raises(TimeoutError):
            call.run(lambda: outside_channels.beat(drip))

    assert clock.now().boot - began < 3
    assert sum(one.name == "outside-call" for one in threading.enumerate()) == 1


def test_a_channel_that_drips_keeps_its_message_and_the_other_channels_take_theirs(
    drip: str, settings: Settings, hook: Hook
) -> None:
    queue, one = ChannelQueue(settings), message(alert_kinds.WORKERS_DOWN)
    one.left = [WEBHOOK, "slow"]
    queue.sends["slow"] = lambda _: outside_channels.beat(drip)
    queue.calls["slow"] = BoundedCall(0.3)

    queue.send([one], Now(0.0, 1.0))

    assert one.left == ["slow"]
    assert len(hook.bodies) == 1
    assert queue.resting == {"slow": 1.0 + CHANNEL_REST}


def test_a_password_in_front_of_the_host_is_sent_as_http_wants_it_and_told_to_no_log(
    settings: Settings, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    address = hook.url.replace("http://", "http://ops:hid%40den@")
    queue, one = ChannelQueue(replace(settings, alert_webhook=address)), message("x")

    queue.send([one], Now(0.0, 1.0))
    hook.status = 500
    queue.send([message("x")], Now(0.0, 1.0))

    assert hook.authorizations == ["Basic b3BzOmhpZEBkZW4=", "Basic b3BzOmhpZEBkZW4="]
    assert one.left == []
    assert "hid" not in caplog.text


def test_a_journal_that_takes_nothing_holds_nobody_up(tmp_path: Path) -> None:
    unit = tmp_path / "cgroup"
    unit.write_text("0::/system.slice/chapar.service\n")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other,
    ):
        journal.bind(str(tmp_path / "journal"))
        other.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                other.sendto(b"x", str(tmp_path / "journal"))
        said = threading.Thread(
            target=outside_channels.journal,
            args=(message(alert_kinds.WORKERS_DOWN),),
            kwargs={"path": tmp_path / "journal", "unit": unit},
            daemon=True,
        )
        said.start()
        said.join(timeout=10)

        assert not said.is_alive()


def test_a_home_that_is_gone_is_a_missed_heartbeat_and_no_dead_monitor(
    db: Database, settings: Settings, hook: Hook
) -> None:
    settings = replace(settings, heartbeat_url=hook.url, home=settings.home / "gone")
    heartbeat = Heartbeat(db, settings, lambda: clock.now().boot)

    heartbeat.beat(Now(0.0, 100.0))

    assert f"disk: {settings.home}: No such file or directory" in heartbeat.why
    assert hook.called == []


def test_an_address_with_other_letters_is_refused_before_it_is_called() -> None:
    with pytest.raises(ValueError, match="write them as %-codes"):
        address_values.page("https://hooks.example/h\u00f6ren")
