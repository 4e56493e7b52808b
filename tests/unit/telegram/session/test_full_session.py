"""A session file for which the disk has no room: the place in the updates stays where it was."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyrogram.storage.storage import UpdateState

from procs.errors import StoreFull
from procs.telegram.session.mtproto_client import MessageLedger, always


@contextmanager
def full() -> Iterator[None]:
    """No process may make a file larger than nothing (setrlimit(2))."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


async def test_a_place_without_room_is_a_store_that_is_full_and_is_kept_afterwards(tmp_path: Path):
    ledger = MessageLedger("bot", tmp_path, always)
    await ledger.open()
    try:
        await ledger.set_update_state(UpdateState(0, 7, 0, 0, 0))
        with full(), pytest.raises(StoreFull, match=r"bot\.session"):
            await ledger.save()
        await ledger.set_update_state(UpdateState(0, 7, 0, 0, 0))
        await ledger.save()
        assert [state.pts for state in await ledger.get_update_states()] == [7]
    finally:
        await ledger.close()
