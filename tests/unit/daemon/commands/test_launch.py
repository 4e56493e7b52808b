"""Starting: what is refused, and what the processes find around them."""

import json
import os
import shlex
import socket
import sys
from pathlib import Path

import pytest

from daemon.command_error import Refusal
from daemon.commands import launch
from daemon.console import open_store, package_files
from daemon.console.open_store import MOVE_RECORD
from procs import config
from tests import ROOT


@pytest.fixture
def reading(short_home):
    return config.read(
        {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "3", "CHAPAR_DRAIN_GRACE": "20"},
        Path(os.devnull),
        need_telegram=False,
    )


@pytest.fixture
def settings(reading):
    return reading.settings


def test_folders_are_for_this_user_alone(settings):
    settings.logs.mkdir(mode=0o755)
    launch.make_folders(settings)
    modes = {path.stat().st_mode & 0o777 for path in settings.home.iterdir()}
    assert modes == {0o700}
    assert len(list(settings.home.iterdir())) == 6


def test_a_home_that_cannot_be_made_is_named(short_home):
    (short_home / "file").touch()
    settings = config.load(
        {"CHAPAR_HOME": f"{short_home}/file/below"}, Path(os.devnull), need_telegram=False
    )
    with pytest.raises(Refusal, match="CHAPAR_HOME"):
        launch.make_folders(settings)


def test_one_supervisor_per_home(settings):
    lock = launch.hold(settings)
    with pytest.raises(Refusal, match="already runs"):
        launch.hold(settings)
    os.close(lock)
    os.close(launch.hold(settings))


def test_processes_find_settings_and_numbers_around_them(settings, reading):
    around = launch.environment(settings, reading, bot=False)

    assert around["CHAPAR_PROCS"] == "4"
    assert around["CHAPAR_STOP_WAIT"] == "35"
    assert around["CHAPAR_WITH_BOT"] == "false"
    assert shlex.split(around["CHAPAR_PYTHON"]) == [sys.executable]
    assert config.load(around, need_telegram=False) == settings


def test_the_environment_has_all_that_supervisord_asks_for(settings, reading):
    around = launch.environment(settings, reading, bot=True)
    text = package_files.path("supervisord.conf").read_text()
    wanted = {piece.partition(")")[0] for piece in text.split("%(ENV_")[1:]}
    assert wanted <= around.keys()


def test_a_checkout_is_importable_from_everywhere(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/else")
    assert launch.python_path() == f"{ROOT}:/else"


def test_a_supervisord_that_died_is_no_start(settings):
    with pytest.raises(Refusal, match="not up: supervisord does not answer; everything was stop"):
        launch.await_service(settings)


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_lies_where_the_socket_belongs_is_named(settings, kind):
    way = settings.run / "supervisor.sock"
    {"folder": way.mkdir, "file": way.touch, "link": lambda: way.symlink_to("/nowhere")}[kind]()

    with pytest.raises(Refusal, match=r"supervisor\.sock is in the way: .*; remove it"):
        launch.clear_way(settings.run)


def test_a_socket_that_a_killed_supervisord_left_is_removed(settings):
    way = settings.run / "supervisor.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(way))

    launch.clear_way(settings.run)

    assert not way.exists()


def test_a_socket_at_which_another_program_answers_is_left_to_it(settings):
    way = settings.run / "supervisor.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(way))
        other.listen()

        with pytest.raises(Refusal, match="another program answers at"):
            launch.clear_way(settings.run)

    assert way.exists()


def moved(settings, **facts):
    record = {"from": settings.database_url, "to": "postgresql://u:secret@h/x", **facts}
    (settings.home / MOVE_RECORD).write_text(json.dumps(record))


def test_nothing_starts_on_the_database_that_a_move_led_away_from(settings, monkeypatch):
    moved(settings, switched=True)
    for name, value in (("CHAPAR_HOME", str(settings.home)), ("CHAPAR_ENV_FILE", os.devnull)):
        monkeypatch.setenv(name, value)

    with pytest.raises(Refusal, match="led from this database to postgresql://u:") as told:
        launch.up(bot=False)

    assert "secret" not in str(told.value)
    assert not Path(settings.database_url.removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("facts", [{}, {"switched": False}, {"switched": True, "from": "another"}])
def test_a_move_that_never_switched_or_was_undone_stops_no_start(settings, facts):
    moved(settings, **facts)

    open_store.require_in_charge(settings)
