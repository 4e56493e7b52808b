"""A move to the server and back: rows a second of the copy, and seconds of what the pause does."""

import time
from pathlib import Path
from typing import Any

from bench.machines import big_store
from bench.machines.amounts import Amounts
from bench.machines.lease_table import open_session
from procs.store.move import store_move


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Rows a second there and back, and the seconds of each end."""
    old = folder / "old.db"
    rows = big_store.make(old, users=amounts.users, jobs=amounts.moved)
    admin = open_session(conninfo)
    admin.execute("CREATE DATABASE moved")
    admin.close()
    host = conninfo.partition("host=")[2].split()[0]
    server = f"postgresql://bench@/moved?host={host}"
    there = moved(f"sqlite:///{old}", server, folder / "there")
    back = moved(server, f"sqlite:///{folder}/new.db", folder / "back")
    return {
        "move_rows": rows,
        "move_rows_per_s": round(rows / there[0]),
        "move_copy_s": round(there[0], 1),
        "move_pause_s": round(there[1], 1),
        "move_back_rows_per_s": round(rows / back[0]),
        "move_back_pause_s": round(back[1], 1),
    }


def moved(old: str, new: str, scratch: Path) -> tuple[float, float]:
    """Seconds of the copy, and of what is done while nobody is served, without the stop and the
    start of processes."""
    scratch.mkdir()
    with store_move.opened(old, new, run=scratch / "run", scratch=scratch / "work") as move:
        began = time.monotonic()
        move.copy(print)
        move.catch_up(print)
        copied = time.monotonic()
        wrong = move.end(print)
        assert not wrong, wrong
        move.hand_over()
        ended = time.monotonic()
        move.forget()
    return copied - began, ended - copied
