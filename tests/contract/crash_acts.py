"""The operations that are killed, and what comes before them."""

from collections.abc import Callable
from typing import Any

from procs import errors
from procs.config.rules import Rate, Rules
from procs.core.clock import Now
from procs.records.job import Ask, Kind, Lane, Lease, Link, Step
from procs.records.job_payload import LinkPayload
from procs.store.database import Database
from procs.store.health import workers
from procs.store.jobs import leases, outcomes, pause_control, pauses, recovery, seats
from procs.store.media import deliveries, looks
from procs.store.reports import job_record, pruner
from procs.store.requests import link_mentions, lists, request_status, requests
from procs.store.requests.request_status import Report
from procs.store.sites import breakers, cookies, visits
from procs.store.sites.breakers import Way
from tests import store_acts
from tests.contract.crash_scene import Scene
from tests.contract.cycle import enqueue
from tests.store_acts import listed

WAY = Way("site.example")
Act = Callable[[Database, Scene, Now], Any]


def learn(db: Database, lease: Lease) -> None:
    lease.progress.size = 1
    leases.note(db, lease, full=True)


def nobody_wants_b(db: Database, scene: Scene, now: Now) -> None:
    store_acts.cancel_job(db, scene.b.job, now=now)


def claims_at_once(db: Database, scene: Scene, done: requests.Submitted, *, now: Now) -> bool:
    """As the bot does that sends it itself."""
    assert done.media is not None
    facts: dict[str, Any] = {"worker": scene.worker, "pays": lambda: True, "now": now}
    assert outcomes.claim_at_once(db, done.job, done.media, **facts) is not None
    db.also((f"request {done.request}",))
    return bool(deliveries.plan(db, done.request, 1))


def order_of(db: Database, scene: Scene) -> requests.RequestOrder:
    order = requests.order(db, scene.light.delivery.request)
    assert order is not None
    return order


def three_downloads() -> list[seats.NewJob]:
    return [seats.NewJob(9, Lane.HEAVY, Kind.FETCH, LinkPayload(key=f"url:{n}")) for n in "stu"]


def everything_was_said_of_the_failed(db: Database, scene: Scene, now: Now) -> None:
    deliveries.plan(db, scene.bad_request, 2)
    requests.close(db, scene.bad_request, now=now)


def the_breaker_is_half_open(db: Database, scene: Scene, now: Now) -> None:
    before = Now(now.wall - 9, now.boot)
    breakers.note_failure(db, scene.a, WAY, errors.SiteBusy("429", wait=1.0), now=before)
    why = f"{breakers.WAITS} site-busy"
    leases.retry(db, scene.b, delay=99, now=before, error=why, free=True)


def somebody_waits_for_a_to_leave(db: Database, scene: Scene, now: Now) -> None:
    visits.enter(db, scene.a, WAY.site, most=1, now=now)
    visits.enter(db, scene.b, WAY.site, most=1, now=now)
    leases.postpone(db, scene.b, delay=30, now=now, why=visits.FULL)


def a_list_is_looked_at(db: Database, scene: Scene, now: Now) -> None:
    """Somebody chose two of its entries."""
    ask = Ask(7, 7, 700, 0, scene.desk.link("list", "best#1-2"))
    scene.list = requests.submit(db, [ask], now=now)[0].request
    (scene.look,) = leases.claim(db, worker=scene.worker, lane=Lane.LOOK, room=1, now=now)


def a_list_is_spread(db: Database, scene: Scene, now: Now) -> None:
    """One of its entries runs, one is wanted by another too."""
    a_list_is_looked_at(db, scene, now)
    lists.spread(db, scene.look, entries(scene, "e", "a"), title="A list", now=now)
    (scene.entry,) = leases.claim(db, worker=scene.worker, lane=Lane.HEAVY, room=1, now=now)


