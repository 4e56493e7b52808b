"""`python -m daemon.move.address_trial`: tries an address in another environment than the mover's.

libpq takes what an address leaves out from variables (PGPASSWORD, PGSSLROOTCERT) and from files of
the home. What only the mover's shell knows, no process of the service will.
"""

import os
import subprocess
import sys
from pathlib import Path

from daemon.command_error import Refusal
from daemon.supervisor.control import Supervisor
from procs.errors import StoreError
from procs.store.database import require_reachable

#: Seconds until a trial has had its answer: a connection gives up after five.
TRIAL_PATIENCE = 60.0


def require_of_service(run: Path, url: str) -> None:
    """Raises Refusal where the processes of the home, as supervisord starts them, could not use a
    database that this command can."""
    supervisor = Supervisor(run)
    environment = environment_of(supervisor.pid()) if supervisor.is_up() else None
    if environment is None:
        return
    done = subprocess.run(
        [sys.executable, "-m", "daemon.move.address_trial"],
        input=url,
        env=environment,
        timeout=TRIAL_PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refusal(
            f"this command can use that database, and the service cannot: {done.stderr.strip()}; "
            "what only this shell knows (PGPASSWORD, another PG variable, another HOME) is not "
            "known there: write it into the address, or into ~/.pgpass of the service's user"
        )


def environment_of(pid: int) -> dict[str, str] | None:
    """The environment that a process was started with (proc(5)); None where this user may not see
    it."""
    try:
        whole = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    pairs = (os.fsdecode(one).partition("=") for one in whole.split(b"\0") if one)
    return {name: text for name, _, text in pairs}


def main() -> int:
    """Try the address of standard input. Exit code 1 with a sentence where it cannot be used."""
    try:
        require_reachable(sys.stdin.read())
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
