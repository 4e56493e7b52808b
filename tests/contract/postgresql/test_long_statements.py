"""What a move asks of a server takes as long as it takes; who serves waits for less."""

from contextlib import closing
from pathlib import Path

import pytest

from procs.store.database import Database, migrate, open_database
from procs.store.move import store_move
from tests import postgresql_server
from tests.contract.place import Place
from tests.pgbouncer import Pooler

pytestmark = pytest.mark.postgresql
LIMIT = "SHOW statement_timeout"


def limits(db: Database, place: Place) -> set[str]:
    """What holds of a connection, of one that takes its place, and of another one beside it."""
    found = {str(row[0]) for row in db.all(LIMIT)}
    with db.write():
        found |= {str(row[0]) for row in db.all(LIMIT)}
    postgresql_server.running().answer(
        "SELECT PG_TERMINATE_BACKEND(pid, 5000) FROM pg_stat_activity"
        f" WHERE datname = '{place.name}' AND application_name = 'chapar'"
    )
    found |= {str(row[0]) for row in db.all(LIMIT)}
    with closing(db.twin()) as twin:
        return found | {str(row[0]) for row in twin.all(LIMIT)}


@pytest.mark.parametrize(("move", "limit"), [("old", "0"), ("new", "0"), ("", "1min")])
@pytest.mark.session
def test_only_who_says_so_waits_for_as_long_as_it_takes(
    place: Place, move: str, limit: str
) -> None:
    with closing(open_database(place.url, run=place.run, move=move)) as db:
        assert limits(db, place) == {limit}


@pytest.mark.parametrize(("move", "limit"), [("old", "0"), ("new", "0"), ("", "1min")])
def test_behind_a_pooler_each_transaction_is_told_so(
    place: Place, transactions: Pooler, move: str, limit: str
) -> None:
    url = transactions.url_of(place.name)
    with closing(open_database(url, run=place.run, move=move)) as db:
        for _ in range(3):
            with db.write():
                assert db.all(LIMIT) == [(limit,)]


@pytest.mark.session
@pytest.mark.parametrize("is_new", [True, False])
def test_a_move_is_ended_by_no_clock(
    place: Place, empty: Place, tmp_path: Path, is_new: bool
) -> None:
    """An index of many million rows takes longer than a minute to be made."""
    file = f"sqlite:///{tmp_path}/{'chapar' if is_new else 'new'}.db"
    if is_new:
        migrate(file, run=tmp_path / "run")
    old, new = (file, empty.url) if is_new else (place.url, file)
    with store_move.opened(old, new, run=tmp_path / "run", scratch=tmp_path / "moving") as move:
        server, where = (move.new, empty) if is_new else (move.old, place)
        assert limits(server, where) == {"0"}
