"""The help of every command says its exit codes."""

import argparse
from collections.abc import Iterator

import pytest

from daemon import cli
from daemon.helps import exit_codes
from daemon.install import first_settings


def parsers(top: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, str]]:
    """Each command that one can run, with its help."""
    below = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
    if path:
        yield path, " ".join(top.format_help().split())
    for one in below:
        for name, parser in one.choices.items():
            yield from parsers(parser, f"{path} {name}".strip())


HELPS = dict(parsers(cli.parser()))


@pytest.mark.parametrize("path", HELPS)
def test_the_help_names_what_each_code_means(path: str) -> None:
    said = HELPS[path]

    assert "exit codes: 0: " in said
    for code, meaning in exit_codes.OWN_CODES.get(path, {}).items():
        assert f"{code}: {meaning}" in said


def test_no_code_is_of_a_command_that_is_not_there() -> None:
    assert set(exit_codes.OWN_CODES) <= set(HELPS)


def test_settings_that_could_not_be_tried_have_their_code_in_the_help() -> None:
    assert f"{first_settings.NOT_TRIED}: " in HELPS["init"]
