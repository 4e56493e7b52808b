"""What a storm that never came to rest leaves in the database."""

from collections.abc import Iterator

import pytest

from procs.store.database import Database, open_database
from tests.chaos.remains import stuck
from tests.contract.conftest import Clock, Desk
from tests.fresh_database import fresh

STATE = "UPDATE requests SET state = :state, closed_at = :closed"


@pytest.fixture
def db(tmp_path) -> Iterator[Database]:
    url, run = f"sqlite:///{tmp_path}/chapar.db", tmp_path / "run"
    fresh(url, run=run)
    db = open_database(url, run=run)
    yield db
    db.close()


def with_request(db: Database, state: str, closed: float | None) -> Database:
    Desk(db, Clock()).asks(7, "a film")
    with db.write():
        db.change(STATE, {"state": state, "closed": closed})
    return db


@pytest.mark.parametrize(
    ("state", "closed", "found"),
    [
        ("open", None, ["request 1 is open and not closed"]),
        ("delivered", None, ["request 1 is delivered and not closed"]),
        ("delivered", 5.0, []),
        ("choosing", None, []),
    ],
)
def test_a_request_that_is_never_over_is_stuck_unless_a_person_has_to_choose(
    db, state, closed, found
):
    assert stuck(with_request(db, state, closed), broadcast_is_out=True) == found


def test_a_broadcast_that_is_not_out_is_stuck(db):
    assert stuck(db, broadcast_is_out=False) == ["the broadcast is not out"]
