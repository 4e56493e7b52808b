"""For whom uploads are made, and what a refusal means in which call."""

import os
from pathlib import Path

import pytest
from pyrogram.errors import RPCError
from pyrogram.raw.functions.messages import UploadMedia
from pyrogram.raw.types import RpcError

from procs.errors import ChatClosed, TelegramAway, TelegramRefused, UploadRefused, alert_kinds
from procs.records.job import File
from procs.telegram.delivery.courier import Courier, UploadOptions
from procs.telegram.rpc_errors import IN_A_CHAT, PEER, PeerRefused, translate
from tests.sandbox.person import Person
from tests.sandbox.telegram.server import Telegram

UPLOAD = "messages.uploadMedia"


def a_file(folder: Path) -> File:
    path = folder / "clip.bin"
    path.write_bytes(os.urandom(1000))
    facts = {"kind": "document", "name": "clip.bin", "mime": "application/octet-stream"}
    return File(path=str(path), size=1000, **facts)


def heard(done: int, total: int) -> None:
    """Progress that no test looks at."""


@pytest.fixture
async def couriers(settings, db):
    """Couriers of the same account, as after restarts."""
    made: list[Courier] = []

    async def make() -> Courier:
        made.append(Courier(settings, len(made), db))
        await made[-1].connect()
        return made[-1]

    yield make
    for courier in made:
        await courier.close()


async def uploads(courier: Courier, folder: Path, tg: Telegram, ali: Person) -> int:
    """Upload once, for Ali. How many calls it took."""
    before = len(await tg.calls(UPLOAD))
    waiting = [(ali.id, tg.world.access_hash(tg.bot, ali.id))]
    await courier.upload(a_file(folder), heard, UploadOptions(waiting=lambda: waiting))
    return len(await tg.calls(UPLOAD)) - before


@pytest.mark.parametrize(
    ("refused", "calls"), [([], 1), (["empty"], 2), (["empty", "self"], 3), (["self"], 1)]
)
async def test_the_first_peer_that_is_taken_is_found_and_remembered(
    tg, couriers, ali, tmp_path, refused, calls
):
    await tg.behaves(refused=refused)
    assert await uploads(await couriers(), tmp_path, tg, ali) == calls
    assert await uploads(await couriers(), tmp_path, tg, ali) == 1


async def test_what_was_remembered_is_learned_anew_when_it_works_no_more(
    tg, couriers, ali, tmp_path
):
    courier = await couriers()
    await tg.behaves(refused=["empty", "self"])
    assert await uploads(courier, tmp_path, tg, ali) == 3
    await tg.behaves(refused=["chat"])
    assert await uploads(courier, tmp_path, tg, ali) == 2
    assert await uploads(await couriers(), tmp_path, tg, ali) == 1


async def test_nobody_is_told_of_a_closed_chat_when_no_upload_is_taken(tg, couriers, ali, tmp_path):
    await tg.behaves(refused=["empty", "self", "chat"])
    with pytest.raises(UploadRefused) as refusal:
        await uploads(await couriers(), tmp_path, tg, ali)
    assert refusal.value.detail.count("PEER_ID_INVALID") == 3
    assert refusal.value.say == "failed-upload"
    assert refusal.value.name in alert_kinds.FAILURE_ALERTS


async def test_a_person_who_blocked_the_bot_is_passed_over_for_the_next(
    tg, couriers, ali, tmp_path
):
    sara = await tg.person("Sara")
    await sara.starts()
    await tg.behaves(refused=["empty", "self"])
    await tg.fails(UPLOAD, "400 USER_IS_BLOCKED", peer=ali.id)
    waiting = [(one.id, tg.world.access_hash(tg.bot, one.id)) for one in (ali, sara)]
    courier = await couriers()
    options = UploadOptions(waiting=lambda: waiting)
    reference = await courier.upload(a_file(tmp_path), heard, options)
    assert reference.access_hash


@pytest.mark.parametrize("error", ["500 INTERNAL", "400 MEDIA_INVALID", "400 FILE_PARTS_INVALID"])
async def test_other_failures_try_no_other_peer(tg, couriers, ali, tmp_path, error):
    await tg.fails(UPLOAD, error, times=5)
    with pytest.raises((TelegramRefused, TelegramAway)):
        await uploads(await couriers(), tmp_path, tg, ali)
    assert len(await tg.calls(UPLOAD)) == 1


def raised(code: int, words: str) -> RPCError:
    try:
        RPCError.raise_it(RpcError(error_code=code, error_message=words), UploadMedia)
    except RPCError as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("name", sorted(PEER))
@pytest.mark.parametrize("code", [400, 403])
def test_a_refused_peer_closes_a_chat_only_where_a_chat_was_named(name, code):
    error = raised(code, name)
    assert isinstance(translate(error, "messages.UploadMedia"), PeerRefused)
    for method in ("users.GetUsers", "updates.GetDifference", "upload.SaveFilePart"):
        told = translate(error, method)
        assert isinstance(told, TelegramRefused)
        assert method in told.detail
    for method in IN_A_CHAT:
        assert isinstance(translate(error, method), ChatClosed)
