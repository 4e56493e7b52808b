"""What makes an alert: noticed where it happens, at the price of a row, and never the job's."""

from dataclasses import replace

import pytest

from procs import errors
from procs.core import clock
from procs.errors import TelegramAway, TelegramWait
from procs.records.job import Ask, File, Lane, Lease, Link, Media, Part, Reference
from procs.store.health import alerts, workers
from procs.store.jobs import leases
from procs.store.requests import requests
from procs.telegram.delivery.courier import Courier, UploadOptions
from procs.telegram.pace import Pace
from procs.worker import settlement
from procs.worker.delivery_jobs import deliver
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from procs.worker.site import admission
from tests.sandbox.shop import SITE, TWO_WAYS, Shop, shop

__all__ = ["shop"]
SIGN_IN = "auth.importBotAuthorization"


def standing(db) -> list[tuple[str, str, int]]:
    return [(one.kind, one.subject, one.count) for one in alerts.standing(db)]


def fails(it: Shop, error: errors.JobError, *, attempt: int = 1) -> None:
    """One more job visits the site, and meets this."""
    (lease,) = it.leases()
    admission.enter(it.context, lease)
    settlement.settle(it.context, replace(lease, attempt=attempt), error)


def test_a_site_that_is_left_alone_for_a_bot_check_is_one_at_once(shop):
    it = shop()
    fails(it, errors.BotCheck("Sign in to confirm"))

    assert standing(it.db) == [("bot-check", SITE, 1)]
    (alert,) = alerts.standing(it.db)
    assert (alert.worker, alert.detail) == ("w00-1", "Sign in to confirm")


def test_a_bot_check_that_another_way_spares_is_none(shop):
    it = shop(TWO_WAYS)
    fails(it, errors.BotCheck("Sign in to confirm"))

    assert standing(it.db) == []


def test_it_is_over_once_the_site_is_visited_again(shop):
    it = shop()
    (lease,) = it.leases()
    visit = admission.enter(it.context, lease)
    fails(it, errors.BotCheck("Sign in to confirm"))
    it.db.connection.execute("UPDATE breakers SET until = 1")

    visit.note_success(whole=False)

    assert standing(it.db) == []


def test_what_has_no_name_is_one_when_its_job_failed_for_good(shop):
    it = shop()
    fails(it, errors.Unknown("what"))
    assert standing(it.db) == []

    for _ in range(2):
        fails(it, errors.Unknown("what"), attempt=errors.Unknown.attempts)

    assert standing(it.db) == [("unknown", SITE, 2)]


def test_what_only_the_site_can_mend_is_none(shop):
    it = shop()
    fails(it, errors.Gone("deleted"))

    assert standing(it.db) == []


def test_a_full_disk_costs_an_alert_and_nothing_else(shop, caplog):
    it = shop()
    ((pages,),) = it.db.all("PRAGMA page_count")
    it.db.connection.execute(f"PRAGMA max_page_count = {pages}")

    for number in range(20):
        alerts.note(it.db, "unknown", f"{number}.example", now=clock.now(), detail="x" * 200)

    assert "alert.unwritten" in caplog.text
    assert len(standing(it.db)) < 20


# --- with Telegram ---------------------------------------------------------------------------


@pytest.fixture
async def context(tg, settings, db):
    worker = workers.enter(db, "w00-1", now=clock.now())
    context = WorkerContext(
        *(settings, db, worker, "w00-1", ProgressWriter(db), None, Courier(settings, 0), Pace(db))
    )
    yield context
    await context.courier.close()


async def test_a_long_wait_before_a_sign_in_is_one_until_it_is_signed_in(tg, context, db):
    await tg.fails(SIGN_IN, "FLOOD_WAIT_3000")
    with pytest.raises(TelegramWait):
        await context.connect()
    assert standing(db) == [("sign-in-wait", "slot-0", 1)]

    db.connection.execute("DELETE FROM waits")
    await context.connect()

    assert standing(db) == []


async def test_a_short_wait_is_none(tg, context, db):
    await tg.fails(SIGN_IN, "FLOOD_WAIT_9")
    with pytest.raises(TelegramWait):
        await context.connect()

    assert standing(db) == []


async def test_a_revoked_session_is_one_until_it_is_signed_in_anew(tg, context, db):
    await context.connect()
    await context.courier.close()
    await tg.revokes(tg.bot)
    await context.connect_early()
    assert standing(db) == [("session-revoked", "slot-0", 1)]
    assert context.session_state.is_lost()

    context.session_state.file.unlink()
    context.courier, context.was_connected = Courier(context.settings, 0), False
    await context.connect()

    assert standing(db) == []


async def test_uploads_that_telegram_refuses_in_every_way_are_one(tg, context, db, ali, tmp_path):
    await context.connect()
    await tg.behaves(refused=["empty", "self", "chat"])
    access = tg.world.access_hash(tg.bot, ali.id)
    lease = asked(context, ali.id, access)
    path = tmp_path / "clip.bin"
    path.write_bytes(b"x" * 1000)
    file = File(path=str(path), size=1000, kind="document", name="clip.bin", mime="x/y")
    waiting = UploadOptions(waiting=lambda: [(ali.id, access)])
    with pytest.raises(errors.UploadRefused) as refusal:
        await context.courier.upload(file, lambda done, total: None, waiting)

    settlement.settle(context, replace(lease, attempt=refusal.value.attempts), refusal.value)

    (alert,) = alerts.standing(db)
    assert (alert.kind, alert.subject, alert.job) == ("upload-refused", "site.example", lease.job)
    assert "PEER_ID_INVALID" in alert.detail


def asked(context: WorkerContext, chat: int, access: int) -> Lease:
    """The job of a person's link, in this worker's hand."""
    link = Link("https://site.example/a", "site.example", "url:a")
    ask = Ask(chat, chat, 1, 0, link, chat_access=access)
    requests.submit(context.db, [ask], now=clock.now())
    facts = {"worker": context.worker, "lane": Lane.HEAVY, "room": 1, "now": clock.now()}
    return leases.claim(context.db, **facts)[0]


async def test_a_delivery_that_nobody_finds_is_one(tg, context, db, ali):
    await context.connect()
    link = Link("https://site.example/a", "site.example", "url:a")
    lease = asked(context, ali.id, tg.world.access_hash(tg.bot, ali.id))
    order = requests.order(db, lease.link.folder or 1)
    part = Part(Reference("document", 1, 2, "ab"), "video", "a.mp4", 3)
    media = Media(link.key, "best", "A", link.site, link.url, (part,))
    with pytest.raises(TelegramAway):
        await deliver.find_copy(context, lease, order, media, 0, None)
    assert standing(db) == []

    last = replace(lease, attempt=deliver.LOOKUP_ATTEMPTS)
    assert await deliver.find_copy(context, last, order, media, 0, None) is None

    assert standing(db) == [("uncertain", "", 1)]
