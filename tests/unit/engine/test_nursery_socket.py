"""The socket of a nursery, where another one listens in a folder that was made anew."""

import shutil
import socket
from pathlib import Path

from procs.engine.nursery.listener import SOCKET, NurserySocket


def is_heard(run: Path) -> bool:
    """Whether somebody listens in a folder."""
    with socket.socket(socket.AF_UNIX) as link:
        return link.connect_ex(str(run / SOCKET)) == 0


def test_one_that_ends_late_leaves_the_socket_of_a_home_that_was_made_anew(short_home):
    run = short_home / "run"
    run.mkdir(exist_ok=True)
    late = NurserySocket(run)
    shutil.rmtree(run)
    run.mkdir()
    fresh = NurserySocket(run)

    late.close()

    assert is_heard(run)
    fresh.close()
    assert not (run / SOCKET).exists()
