"""A process of one machine wakes one of another: two run folders, one server, a relay for each."""

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from procs.core import clock
from procs.keeper.machines.wake_relay import WakeRelay
from procs.records.job import Lane
from procs.store import wake
from procs.store.database import Channel
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.wake import WakeSocket
from tests import postgresql_server
from tests.contract.place import Place

pytestmark = [pytest.mark.postgresql, pytest.mark.session]
PATIENCE = 20.0


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory, place: Place) -> Iterator[tuple[Path, Path]]:
    """The run folders of two machines whose relays listen."""
    heres = (place.folder / "a", place.folder / "b")
    relays = [WakeRelay(run, lambda: ServerChannel(place.url)) for run in heres]
    for relay in relays:
        relay.start()
    yield heres
    for relay in relays:
        relay.leave()


@pytest.fixture
def witness(place: Place) -> Iterator[Channel]:
    """A third machine, which hears what is said."""
    channel = ServerChannel(place.url)
    yield channel
    channel.close()


def hears(socket: WakeSocket) -> set[bytes]:
    """What a process is told, within the patience of a busy machine."""
    select.select([socket.socket], [], [], PATIENCE)
    return socket.heard()


def listens(place: Place, count: int) -> bool:
    asks = "(query LIKE 'LISTEN%' OR query LIKE '%FROM news%')"
    told = f"SELECT COUNT(*) FROM pg_stat_activity WHERE {asks} AND datname = '{{}}'"
    return postgresql_server.running().answer(told.format(place.name)) == str(count)


def until_listening(place: Place, count: int) -> None:
    until = clock.steady() + PATIENCE
    while not listens(place, count):
        assert clock.steady() < until


def test_work_that_nobody_here_is_idle_for_wakes_a_worker_of_another_machine(
    folders: tuple[Path, Path], place: Place
) -> None:
    here, there = folders
    worker = WakeSocket(there, "w01-5")
    worker.rest([Lane.HEAVY])
    until_listening(place, 2)

    assert wake.notify_idle(here, lanes=[Lane.HEAVY]) == 0

    assert hears(worker) == {wake.WORK % Lane.HEAVY}
    worker.close()


def test_a_process_that_is_not_here_is_told_on_its_machine(
    folders: tuple[Path, Path], place: Place
) -> None:
    here, there = folders
    bot = WakeSocket(there, wake.BOT)
    until_listening(place, 2)

    assert not wake.notify(here, wake.BOT, b"stop 41")

    assert hears(bot) == {b"stop 41"}
    bot.close()


def test_who_is_idle_here_is_woken_without_the_server(
    folders: tuple[Path, Path], place: Place, witness: Channel
) -> None:
    here, _ = folders
    worker = WakeSocket(here, "w00-4")
    worker.rest([Lane.HEAVY])
    until_listening(place, 3)

    assert wake.notify_idle(here, lanes=[Lane.HEAVY]) == 1
    wake.notify(here, "w09-1", b"stop 7")

    select.select([witness], [], [], PATIENCE)
    assert witness.heard() == {b"w09-1 stop 7"}
    worker.close()


def test_a_relay_whose_connection_ends_comes_back(folders: tuple[Path, Path], place: Place) -> None:
    here, there = folders
    until_listening(place, 2)
    ends = "SELECT PG_TERMINATE_BACKEND(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'"
    postgresql_server.running().answer(ends.format(place.name))
    bot = WakeSocket(there, wake.BOT)
    until_listening(place, 2)

    wake.notify(here, wake.BOT, b"x")

    assert hears(bot) == {b"x"}
    bot.close()


def test_words_that_came_together_are_one_notification(place: Place, witness: Channel) -> None:
    """One takes a lock of the whole server, so their number does not grow with the words."""
    relay = WakeRelay(place.folder / "c", lambda: ServerChannel(place.url))
    words = {b"w09-1 stop %d" % n for n in range(8)}
    for word in words:
        assert wake.tell_here(place.folder / "c", wake.RELAY, word)

    relay.start()

    select.select([witness], [], [], PATIENCE)
    assert witness.heard() == words
    relay.leave()


def test_no_word_is_cut_however_many_come_at_once(place: Place, witness: Channel) -> None:
    """The number of another job would stand in what is left of it."""
    words = {b"m1-w09-1 stop %d" % n for n in range(100_000, 100_700)}
    heard: set[bytes] = set()
    speaker = ServerChannel(place.url)

    speaker.say(words)
    while not heard >= words and select.select([witness], [], [], PATIENCE)[0]:
        heard |= witness.heard()

    assert heard == words
    speaker.close()
