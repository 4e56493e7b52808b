"""What happens to a database under processes that have it open: nothing is written to a file that
lost its name, the sentence says what to do, and whatever lies there now is left as it is."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procs.core import clock
from procs.errors import StoreError
from procs.store.database import Database, note_started, open_database, require_started
from procs.store.health import counters, runtime_settings
from procs.store.sqlite.files.opened_files import BY_NAME
from tests.fresh_database import fresh

pytestmark = pytest.mark.sqlite


@pytest.fixture
def home(short_home: Path) -> Path:
    (short_home / "chapar.db").parent.mkdir(exist_ok=True)
    fresh(url(short_home), run=short_home / "run")
    return short_home


@pytest.fixture
def db(home: Path) -> Iterator[Database]:
    db = open_database(url(home), run=home / "run")
    counters.add(db, "kept")
    yield db
    db.close()


def url(home: Path) -> str:
    return f"sqlite:///{home}/chapar.db"


def copy(home: Path) -> Path:
    """A backup as an operator would have one."""
    with sqlite3.connect(home / "chapar.db") as live, sqlite3.connect(home / "copy.db") as to:
        live.backup(to)
    return home / "copy.db"


def replaced(home: Path) -> None:
    os.replace(copy(home), home / "chapar.db")


def moved_away(home: Path) -> None:
    (home / "chapar.db").rename(home / "elsewhere.db")


def deleted(home: Path) -> None:
    (home / "chapar.db").unlink()


def log_deleted(home: Path) -> None:
    (home / "chapar.db-wal").unlink()


def log_replaced(home: Path) -> None:
    (home / "chapar.db-wal").unlink()
    (home / "chapar.db-wal").write_bytes(b"")


def index_deleted(home: Path) -> None:
    (home / "chapar.db-shm").unlink()


def index_replaced(home: Path) -> None:
    """What a command does that opens the database after the index was deleted."""
    (home / "chapar.db-shm").unlink()
    other = sqlite3.connect(home / "chapar.db")
    other.execute("SELECT COUNT(*) FROM counters")
    other.close()


def cut(home: Path) -> None:
    os.truncate(home / "chapar.db", 4096)


def emptied(home: Path) -> None:
    os.truncate(home / "chapar.db", 0)


DAMAGES: dict[Callable[[Path], None], str] = {
    replaced: "chapar.db was replaced while Chapar ran; run `chapar stop`",
    moved_away: "chapar.db was taken away while Chapar ran; run `chapar stop`",
    deleted: "chapar.db was taken away while Chapar ran",
    log_deleted: "chapar.db-wal was taken away while Chapar ran",
    log_replaced: "chapar.db-wal was replaced while Chapar ran",
    index_deleted: "chapar.db-shm was taken away while Chapar ran; run `chapar stop`, then `chapar",
    index_replaced: "while Chapar ran; run `chapar stop`",
    cut: "chapar.db was cut to 4096 bytes while Chapar ran",
    emptied: "chapar.db was cut to 0 bytes while Chapar ran",
}
#: Damages that change no name: they are seen when a write asks by name again.
SEEN_BY_NAME = (cut, emptied)


def content(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.glob("*.db*")}


@pytest.mark.parametrize(
    ("damage", "says"), DAMAGES.items(), ids=lambda it: getattr(it, "__name__", " ")
)
@pytest.mark.parametrize("age", [0.0, 60.0], ids=["just-made", "settled"])
def test_no_write_is_accepted_and_nothing_is_made_worse(
    home: Path, db: Database, damage: Callable[[Path], None], says: str, age: float, monkeypatch
) -> None:
    """Also in a folder whose last change is old, where log and index are not looked at each
    time."""
    wall = clock.own_wall
    monkeypatch.setattr(clock, "own_wall", lambda: wall() + age)
    for _ in range(2):
        counters.add(db, "kept")
    damage(home)
    before = content(home)
    if damage in SEEN_BY_NAME:
        steady = clock.steady
        monkeypatch.setattr(clock, "steady", lambda: steady() + BY_NAME)

    for _ in range(2):
        with pytest.raises(StoreError) as refused:
            counters.add(db, "lost")
        with pytest.raises(StoreError):
            runtime_settings.write(db, "lost", "1", now=clock.now())
    with pytest.raises(StoreError):
        db.checkpoint(truncate=True)
    db.close()

    assert says in str(refused.value)
    assert content(home) == before


def test_two_that_have_another_index_of_one_log_lose_no_write_of_each_other(
    home: Path, db: Database
) -> None:
    index_deleted(home)
    new = open_database(url(home), run=home / "run")
    counters.add(new, "new")

    with pytest.raises(StoreError):
        counters.add(db, "lost")
    db.close()
    counters.add(new, "newer")
    new.close()

    again = open_database(url(home), run=home / "run")
    found = counters.read(again)
    again.close()
    assert found == {"kept": 1, "new": 1, "newer": 1}


def test_the_end_of_an_old_connection_keeps_the_log_of_the_database_that_came_instead(
    home: Path,
) -> None:
    old = open_database(url(home), run=home / "run")
    counters.add(old, "old")
    replacement = copy(home)
    for end in ("", "-wal", "-shm"):
        (home / f"chapar.db{end}").rename(home / f"old.db{end}")
    replacement.rename(home / "chapar.db")
    new = open_database(url(home), run=home / "run")
    counters.add(new, "new")

    old.close()

    assert (home / "chapar.db-wal").stat().st_size > 0
    shutil.copytree(
        home, home.with_name("after"), ignore=lambda *_: ["run"]
    )  # as after a power cut
    with sqlite3.connect(home.with_name("after") / "chapar.db") as seen:
        names = [name for (name,) in seen.execute("SELECT name FROM counters ORDER BY name")]
    seen.close()
    shutil.rmtree(home.with_name("after"))
    new.close()
    assert names == ["new", "old"]


def test_half_overwritten_is_named_by_whoever_reads_it(home: Path, db: Database) -> None:
    db.checkpoint(truncate=True)
    size = (home / "chapar.db").stat().st_size
    with (home / "chapar.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))

    with pytest.raises(StoreError, match=r"is damaged .*chapar up --new-database"):
        open_database(url(home), run=home / "run", check=1 << 30)


def test_a_process_that_starts_again_does_not_take_another_file_for_its_own(home: Path) -> None:
    run = home / "run"
    note_started(url(home), run=run)
    require_started(url(home), run=run)
    replaced(home)

    with pytest.raises(StoreError, match="was replaced while Chapar ran"):
        require_started(url(home), run=run)

    note_started(url(home), run=run)  # the next `chapar up`, by which it is meant
    require_started(url(home), run=run)


def test_growth_and_checkpoints_of_our_own_are_no_damage(home: Path, db: Database) -> None:
    other = open_database(url(home), run=home / "run")
    for number in range(50):
        counters.add(db, f"n{number}" * 50)
        other.checkpoint(truncate=True)

    db.require_same()
    other.close()
    db.require_same()


def test_whether_a_write_could_begin_is_known_without_waiting_for_who_locks_it(db, home):
    db.require_writable()
    with sqlite3.connect(home / "chapar.db", isolation_level=None) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            db.require_writable()
        stranger.execute("ROLLBACK")
    stranger.close()

    db.require_writable()
    counters.add(db, "kept")


def test_a_file_of_another_name_is_not_writable_until_it_has_its_own_again(db, home):
    (home / "chapar.db").rename(home / "elsewhere.db")
    with pytest.raises(StoreError, match="taken away"):
        db.require_writable()
    (home / "elsewhere.db").rename(home / "chapar.db")

    db.require_writable()
