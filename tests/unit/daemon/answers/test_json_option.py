"""No command that reads lacks its `--json`: the whole tree of commands is walked."""

import json

import pytest

from daemon import cli
from daemon.answers import json_option
from daemon.commands import fetch_command
from daemon.helps import command_tree
from procs.core import clock, codec
from procs.errors import BotCheck
from procs.store.sites import breakers
from procs.store.sites.breaker_trials import Way
from tests.sandbox.house import House, house
from tests.unit.daemon.answers import test_json
from tests.unit.daemon.commands.test_fetch_command import status

__all__ = ["house"]

TREE = {one.path: one for one in command_tree.read(cli.parser()).walk() if one.path}
HAVE = {path for path, one in TREE.items() for word in one.words if "--json" in word.flags}
#: How the help of a command begins that only looks.
READS = ("Show", "List", "Print", "Tell", "Name", "Look", "Count", "Restore one to a scratch")
#: Options under which a command changes nothing.
TRIES = {"--list", "--dry-run"}
#: Where the answers of others are read as JSON: they need a stack, a server, or a backup.
ELSEWHERE = {
    "why": "test_the_json_of_a_refusal_is_the_sentence_and_the_code_of_the_text",
    "backup verify": "test_what_was_found_of_backups_comes_with_the_code_of_the_text",
    "restore": "tests/unit/backups/test_restoration.py",
    "fetch": "tests/process/test_lists.py",
    "move": "tests/process/test_move.py",
    "doctor": "tests/unit/daemon/doctor/test_examination.py",
    "logs": "tests/unit/daemon/logs/test_log_report.py",
}


@pytest.mark.parametrize("path", TREE)
def test_what_reads_has_json(path: str) -> None:
    command = TREE[path]
    tries = {flag for word in command.words for flag in word.flags} & TRIES
    reads = command.help.startswith(READS) and not command.below

    if (reads or tries) and path not in json_option.DOCUMENTS:
        assert path in HAVE


def test_what_is_said_to_act_is_a_command() -> None:
    assert set(TREE) >= json_option.ACTING | json_option.DOCUMENTS


def test_each_json_is_read_by_a_test() -> None:
    lines = [f"{line} " for line in test_json.COMMANDS]
    shown = {path for path in HAVE if any(line.startswith(f"{path} ") for line in lines)}

    assert HAVE - shown - set(ELSEWHERE) == set()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("cap 5 2 --json", {"everybody": 2, "set_by_hand": False}),
        ("cap --all 4 --json", {"everybody": 4, "set_by_hand": True}),
        ("mode light 2h --json", {"mode": "light"}),
    ],
)
def test_a_change_asked_for_as_json_answers_how_things_stand_then(
    words: str, wanted: dict[str, object], house: House
) -> None:
    house.asks(5, "film")

    code, said, error = house.says(*words.split())

    told = json.loads("\n".join(said))
    assert (code, error, {name: told[name] for name in wanted}) == (0, "", wanted)


def test_a_breaker_that_is_closed_answers_as_json(house: House) -> None:
    house.asks(5, "film", site="youtube")
    (lease,) = house.claims()
    breakers.note_failure(house.db, lease, Way("youtube"), BotCheck("no"), now=clock.now())

    code, said, _ = house.says("breakers", "--close", "youtube", "--json")

    told = json.loads("\n".join(said))
    assert (code, {one["state"] for one in told["breakers"]}) == (0, {"closed"})


def test_a_file_of_the_package_comes_with_its_path(house: House) -> None:
    _, text, _ = house.says("files", "chapar.service")
    _, said, _ = house.says("files", "chapar.service", "--json")

    told = json.loads("\n".join(said))
    assert told["text"].splitlines() == text
    assert told["path"].endswith("/chapar.service")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("move --to sqlite:////x.db --json", "--dry-run"),
        ("move --undo --dry-run", "--to"),
        ("move --cancel --dry-run", "--to"),
    ],
)
def test_a_move_that_is_only_tried_changes_nothing(words: str, why: str, house: House) -> None:
    code, said, error = house.says(*words.split())

    assert (code, said, why in error) == (1, [], True)


def test_what_a_look_found_is_told_as_it_is_kept() -> None:
    found = {"kind": "list", "title": "Feed", "count": 2, "entries": []}

    assert fetch_command.facts(status(found=codec.dump(found))) == found
