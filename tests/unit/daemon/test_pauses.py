"""The commands that pause, drain and cap, on a real database without processes."""

import pytest

from daemon.command_error import Refusal
from daemon.commands import pause_commands
from procs.core import clock
from procs.store.health import workers
from procs.store.jobs import pauses
from tests.sandbox.house import house

__all__ = ["house"]


def test_a_paused_site_is_shown_and_resumed(house):
    house.asks(7, "a", site="youtube")

    _, said, _ = house.says("pause", "--site", "https://youtu.be/", "--why", "it blocks us")

    assert said == ["paused: site youtube; 1 job held, what runs goes on"]
    _, lines, _ = house.says("status")
    assert lines[2].startswith("PAUSED: site youtube, since 2")
    assert lines[2].endswith("(it blocks us)")
    assert "1 held" in "\n".join(lines)
    assert house.says("resume", "--site", "youtube")[1] == [
        "resumed: site youtube; 1 held job came back"
    ]
    assert "PAUSED" not in "\n".join(house.says("status")[1])


def test_resume_of_what_is_not_paused_says_what_is(house):
    house.says("pause", "--user", "7")
    code, _, said = house.says("resume")
    assert code == 1
    assert said == "chapar: the whole system is not paused; still paused: user 7\n"


def test_a_pause_of_a_user_and_a_site_at_once_is_not_understood(house):
    with pytest.raises(SystemExit) as ended:
        house.says("pause", "--user", "7", "--site", "x")
    assert ended.value.code == 2


@pytest.mark.parametrize(
    "line",
    [
        *("pause --machine", "pause --user", "pause --site", "resume --machine", "resume --user"),
        *("resume --site", "drain", "rolling-restart", "upgrade", "breakers --close"),
        *("engine update", "engine use", "backup verify", "restore", "move --to"),
    ],
)
@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_none_left_out(house, capsys, line, name):
    """A variable of the shell that was not set paused every machine."""
    with pytest.raises(SystemExit) as ended:
        house.says(*line.split(), name)

    assert ended.value.code == 2
    assert "an empty name; see that the variable of the shell is set" in capsys.readouterr().err
    assert pauses.listed(house.db) == []


@pytest.mark.parametrize("name", ["", "m9"])
def test_no_machine_is_drained_that_there_is_not(house, name):
    with pytest.raises(Refusal, match="is no machine"):
        pause_commands.drain(house.db, print, why="", only=name)
    assert pauses.listed(house.db) == []


def test_a_site_is_named_by_its_name_or_an_address():
    assert (
        pause_commands.site_of("YouTube") == pause_commands.site_of("www.youtube.com") == "youtube"
    )
    assert pause_commands.site_of("Example.org") == "example.org"
    with pytest.raises(Refusal, match="not a site"):
        pause_commands.site_of("no site")


def test_drain_of_an_idle_system_is_over_at_once_and_stays(house):
    house.asks(7, "a")
    assert house.says("drain")[:2] == (
        0,
        ["paused: nothing new starts; chapar resume ends the pause", "drained: no job runs"],
    )
    assert house.claims() == []
    assert "(drain)" in "\n".join(house.says("status")[1])
    assert house.says("resume")[0] == 0


def test_drain_names_who_is_waited_for_until_its_time_is_over(house):
    house.asks(7, "a")
    house.claims()

    code, lines, said = house.says("drain", "--timeout", "0.5")

    assert code == 1
    assert lines[1] == "waiting for job 1 (fetch site.test) on w00-77"
    assert said.startswith("chapar: after 0.5 s there still runs: job 1 ")


def test_drain_does_not_wait_for_the_dead(house):
    house.asks(7, "a")
    house.claims()
    workers.leave(house.db, house.worker, why="died", now=clock.now())
    assert house.says("drain", "--timeout", "0.5")[0] == 0


def test_a_users_cap_takes_effect_at_once(house):
    house.asks(7, "a", "b", "c", "d")
    assert house.says("cap", "7", "3")[1] == [
        "user 7: 3 downloads at once; 1 waiting job may start now"
    ]
    assert house.says("cap", "7", "default")[1] == ["user 7: 2 downloads at once"]


def test_the_cap_of_all(house):
    house.asks(7, "a", "b", "c", "d")
    assert house.says("cap", "--all", "4")[1] == [
        "everybody: 4 downloads at once; 2 waiting jobs may start now"
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["7"], "write: chapar cap USER N"),
        (["7", "2", "--all", "3"], "write: chapar cap USER N"),
        (["x", "2"], "write: chapar cap USER N"),
        (["7", "0"], "'0' is not a cap"),
        (["7", "many"], "'many' is not a cap"),
        (["8", "3"], "no user 8 ever wrote"),
        (["--all", "default"], "CHAPAR_MAX_DOWNLOADS_PER_USER"),
    ],
)
def test_what_is_no_cap_is_refused(house, words, complaint):
    house.asks(7, "a")
    code, _, said = house.says("cap", *words)
    assert code == 1
    assert complaint in said
