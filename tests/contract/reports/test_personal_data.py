"""What the database knows of a person is given to them, and deleted, whatever table it is in."""

import re

import pytest

from procs.core import codec
from procs.keeper.schedule import Keeper
from procs.records.job import Kind, Lane, Part, Reference
from procs.store.backups.invariants import audit
from procs.store.jobs import outcomes, pause_control, pauses
from procs.store.media import deliveries, references
from procs.store.people import preferences, repeat_tallies, usage
from procs.store.reports import personal_data
from procs.store.reports.personal_tables import KEPT, OTHERS, TABLES
from procs.store.requests import buttons, heard_updates, requests
from procs.store.requests.buttons import ButtonMeaning
from procs.texts import i18n
from tests import store_acts
from tests.contract.conftest import Clock, Desk
from tests.store_acts import forget, is_asked

#: A number that stands nowhere by chance.
ME, OTHER = 770077007, 880088
NAMING = re.compile(
    r"user|person|chat|peer|admin|account|scope|subject|owner|payload|story|mark|name"
)
#: Tables that know of machines, sites and processes only.
IMPERSONAL = {
    "workers",
    "settings",
    "counters",
    "sessions",
    "machines",
    "machine_orders",
    "bot_lease",
}


def columns(desk: Desk) -> dict[str, list[str]]:
    tables = desk.db.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    found = {name: desk.db.all(f"PRAGMA table_info({name})") for (name,) in tables}
    return {name: [row[1] for row in rows] for name, rows in found.items() if name[:1] != "_"}


def full(desk: Desk) -> None:
    """A person with a row in every table that names people."""
    db, clock = desk.db, desk.clock
    delivered(desk, ME, "got")
    desk.asks(ME, "runs", "waits", "third")
    desk.asks(OTHER, "runs", "theirs")
    desk.claim(desk.worker(), room=2)
    buttons.mint(db, [ButtonMeaning(ME, ME, "form")], now=clock.now())
    preferences.change(db, ME, "form", "mp3", now=clock.now())
    repeat_tallies.note(db, ME, "hush", now=clock.now())
    heard_updates.note(db, (ME, 5, 0), now=clock.now())
    with db.write():
        for sql in (
            "INSERT INTO copies VALUES (1, 0, :me, 5, 6)",
            "INSERT INTO deaf VALUES (:me, 1.0, 'x')",
            "INSERT INTO verdicts VALUES ('s', '', :me, 'm', 1, 1.0)",
            "INSERT INTO breakers (site, egress, person, since) VALUES ('s', '', :me, 1.0)",
        ):
            db.change(sql, {"me": ME})


def delivered(desk: Desk, user: int, name: str, size: int = 1000) -> int:
    """A request from the question to the receipt."""
    db, clock = desk.db, desk.clock
    (one,) = desk.asks(user, name)
    worker = desk.worker()
    if one.outcome == "queued":
        (lease,) = desk.claim(worker)
        part = Part(Reference("document", 1, 2, "ab"), "video", "x.mp4", size)
        media = desk.media(name)
        media = type(media)(media.key, media.variant, name, media.site, media.url, (part,))
        outcomes.finish_download(db, lease, media, keys={media.key}, now=clock.now())
    (light,) = desk.claim(worker, lane=Lane.LIGHT)
    assert light.kind is Kind.DELIVER
    deliveries.plan(db, one.request, 1)
    outcomes.finish_delivery(db, light, one.request, worker="w", now=clock.now())
    return one.request


def named(desk: Desk, number: int = ME) -> dict[str, int]:
    """How many rows of each table have a number anywhere in them."""
    found = {}
    for table in columns(desk):
        rows = desk.db.all(f"SELECT * FROM {table}")
        hits = sum(str(number) in " ".join(map(str, row)) for row in rows)
        found |= {table: hits} if hits else {}
    return found


@pytest.mark.sqlite
def test_every_column_that_can_name_a_person_is_known(desk: Desk) -> None:
    missing = [
        f"{table}.{column}"
        for table, names in columns(desk).items()
        for column in names
        if NAMING.search(column) and table not in IMPERSONAL and f"{table}.{column}" not in OTHERS
        if table not in TABLES or column not in TABLES[table].columns
    ]
    assert [one for one in missing if not one.startswith("sqlite_")] == []


@pytest.mark.sqlite
def test_every_column_that_is_named_is_there(desk: Desk) -> None:
    there = columns(desk)
    assert [name for name, it in TABLES.items() if set(it.columns) - set(there[name])] == []


