"""`chapar rolling-restart MACHINE` and `--all`: another machine's keeper has it done there.

The word goes by a row (`procs/store/machines/restart_orders.py`); what the restart says there is
printed here. Whoever gives up waiting leaves it going on there.
"""

import os
import time
from collections.abc import Callable

from daemon.command_error import NotServing, NotUp, Refusal, RestartUnderWay
from daemon.commands.restart import RollingRestart
from daemon.console import machine_table
from daemon.helps.exit_codes import GAVE_UP, NOT_STARTED
from procs.core import clock
from procs.core.machine import machine_name
from procs.store.database import Database
from procs.store.machines import machine_rows, restart_orders

Say = Callable[[str], None]
#: Seconds between two looks, and until a keeper that does not take the order is given up.
ORDER_POLL, UNTAKEN = 0.2, 30.0
#: Exit codes of a restart that was refused, that gave up, and that found nothing running.
NOT_DONE, (GAVE, *_), (DOWN, *_) = 1, GAVE_UP, NOT_STARTED


def restart_all(db: Database, say: Say, here: Callable[[], int]) -> int:
    """Restart every machine that is up, one after the other, this one by `here` and last: the first
    that is not whole afterwards is the last that is touched. Returns the exit code."""
    up = [one.machine.name for one in machine_table.look(db) if one.state in ("up", "drained")]
    own = machine_name.shared()
    for name in [one for one in up if one != own]:
        say(f"{name}:")
        if code := restart(db, name, say):
            say(f"{name} was not restarted whole: nothing more is restarted")
            return code
    if own:
        say(f"{own}:")
    return here()


def restart(db: Database, name: str, say: Say) -> int:
    """Have another machine restarted and print what is said there. Returns the exit code. Raises
    Refusal, NotServing."""
    refuse_lost(db, machine_table.named(db, name))
    order = restart_orders.give(db, name, now=clock.now())
    if order is None:
        raise RestartUnderWay(f"a rolling restart of {name} is under way already")
    began, told = clock.now().boot, 0
    while True:
        row = restart_orders.read(db, order)
        if row is None:
            raise Refusal(f"the order to {name} is gone")
        for line in row.lines[told:]:
            say(line)
        told = len(row.lines)
        if row.code is not None:
            return row.code
        if not row.runner and clock.now().boot - began > UNTAKEN:
            withdraw(db, order, name)
        refuse_lost(db, name, under_way=bool(row.runner))
        time.sleep(ORDER_POLL)


def withdraw(db: Database, order: int, name: str) -> None:
    """Take an order back that nobody took. Raises NotServing."""
    if restart_orders.take(db, order, os.getpid()):
        restart_orders.end(db, order, GAVE)
        raise NotServing(f"the keeper of {name} did not take the order in {UNTAKEN:g} s")


def refuse_lost(db: Database, name: str, *, under_way: bool = False) -> None:
    """Raises Refusal for a machine that is silent, or was stopped. While a restart is `under_way`
    there, its keeper is one of those that end: who does the restart tells how that went."""
    now = clock.now()
    one = next((row for row in machine_rows.listed(db) if row.name == name), None)
    is_stopped = one is not None and one.ended_at is not None and not under_way
    if one is None or is_stopped or one.is_unkept(now):
        state = "was stopped" if one and one.ended_at is not None else "is silent"
        raise Refusal(f"{name} {state}: nothing is restarted there; see chapar status")


def obey(db: Database, order: int, rolling: RollingRestart) -> int:
    """Do what another machine ordered, and write down what is said. Does nothing where another
    process does it already."""
    if not restart_orders.take(db, order, os.getpid()):
        return 0
    aloud = rolling.say

    def say(line: str) -> None:
        aloud(line)
        restart_orders.note(db, order, line)

    rolling.say = say
    code = NOT_DONE
    try:
        code = rolling.run()
    except NotServing as error:
        say(str(error))
        code = GAVE
    except NotUp as error:
        say(str(error))
        code = DOWN
    except Refusal as error:
        say(str(error))
    restart_orders.end(db, order, code)
    return code
