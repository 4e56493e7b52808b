"""`chapar move` of a Chapar that is stopped: nothing is lost, and nothing is refused too late."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from daemon.command_error import Refusal
from daemon.commands import caps
from daemon.console.open_store import MOVE_RECORD, SWITCHED
from daemon.move import move_command
from procs import config
from procs.config import Settings
from procs.store.database import migrate, open_database
from procs.store.health import runtime_settings
from procs.store.jobs import seats
from procs.store.move import change_notes, store_move
from procs.store.move.store_move import StoreMove
from tests import postgresql_server

pytestmark = pytest.mark.postgresql


def test_a_command_during_the_comparison_is_in_the_new_database(
    own: Settings, server: str, env_file: Path
) -> None:
    said: list[str] = []
    with closing(open_database(own.database_url, run=own.run)) as db:

        def says(line: str) -> None:
            said.append(line)
            if line.startswith("compared:") and len(said) < 5:
                caps.change(db, (), everybody="9")

        move_command.move(own, server.replace("postgresql:", "postgres:"), says)

    assert f"CHAPAR_DATABASE_URL={server}\n" in env_file.read_text()
    assert sum(line.startswith("compared:") for line in said) == 2
    new = config.load(need_telegram=False)
    with closing(open_database(server, run=new.run)) as db:
        assert runtime_settings.read(db, seats.CAP_SETTING, "") == "9"


def moved(own: Settings, server: str) -> Settings:
    """The settings after a move to a server."""
    move_command.move(own, server, print)
    return config.load(need_telegram=False)


def test_a_move_is_undone_while_nobody_used_the_new_database(own: Settings, server: str) -> None:
    move_command.undo(moved(own, server), print)

    assert config.load(need_telegram=False).database_url == own.database_url
    assert not (own.home / MOVE_RECORD).exists()


def test_an_undo_that_cannot_look_into_the_new_database_stops_nobody(
    own: Settings, env_file: Path
) -> None:
    away = f"postgresql://chapar@/away?host={own.home}"
    env_file.write_text(f"CHAPAR_HOME={own.home}\nCHAPAR_DATABASE_URL={away}\n")
    record = {"from": own.database_url, "to": away, "figures": [], SWITCHED: True}
    move_command.write_record(own, record)
    said: list[str] = []

    with pytest.raises(Refusal, match=r"nobody can see .*: chapar stop, let CHAPAR_DATABASE_URL"):
        move_command.undo(config.load(need_telegram=False), said.append)

    assert said == []


def test_a_move_that_fails_says_that_changes_are_noted(own: Settings, server: str) -> None:
    said: list[str] = []

    def says(line: str) -> None:
        said.append(line)
        if line.startswith("brought after:"):
            raise Refusal("no")

    with pytest.raises(Refusal, match="no"):
        move_command.move(own, server, says)
    assert said[-1].endswith("or chapar move --cancel gives it up")

    with closing(open_database(own.database_url, run=own.run)) as db:
        assert change_notes.noted(db, own.database_url) is not None
        move_command.cancel(own, said.append)
        assert change_notes.noted(db, own.database_url) is None


class SlowMove(StoreMove):
    """One whose switch takes so long that the server ends the transaction that waits for it."""

    def hand_over(self) -> None:
        super().hand_over()
        postgresql_server.running().answer(
            "SELECT PG_TERMINATE_BACKEND(pid) FROM pg_stat_activity"
            f" WHERE datname = '{self.old_url.partition('@/')[2].partition('?')[0]}'"
        )


def test_a_switch_that_takes_longer_than_the_server_waits_is_one(
    own: Settings, server: str, env_file: Path
) -> None:
    migrate(server, run=own.run)
    env_file.write_text(f"CHAPAR_HOME={own.home}\nCHAPAR_DATABASE_URL={server}\n")
    served, goal = config.load(need_telegram=False), f"sqlite:///{own.home}/new.db"
    places = {"run": own.run, "scratch": own.home / "moving"}
    with store_move.opened(server, goal, **places) as work:
        slow = SlowMove(work.old, work.new, work.old_url, work.new_url)
        slow.copy(print)

        late = move_command.switch(served, slow, env_file, goal, print)

    assert late == []
    assert config.load(need_telegram=False).database_url == goal
    assert json.loads((own.home / MOVE_RECORD).read_text())[SWITCHED]
    with closing(open_database(server, run=own.run)) as old:
        assert change_notes.noted(old, server) is None