def says_something_else(db: Database, scene: Scene, now: Now) -> None:
    """A message asks for other links than those that it brought, of which one is downloaded."""
    request = scene.one[0].request
    facts = {"request": request}
    message = db.all("SELECT message FROM requests WHERE id = :request", facts)[0][0]
    asks = [Ask(1, 1, message, 0, scene.desk.link("g"))]
    link_mentions.correct(db, 1, message, 1, asks, [], now=now)


def one_entry_of_a_list_is_left(db: Database, scene: Scene, now: Now) -> None:
    a_list_is_looked_at(db, scene, now)
    lists.spread(db, scene.look, entries(scene, "b"), title="A list", now=now)


def entries(scene: Scene, *names: str) -> list[tuple[int, Link]]:
    return [(place, scene.desk.link(name)) for place, name in enumerate(names, 1)]


#: What is done before, and the operation.
ACTS: dict[str, tuple[Act | None, Act]] = {
    "submit": (
        None,
        lambda db, s, now: requests.submit(
            db,
            [Ask(7, 7, 500, n, s.desk.link(to)) for n, to in enumerate(("known", "c", "e", "g"))],
            now=now,
        ),
    ),
    "submit_and_claim": (
        lambda db, s, now: leases.claim(db, worker=s.worker, lane=Lane.LIGHT, room=99, now=now),
        lambda db, s, now: requests.submit(
            db,
            [Ask(7, 7, 500, 0, s.desk.link("known"))],
            now=now,
            mark=(7, 500, 0),
            hand=lambda done: claims_at_once(db, s, done, now=now),
        ),
    ),
    "enqueue": (
        None,
        lambda db, s, now: enqueue(
            db,
            [seats.NewJob(9, Lane.HEAVY, Kind.FETCH, LinkPayload(key=f"url:{n}")) for n in "stu"],
            now=now,
        ),
    ),
    "claim": (
        None,
        lambda db, s, now: leases.claim(db, worker=s.worker, lane=Lane.HEAVY, room=3, now=now),
    ),
    "renew": (None, lambda db, s, now: leases.renew(db, worker=s.worker, now=now)),
    "note": (None, lambda db, s, now: learn(db, s.a)),
    "finish": (nobody_wants_b, lambda db, s, now: leases.finish(db, s.b, now=now)),
    "retry": (
        None,
        lambda db, s, now: leases.retry(db, s.a, delay=1, now=now, error="x"),
    ),
    "postpone": (
        None,
        lambda db, s, now: leases.postpone(db, s.a, delay=1, now=now, why="turn"),
    ),
    "release": (None, lambda db, s, now: leases.release(db, s.a, now=now)),
    "release_stopped": (nobody_wants_b, lambda db, s, now: leases.release(db, s.b, now=now)),
    "fetched": (
        None,
        lambda db, s, now: outcomes.finish_download(
            db, s.a, s.desk.media("a"), keys={"url:a"}, now=now
        ),
    ),
    "delivered": (
        None,
        lambda db, s, now: outcomes.finish_delivery(
            db, s.light, s.light.delivery.request, worker="w", now=now
        ),
    ),
    "failed": (
        None,
        lambda db, s, now: outcomes.fail(db, s.a, error="x", say="failed-gone", now=now),
    ),
    "placed": (None, lambda db, s, now: outcomes.finish_outbox(db, s.folder_job, now=now)),
    "fetch_anew": (
        None,
        lambda db, s, now: requests.fetch_anew(db, s.light, order_of(db, s), now=now),
    ),
    "cancel_queued": (
        None,
        lambda db, s, now: requests.cancel(db, s.six[0].request, user=6, now=now),
    ),
    "cancel_running": (
        None,
        lambda db, s, now: requests.cancel(db, 3, user=1, now=now),
    ),
    "leave_it_to_another": (
        None,
        lambda db, s, now: requests.cancel(db, s.one[0].request, user=1, now=now),
    ),
    "cancel_for_all": (None, lambda db, s, now: store_acts.cancel_job(db, s.six[1].job, now=now)),
    "revive": (None, lambda db, s, now: job_record.retry(db, s.bad, now=now)),
    "pause_user": (None, lambda db, s, now: pause_control.pause(db, pauses.user(6), now=now)),
    "pause_site": (
        None,
        lambda db, s, now: pause_control.pause(db, pauses.site("site.example"), now=now),
    ),
    "resume": (None, lambda db, s, now: pause_control.resume(db, pauses.user(5), now=now)),
    "set_cap": (None, lambda db, s, now: seats.set_cap(db, 6, 4, now=now)),
    "set_cap_of_all": (None, lambda db, s, now: seats.set_cap_of_all(db, 3, now=now)),
    "release_dead": (None, lambda db, s, now: recovery.release_dead(db, now=now)),
    "reap": (
        None,
        lambda db, s, now: recovery.reap(db, now=Now(now.wall, now.boot + leases.LEASE + 1)),
    ),
    "bring_due": (None, lambda db, s, now: recovery.bring_due(db, now=Now(now.wall + 9, now.boot))),
    "prune": (
        None,
        lambda db, s, now: sum(pruner.bites(db, before=now.wall, kinds=[pruner.OLD_JOBS])),
    ),
    "site_failed": (
        None,
        lambda db, s, now: breakers.note_failure(db, s.a, WAY, errors.BotCheck("no"), now=now),
    ),
    "site_worked": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.note_success(db, s.a, WAY, whole=True, now=now),
    ),
    "site_proven": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.proven(db, WAY, now=now),
    ),
    "site_disproven": (
        the_breaker_is_half_open,
        lambda db, s, now: breakers.disproven(db, WAY, -1, errors.SiteBroken("no"), now=now),
    ),
    "visit_booked": (
        None,
        lambda db, s, now: visits.book(db, WAY, Rules(rate=Rate(9, 60.0), gap=1.0), now=now),
    ),
    "visit_ended": (
        somebody_waits_for_a_to_leave,
        lambda db, s, now: visits.leave(db, s.a, WAY.site, most=1, now=now),
    ),
    "cookies_refused": (
        None,
        lambda db, s, now: cookies.note_refusal(db, WAY.site, "a.txt", "bot-check", now=now),
    ),
    "list_spread": (
        a_list_is_looked_at,
        lambda db, s, now: lists.spread(
            db, s.look, entries(s, "e", "known", "a"), title="A list", now=now
        ),
    ),
    "list_shown": (
        a_list_is_looked_at,
        lambda db, s, now: listed(db, s.look, "{}", title="A list", now=now),
    ),
    "list_was_none": (
        a_list_is_looked_at,
        lambda db, s, now: lists.give_variant(db, s.look, "best", now=now),
    ),
    "list_cancelled": (
        a_list_is_spread,
        lambda db, s, now: requests.cancel(db, s.list, user=7, now=now),
    ),
    "last_entry_failed": (
        one_entry_of_a_list_is_left,
        lambda db, s, now: outcomes.fail(db, s.b, error="x", say="failed-gone", now=now),
    ),
    "look_kept": (None, lambda db, s, now: looks.keep(db, "url:a", "direct", b"read", now=now)),
    "prune_requests": (
        everything_was_said_of_the_failed,
        lambda db, s, now: list(pruner.bites(db, before=now.wall + 1, kinds=[pruner.OLD_REQUESTS])),
    ),
    "plan": (None, lambda db, s, now: deliveries.plan(db, order_of(db, s).id, 3)),
    "report": (
        None,
        lambda db, s, now: request_status.report(db, [Report(s.a, Step.FETCH, 1, 2)]),
    ),
    "corrected": (None, says_something_else),
    "close": (None, lambda db, s, now: requests.close(db, 1, now=now)),
    "enter": (None, lambda db, s, now: workers.enter(db, "w02-3", now=now)),
    "leave": (None, lambda db, s, now: workers.leave(db, s.worker, why="stopped", now=now)),
}
