"""Lines of logs are read together, everything else at once."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from supervisor.options import ServerOptions

from daemon.supervisor.log_poller import LOG_INTERVAL, LogPoller

Pipe = tuple[int, int]


@pytest.fixture
def pipes() -> Iterator[list[Pipe]]:
    """A log, and something else that supervisord listens to."""
    with ExitStack() as ends:
        made = [os.pipe() for _ in range(2)]
        for end in (end for pipe in made for end in pipe):
            ends.callback(os.close, end)
        yield made


@pytest.fixture
def poller(pipes: list[Pipe]) -> LogPoller:
    poller = LogPoller(ServerOptions())
    for readable, _ in pipes:
        poller.register_readable(readable)
    poller.logs = {pipes[0][0]}
    return poller


def took(poller: LogPoller, timeout: float = 5.0) -> tuple[list[int], float]:
    began = time.monotonic()
    readable, _ = poller.poll(timeout)
    return readable, time.monotonic() - began


def test_the_first_line_is_read_at_once(poller: LogPoller, pipes: list[Pipe]) -> None:
    os.write(pipes[0][1], b"a line\n")
    readable, seconds = took(poller)
    assert readable == [pipes[0][0]]
    assert seconds < LOG_INTERVAL


def test_the_next_one_waits_for_more(poller: LogPoller, pipes: list[Pipe]) -> None:
    os.write(pipes[0][1], b"a line\n")
    took(poller)
    readable, seconds = took(poller)
    assert readable == [pipes[0][0]]
    assert seconds > LOG_INTERVAL * 0.9


def test_what_is_no_log_is_heard_meanwhile(poller: LogPoller, pipes: list[Pipe]) -> None:
    os.write(pipes[0][1], b"a line\n")
    took(poller)
    os.write(pipes[1][1], b"!")
    readable, seconds = took(poller)
    assert readable == [pipes[1][0]]
    assert seconds < LOG_INTERVAL * 0.9


def test_a_wait_is_no_longer_than_it_was_to_be(poller: LogPoller, pipes: list[Pipe]) -> None:
    os.write(pipes[0][1], b"a line\n")
    took(poller)
    readable, seconds = took(poller, timeout=LOG_INTERVAL / 4)
    assert readable == [pipes[0][0]]
    assert seconds < LOG_INTERVAL * 0.9
