"""What the commands say and do about machines that share a database, without processes."""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.console import machine_table, open_store
from daemon.move import move_command
from procs import config
from procs.core import clock
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.store.health import workers
from procs.store.jobs import pauses
from procs.store.machines import machine_rows
from procs.store.machines.bot_lease import BotLease
from tests.sandbox.house import house

__all__ = ["house"]
URL = "postgresql://chapar@db/chapar"


def settings(home, **texts):
    environ = {"CHAPAR_HOME": str(home), "CHAPAR_DATABASE_URL": URL, **texts}
    return config.load(environ, Path(os.devnull), need_telegram=False)


def beat(house, name, *, ago=0.0, home="/srv/c", roles="worker", version="1"):
    now = clock.now()
    facts = {"boot": "b", "home": home, "roles": roles, "slots": 2, "version": version}
    machine_rows.beat(house.db, name, **facts, now=Now(now.wall - ago, now.boot - ago))


def test_status_shows_every_machine(house):
    beat(house, "m1", roles="worker,bot")
    beat(house, "m2", ago=61)
    beat(house, "m3")
    machine_rows.leave(house.db, "m3", now=clock.now())
    BotLease(house.db, "m1").take(now=clock.now())
    house.says("pause", "--machine", "m1")

    _, lines, _ = house.says("status")

    there = {line.split()[0]: line.split() for line in lines if line[:2] in ("m1", "m2", "m3")}
    assert there["m1"][1] == "drained"
    assert there["m1"][-1] == "here"
    assert there["m2"][1] == "LOST"
    assert there["m3"][1] == "stopped"


@pytest.mark.parametrize(("ago", "refused"), [(3.0, True), (61.0, False)])
def test_no_move_takes_the_database_from_under_another_machine(house, tmp_path, ago, refused):
    beat(house, "m1")
    beat(house, "m2", ago=ago)
    beat(house, "m3")
    machine_rows.leave(house.db, "m3", now=clock.now())
    own = settings(tmp_path, CHAPAR_MACHINE="m1")
    told = pytest.raises(Refusal, match=r"other machines use this database: m2 \(heard [34] s ago")

    with told if refused else nullcontext():
        move_command.refuse_others(own, house.db)

    machine_name.give("")


def test_versions_are_shown_while_they_are_not_the_same(house):
    beat(house, "m1", version="1.1")
    beat(house, "m2", version="1.2")
    mixed = [line.split()[-1] for line in house.says("status")[1] if line[:2] in ("m1", "m2")]
    beat(house, "m1", version="1.2")

    assert mixed == ["1.1", "1.2"]
    assert not any(line.endswith("version") for line in house.says("status")[1])


def test_a_database_of_one_machine_has_no_such_lines(house):
    assert not any(line.startswith("machine ") for line in house.says("status")[1])


def test_a_drain_of_a_machine_stops_it_alone_and_ends_with_its_jobs(house):
    beat(house, "m2")
    house.asks(7, "a")
    assert house.claims()  # of this machine, which goes on

    code, said, _ = house.says("drain", "m2")

    assert code == 0
    assert said == [
        "paused: nothing new starts on m2; chapar resume --machine m2 ends the pause",
        "drained: no job runs on m2",
    ]
    assert pauses.is_paused(house.db, pauses.machine("m2"))
    assert not pauses.is_paused(house.db)
    assert house.says("resume", "--machine", "m2")[1] == ["resumed: machine m2"]


@pytest.mark.parametrize("words", [("drain", "m9"), ("pause", "--machine", "m9")])
def test_a_machine_that_there_is_not_is_named_beside_those_that_there_are(house, words):
    beat(house, "m1")
    code, _, said = house.says(*words)
    assert code == 1
    assert "'m9' is no machine; there are m1" in said


def test_two_machines_of_one_name_do_not_start(house, short_home):
    ours = settings(short_home, CHAPAR_MACHINE="m1")
    beat(house, "m1", home="/elsewhere", ago=3)

    with pytest.raises(Refusal, match="another machine is called m1"):
        open_store.require_own_name(ours, house.db)

    beat(house, "m1", home="/elsewhere", ago=60)
    open_store.require_own_name(ours, house.db)
    open_store.require_own_name(settings(short_home, CHAPAR_MACHINE="m2"), house.db)


def test_a_machine_that_was_reset_starts_when_nobody_is_heard_under_its_name(house, short_home):
    """It was refused for a minute, in which systemd gave it up."""
    beat(house, "m1", home=str(short_home), ago=open_store.RESET - 0.2)

    open_store.require_own_name(settings(short_home, CHAPAR_MACHINE="m1"), house.db)


def test_a_copy_of_a_machine_that_still_runs_does_not_start(house, short_home, monkeypatch):
    beat(house, "m1", home=str(short_home), ago=20)
    monkeypatch.setattr("time.sleep", lambda _: beat(house, "m1", home=str(short_home)))

    with pytest.raises(Refusal, match="another machine is called m1"):
        open_store.require_own_name(settings(short_home, CHAPAR_MACHINE="m1"), house.db)


def test_roles_decide_which_programs_start(short_home):
    for roles, procs, bot in (("worker,keeper", "3", "false"), ("bot keeper", "0", "true")):
        texts = {"CHAPAR_ROLES": roles, "CHAPAR_WORKERS": "2"}
        one = settings(short_home, **texts)
        reading = config.read(
            {"CHAPAR_HOME": str(short_home), "CHAPAR_DATABASE_URL": URL, **texts},
            Path(os.devnull),
            need_telegram=False,
        )
        around = launch.environment(one, reading, bot=True)
        assert (around["CHAPAR_PROCS"], around["CHAPAR_WITH_BOT"]) == (procs, bot)


def test_a_machine_has_a_name_made_of_its_hosts(short_home, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Web_01.Example.org")
    assert settings(short_home).machine == "web-01"


def test_a_machine_is_lost_in_words_only_when_nobody_stopped_it(house):
    beat(house, "m1", ago=61)
    (one,) = machine_rows.listed(house.db)
    assert machine_table.state_of(one, False) == "LOST"


def test_a_machine_whose_workers_are_heard_and_its_keeper_is_not_is_said_to_have_none(
    house, monkeypatch
):
    beat(house, "m1", ago=61)
    monkeypatch.setattr(machine_name.HERE, "told", "m1")
    workers.enter(house.db, "w00-1-m1", now=clock.now())
    (one,) = machine_rows.listed(house.db)
    assert machine_table.state_of(one, False) == "no-keeper"
