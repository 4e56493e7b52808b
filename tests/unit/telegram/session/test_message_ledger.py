"""What a session's file is written for: each write waits for the disk."""

import pytest
from pyrogram.storage.storage import UpdateState

from procs.telegram.session import mtproto_client
from procs.telegram.session.mtproto_client import MessageLedger

ANN = (7, 5, "user", None)


@pytest.fixture
async def ledger(tmp_path):
    ledger = MessageLedger("bot", tmp_path, lambda: True)
    await ledger.open()
    await ledger.update_peers([ANN])
    await ledger.save()
    yield ledger
    await ledger.close()


@pytest.fixture
def said(ledger) -> list[str]:
    said: list[str] = []
    ledger.conn.set_trace_callback(said.append)
    return said


async def test_what_is_there_already_is_not_written_again(ledger, said):
    await ledger.update_peers([ANN])
    await ledger.update_usernames([(7, ["ann"])])
    await ledger.save()
    assert [word for word in said if not word.startswith("SELECT")] == []


async def test_who_was_met_lately_is_not_searched_for(ledger, said):
    await ledger.update_peers([ANN])
    assert said == []


async def test_of_more_people_than_are_remembered_the_latest_are(ledger, said, monkeypatch):
    monkeypatch.setattr(mtproto_client, "STORED_PEERS", 2)
    await ledger.update_peers([(number, 5, "user", None) for number in (7, 8, 9)])
    assert list(ledger.stored) == [8, 9]


async def test_another_access_hash_is_written(ledger, said):
    await ledger.update_peers([(7, 6, "user", None)])
    await ledger.save()
    assert (await ledger.get_peer_by_id(7)).access_hash == 6
    assert "COMMIT" in said


async def test_a_place_that_moved_is_written(ledger, said):
    await ledger.set_update_state(UpdateState(0, 2, 0, 0, 0))
    await ledger.save()
    assert "COMMIT" in said