def test_what_is_kept_has_a_reason_in_words() -> None:
    for naming in TABLES.values():
        assert (naming.end == KEPT) is bool(naming.why)
        assert not naming.why or i18n.knows(f"kept-{naming.why}")


def test_an_export_has_the_rows_of_the_person_and_of_nobody_else(desk: Desk) -> None:
    full(desk)

    told = codec.load(personal_data.document(desk.db, ME))

    rows = told["rows"]
    assert [row["url"][-5:] for row in rows["requests"]] == ["e/got", "/runs", "waits", "third"]
    assert rows["users"][0]["name"] == f"user {ME}"
    assert rows["preferences"][0]["body"] == '{"form":"mp3"}'
    assert all(
        rows[name] for name in ("buttons", "usage", "tallies", "heard", "jobs", "deliveries")
    )
    assert str(OTHER) not in codec.dump(told)
    assert told["kept"].keys() == {name for name, it in TABLES.items() if it.end == KEPT}


def test_an_export_of_a_stranger_is_empty(desk: Desk) -> None:
    assert not any(codec.load(personal_data.document(desk.db, ME))["rows"].values())


@pytest.mark.sqlite
def test_a_deletion_leaves_the_number_only_where_it_says(desk: Desk) -> None:
    full(desk)
    pause_control.pause(desk.db, pauses.user(ME), now=desk.clock.now())

    while not forget(desk.db, ME, now=desk.clock.now()):
        ends(desk)

    assert set(named(desk)) <= set(personal_data.kept_tables())
    assert {"heard", "pauses"} <= set(named(desk))
    assert audit(desk.db) == []


def ends(desk: Desk) -> None:
    """What runs is over: the workers do as they were asked."""
    for (job,) in desk.db.all("SELECT id FROM jobs WHERE state = 1"):
        store_acts.cancel_job(desk.db, job, now=desk.clock.now())
        with desk.db.write():
            desk.db.change(
                "UPDATE jobs SET state = 22, seat = NULL, worker = NULL WHERE id = :job",
                {"job": job},
            )


@pytest.mark.sqlite
def test_what_others_asked_for_stays(desk: Desk) -> None:
    full(desk)
    mine = delivered(desk, OTHER, "got")

    forget(desk.db, ME, now=desk.clock.now())

    theirs = requests.order(desk.db, mine)
    assert theirs is not None
    assert theirs.user == OTHER
    assert references.find(desk.db, "url:got", "best") is not None
    states = desk.db.all(
        "SELECT state FROM requests WHERE user_id = :me ORDER BY id", {"me": OTHER}
    )
    assert [state for (state,) in states] == ["open", "open", "delivered"]


@pytest.mark.sqlite
def test_what_a_worker_holds_is_stopped_first_and_the_keeper_goes_on(desk: Desk) -> None:
    (asked,) = desk.asks(ME, "runs")
    desk.claim(desk.worker())

    assert not forget(desk.db, ME, now=desk.clock.now())
    order = requests.order(desk.db, asked.request)
    assert order is not None
    assert (order.user, order.state) == (ME, "cancelled")
    assert is_asked(desk.db, ME)

    ends(desk)
    Keeper.prune(type("Rounds", (), {"db": desk.db, "prune_budget": Keeper.prune_budget})())

    assert not is_asked(desk.db, ME)
    assert named(desk) == {}


def test_what_is_asked_for_after_a_deletion_is_left_alone(desk: Desk, clock: Clock) -> None:
    desk.asks(ME, "runs")
    desk.claim(desk.worker())
    forget(desk.db, ME, now=clock.now())
    clock.skip(1)
    (new,) = desk.asks(ME, "new")

    personal_data.proceed_all(desk.db, now=clock.now())

    order = requests.order(desk.db, new.request)
    assert order is not None
    assert (order.user, order.state) == (ME, "open")


def test_usage_counts_what_was_delivered_and_what_of_it_was_kept(desk: Desk, clock: Clock) -> None:
    delivered(desk, ME, "a", size=1000)
    clock.skip(86400)
    delivered(desk, OTHER, "b", size=3000)
    delivered(desk, ME, "b")

    mine = usage.read(desk.db, ME, now=clock.now())

    assert mine.today == usage.UsageSum(requests=1, bytes=3000, kept=1, saved=3000)
    assert mine.ever == usage.UsageSum(requests=2, bytes=4000, kept=1, saved=3000)
    assert mine.ever.share == 0.75
    clock.skip(86400)
    assert usage.read(desk.db, ME, now=clock.now()).today == usage.UsageSum()
