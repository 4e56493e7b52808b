"""docs/load.md: its files are read as they stand, and it leaves no word of them out."""

import re
import tomllib
from dataclasses import fields

import pytest

from bench.load import remote_people, scenario
from bench.load.remote_people import BadServer, TestServer
from bench.load.scenario import Scenario
from bench.load.scenario_rules import DEEDS, KINDS
from tests.source import ROOT

PAGE = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
MINE, SERVER = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def names(kind: type) -> set[str]:
    return {one.name for one in fields(kind)}


def test_the_scenario_of_the_page_can_be_played_and_has_every_word(tmp_path):
    (tmp_path / "mine.toml").write_text(MINE)

    read = scenario.read(str(tmp_path / "mine.toml"))

    assert tomllib.loads(MINE).keys() == names(Scenario)
    assert (set(read.kinds), set(read.deeds)) == (set(KINDS), set(DEEDS))


def test_every_kept_scenario_stands_on_the_page():
    rows = "".join(line for line in PAGE.splitlines() if line.startswith("| `"))

    assert set(re.findall(r"`(\w+)`", rows)) == set(scenario.names())


def test_the_file_about_a_server_lacks_nothing_but_the_key_itself(tmp_path):
    (tmp_path / "server.toml").write_text(SERVER)

    with pytest.raises(BadServer) as told:
        remote_people.read(tmp_path / "server.toml")

    assert len(str(told.value).splitlines()) == 2
    assert "server.pem cannot be read" in str(told.value)
    assert tomllib.loads(SERVER).keys() == names(TestServer)
