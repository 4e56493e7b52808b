"""What the verdict of a storm over machines sees: bytes, strays, and messages of unknown fate."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace

import pytest

from procs.records.job import Ask, Person
from procs.store.database import Database, open_database
from procs.store.media import deliveries
from procs.store.people import users
from procs.store.requests import requests
from procs.wishes.grammar import link
from tests.chaos.verdict import small_film
from tests.chaos_machines.fleet_verdict import FleetVerdict, judge
from tests.contract.conftest import Clock
from tests.fresh_database import fresh
from tests.sandbox.person import Message

LINK = "http://site.example/small.mp4?film=1"
WROTE = Message(id=4, mine=True, sender="Ann", at=0.0, text=LINK)
CAME = replace(
    WROTE,
    id=5,
    mine=False,
    reply=4,
    text="",
    media={"name": "film.mp4", "kind": "video", "sha256": small_film()},
)
SENT = "UPDATE deliveries SET sent_at = 1.0, receipt = :receipt"
OVER = "UPDATE requests SET state = 'delivered', closed_at = 1.0"
FAULTS = [one.name for one in fields(FleetVerdict) if one.name not in ("asked", "states", "counts")]
CLEAN = FleetVerdict(1, *[()] * len(FAULTS), states={"delivered": 1}, counts={"kill": 2})


@dataclass
class Ann:
    """She asked once, and this is her chat."""

    said: list[Message]
    id: int = 7
    name: str = "Ann"

    async def history(self) -> list[Message]:
        return self.said


@pytest.fixture
def db(tmp_path) -> Iterator[Database]:
    url, run = f"sqlite:///{tmp_path}/chapar.db", tmp_path / "run"
    fresh(url, run=run)
    db = open_database(url, run=run)
    now = Clock().now()
    users.remember(db, Person(7, "en", "Ann"), now=now)
    requests.submit(db, [Ask(7, 7, 4, 0, link.read(LINK))], now=now)
    deliveries.plan(db, 1, 1)
    yield db
    db.close()


async def found(db: Database, folder, said: list[Message], receipt: int | None = 9) -> str:
    """The faults of a storm in which Ann asked once, in the words of the verdict."""
    with db.write():
        db.change(SENT, {"receipt": receipt})
        db.change(OVER, {})
    for name in ("jobs", "outbox"):
        (folder / name).mkdir(parents=True)

    async def violations() -> list[str]:
        return []

    stack = SimpleNamespace(state=folder, telegram=SimpleNamespace(violations=violations))
    verdict = await judge(db, [stack], [(Ann(said), WROTE)], {})
    assert verdict.good is not any(verdict.wrong.values())
    return " ".join(name for name, some in verdict.wrong.items() if some)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_kind_of_fault_makes_a_verdict_bad_and_is_named(fault):
    bad = replace(CLEAN, **{fault: ["this one"]})
    assert CLEAN.good
    assert not bad.good
    assert "this one" in str(bad)


@pytest.mark.parametrize(
    ("said", "receipt", "fault"),
    [
        ([WROTE, CAME], 9, ""),
        ([WROTE], 9, "missing"),
        ([WROTE, CAME, replace(CAME, id=6)], 9, "twice"),
        ([WROTE, CAME, replace(CAME, id=6, reply=0)], 9, "media that nobody asked for"),
        ([WROTE, replace(CAME, media={**CAME.media, "sha256": "x"})], 9, "other bytes"),
        ([WROTE, CAME], None, "of unknown fate"),
    ],
)
async def test_what_a_storm_left_is_judged_by_telegrams_record_and_the_rows(
    db, tmp_path, said, receipt, fault
):
    assert await found(db, tmp_path / "home", said, receipt) == fault
