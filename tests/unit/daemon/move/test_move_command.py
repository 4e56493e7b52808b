"""`chapar move` of a Chapar that is stopped: nothing is lost, and nothing is refused too late."""

from contextlib import closing
from pathlib import Path

import pytest

from daemon.commands import caps
from daemon.move import move_command
from procs import config
from procs.config import Settings
from procs.store.database import open_database
from procs.store.health import runtime_settings
from procs.store.jobs import seats

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
