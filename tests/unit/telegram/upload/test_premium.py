"""Files larger than Telegram takes of everybody, against the loopback Telegram."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from procs.config import Settings
from procs.core.clock import now
from procs.errors import TelegramRefused, TooLarge
from procs.records.job import Ask, Lane, Lease, Link
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.requests import requests
from procs.telegram.delivery.courier import Courier
from procs.telegram.pace import Pace
from procs.telegram.upload.uploader import PART, Upload
from procs.worker.jobs import engine_order
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests.sandbox.telegram.server import Telegram
from tests.sandbox.uploads import heard

MIB = 1 << 20


@pytest.fixture
async def context(settings: Settings, db: Database) -> AsyncIterator[WorkerContext]:
    """Those of a worker whose operator allows what Telegram takes of an account that pays."""
    settings = replace(settings, max_file_size=4000 * MIB)
    worker = workers.enter(db, "w00-1", now=now())
    courier, engine = Courier(settings, 0), cast(Any, None)
    context = WorkerContext(
        settings, db, worker, "w00-1", ProgressWriter(db), engine, courier, Pace(db)
    )
    yield context
    await courier.close()


def lease(context: WorkerContext, *, folder: bool = False) -> Lease:
    link = Link("https://site.example/a", "site.example", "url:a")
    requests.submit(context.db, [Ask(1, 1, 1, 0, link, folder=folder)], now=now())
    facts: dict[str, Any] = {"worker": context.worker, "lane": Lane.HEAVY, "room": 1}
    return leases.claim(context.db, **facts, now=now())[0]


def sparse(folder: Path, size: int) -> Path:
    path = folder / "film.mp4"
    with path.open("wb") as file:
        file.truncate(size)
    return path


async def test_an_account_that_pays_sends_files_of_double_size(
    tg: Telegram, context: WorkerContext
) -> None:
    await tg.pays(tg.bot)
    assert await engine_order.largest(context, lease(context)) == 4000 * MIB


async def test_an_account_that_does_not_pay_keeps_to_2000_mib(context: WorkerContext) -> None:
    assert await engine_order.largest(context, lease(context)) == 2000 * MIB


async def test_a_file_for_the_local_disk_needs_no_account(
    tg: Telegram, context: WorkerContext
) -> None:
    assert await engine_order.largest(context, lease(context, folder=True)) == 4000 * MIB
    assert not await tg.calls("*")


async def test_nobody_is_asked_where_the_operator_allows_no_more(
    tg: Telegram, courier: Courier
) -> None:
    assert courier.largest == 2000 * MIB
    assert not await tg.calls("users.GetUsers")


async def test_the_part_behind_2000_mib_is_taken_of_an_account_that_pays(
    tg: Telegram, context: WorkerContext, tmp_path: Path
) -> None:
    await tg.pays(tg.bot)
    line = await line_of(context)
    upload = Upload(line.lanes, sparse(tmp_path, 2001 * MIB), heard, premium=line.premium)

    await upload.send([4000, 4001])

    sent = await tg.calls("upload.saveBigFilePart")
    assert [call["result"] for call in sent] == ["ok", "ok"]


async def test_the_part_behind_2000_mib_is_refused_to_others(
    tg: Telegram, context: WorkerContext, tmp_path: Path
) -> None:
    line = await line_of(context)
    path = sparse(tmp_path, 2001 * MIB)
    with pytest.raises(TooLarge):
        Upload(line.lanes, path, heard, premium=line.premium)
    with pytest.raises(TelegramRefused, match="FILE_PART"):
        await Upload(line.lanes, path, heard, premium=True).send([4000])


@pytest.mark.parametrize(("size", "parts"), [(4000 * MIB, 8000), (4000 * MIB - PART + 1, 8000)])
async def test_the_limit_of_an_account_that_pays_is_8000_parts(
    context: WorkerContext, tmp_path: Path, size: int, parts: int
) -> None:
    line = await line_of(context)
    assert Upload(line.lanes, sparse(tmp_path, size), heard, premium=True).parts == parts
    with pytest.raises(TooLarge):
        Upload(line.lanes, sparse(tmp_path, size + PART), heard, premium=True)


async def line_of(context: WorkerContext) -> Any:
    """The connected line of this worker."""
    return (await context.telegram()).rpc
