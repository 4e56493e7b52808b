"""An address that only the shell of the mover can use is refused while the service runs."""

import re

import pytest

from daemon.command_error import Refusal
from daemon.move.address_trial import require_of_service
from tests import postgresql_server
from tests.unit.daemon.move.test_process_pause import Home, settings, stack

__all__ = ["settings", "stack"]
pytestmark = pytest.mark.postgresql


def test_what_only_this_shell_knows_is_not_enough(
    stack: Home, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_of_service(stack.settings.run, server)
    monkeypatch.setenv("PGHOST", str(postgresql_server.running().folder))
    bare = re.sub(r"\?host=.*", "", server)

    with pytest.raises(Refusal, match=r"the service cannot: .*PGPASSWORD"):
        require_of_service(stack.settings.run, bare)


def test_nobody_else_is_asked_while_chapar_is_stopped(own, server) -> None:
    require_of_service(own.run, f"{server}-that-is-not-there")
