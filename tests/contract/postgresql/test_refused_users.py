"""A user of the server who may not do what Chapar needs is told what to give them."""

from collections.abc import Iterator

import pytest

from procs.errors import StoreError
from procs.store.database import migrate, require_reachable
from tests import postgresql_server
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
USER = "guest"


@pytest.fixture
def address(empty: Place) -> Iterator[str]:
    """A database without tables, as a user who does not own it."""
    server = postgresql_server.running()
    server.answer(f"CREATE ROLE {USER} LOGIN")
    yield f"postgresql://{USER}:secretpw@/{empty.name}?host={server.folder}"
    server.answer(f"DROP OWNED BY {USER}", empty.name)
    server.answer(f"DROP ROLE {USER}")


@pytest.mark.parametrize(
    ("done", "fix"),
    [
        ("REVOKE ALL ON SCHEMA public FROM PUBLIC", "gives us no schema .* own the database"),
        ("DROP SCHEMA public", "gives us no schema .* set its search_path"),
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "does not allow this .* own the database"),
        ("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC", "does not let us in .* GRANT CONNECT"),
        (f"ALTER ROLE {USER} NOLOGIN", "refuses us .* correct the user"),
    ],
)
def test_what_the_user_lacks_is_named(empty: Place, address: str, done: str, fix: str) -> None:
    postgresql_server.running().answer(done.format(name=empty.name), empty.name)

    with pytest.raises(StoreError, match=fix) as told:
        migrate(address, run=empty.run)

    assert "secretpw" not in str(told.value)


def test_who_may_not_enter_is_told_so_before_a_move(empty: Place, address: str) -> None:
    server = postgresql_server.running()
    server.answer(f"REVOKE CONNECT ON DATABASE {empty.name} FROM PUBLIC")

    with pytest.raises(StoreError, match="GRANT CONNECT ON DATABASE to the user of the address"):
        require_reachable(address)
