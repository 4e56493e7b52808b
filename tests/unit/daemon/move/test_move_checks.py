"""What a move would be refused for is refused before anything is stopped, and by its trial too."""

from contextlib import closing
from pathlib import Path

import pytest

from daemon.move import move_command
from procs import config
from procs.config import Settings
from procs.core import clock
from procs.errors import ChaparError
from procs.records.job import Person
from procs.store.database import migrate, open_database
from procs.store.people import users
from tests import postgresql_server

pytestmark = pytest.mark.postgresql


def refused(settings: Settings, to: str, env_file: Path) -> str:
    """The sentence that both the move and its trial refuse an address with."""
    before, said = env_file.read_text(), []
    acts = (
        lambda: move_command.try_out(settings, to),
        lambda: move_command.move(settings, to, print),
    )
    for act in acts:
        with pytest.raises(ChaparError) as found:
            act()
        said.append(str(found.value))
    assert said[0] == said[1]
    assert env_file.read_text() == before
    return said[0]


@pytest.mark.parametrize("to", ["postgresql://host?dbname=chapar", "postgresql://", "mysql://a/b"])
def test_an_address_that_is_no_setting(own: Settings, env_file: Path, to: str) -> None:
    assert "could start: CHAPAR_DATABASE_URL: " in refused(own, to, env_file)


def test_the_same_kind_of_database(own: Settings, env_file: Path) -> None:
    assert "the other kind" in refused(own, f"sqlite:///{own.home}/other.db", env_file)


@pytest.fixture
def served(own: Settings, server: str, env_file: Path) -> Settings:
    """The settings of a machine whose database is a server's."""
    migrate(server, run=own.run)
    env_file.write_text(f"CHAPAR_HOME={own.home}\nCHAPAR_DATABASE_URL={server}\n")
    return config.load(need_telegram=False)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("run/new.db", "is a place for other files"),
        ("chapar.db", "is there already"),
        ("chapar.env/new.db", "may not write in"),
    ],
)
def test_a_file_that_cannot_be_the_database(
    served: Settings, env_file: Path, name: str, says: str
) -> None:
    assert says in refused(served, f"sqlite:///{served.home}/{name}", env_file)


def test_a_relative_file(served: Settings, env_file: Path) -> None:
    assert "sqlite:////absolute/path.db" in refused(served, "sqlite:///new.db", env_file)


def test_settings_that_go_with_a_server_alone(served: Settings, env_file: Path) -> None:
    env_file.write_text(f"{env_file.read_text()}CHAPAR_ROLES=worker,keeper\n")
    own = config.load(need_telegram=False)

    said = refused(own, f"sqlite:///{served.home}/new.db", env_file)

    assert "could start: CHAPAR_ROLES: a database in a file belongs to one machine" in said


def test_a_database_of_another_program(own: Settings, server: str, env_file: Path) -> None:
    name = server.partition("@/")[2].partition("?")[0]
    postgresql_server.running().answer("CREATE TABLE orders (id BIGINT)", name)
    assert "the database of another program" in refused(own, server, env_file)


def test_a_database_in_use(own: Settings, server: str, env_file: Path) -> None:
    migrate(server, run=own.run)
    with closing(open_database(server, run=own.run)) as db:
        users.remember(db, Person(1, "fa", "Ann"), now=clock.now())
    assert "it has people" in refused(own, server, env_file)


def test_a_database_in_which_the_user_may_make_no_tables(
    own: Settings, server: str, env_file: Path
) -> None:
    postgresql_server.running().answer(
        "DO 'BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END'"
    )
    guest = server.replace("//chapar@", "//guest@")
    assert "may make no tables" in refused(own, guest, env_file)


def test_a_database_that_cannot_hold_every_text(own: Settings, env_file: Path) -> None:
    words = "TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'"
    postgresql_server.running().answer(f"CREATE DATABASE latin_goal {words}")
    try:
        assert "encoding LATIN1" in refused(own, postgresql_server.url_of("latin_goal"), env_file)
    finally:
        postgresql_server.drop("latin_goal")
