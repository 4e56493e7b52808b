"""Processes that are forked from supervisord's memory, beside those that a Python starts."""

import json
import os
import subprocess
import sys

import pytest

from daemon.supervisor import warm_start
from daemon.supervisor.warm_start import WarmStart
from tests import ROOT

PROGRAM = "tests.sandbox.warm_program"
ARGV = (sys.executable, "-m", PROGRAM)


def played(*words, **more):
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env=given, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def forked():
    """Five processes of one warm parent: what each told, and how it ended."""
    ended = played("tests.sandbox.warm_parent", PROGRAM, "0", "0", "7", "words", "error")
    *told, codes = ended.stdout.splitlines()
    return [json.loads(line) for line in told], json.loads(codes), ended.stderr


def test_a_forked_process_is_like_one_that_was_executed(forked):
    executed = json.loads(played(PROGRAM, WARM_END="0").stdout)
    assert forked[0][0][0] == executed[0]


def test_each_is_a_child_of_its_own_with_chances_of_its_own(forked):
    facts, chances, parents = zip(*forked[0], strict=True)
    assert len(facts) == len(set(chances)) == 5
    assert len(set(parents)) == 1


def test_it_ends_as_its_program_does(forked):
    _, codes, errors = forked
    assert codes == [0, 0, 7, 1, 1]
    assert "words\n" in errors
    assert "LookupError: the program's own" in errors


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """A program that can be changed, and what is warm of it."""
    folder = tmp_path_factory.mktemp("warm")
    path = folder / "changeable_program.py"
    path.write_text("")
    (folder / "broken_program.py").write_text("import no_such_module")
    sys.path.insert(0, str(folder))
    yield path
    sys.path.remove(str(folder))


def warmed(*programs):
    """As in a fresh process: this one's memory stays as it is."""
    warm = WarmStart(os.environ, programs)
    warm.warm_up()
    return warm


@pytest.fixture
def still(monkeypatch):
    monkeypatch.setattr(warm_start.gc, "freeze", lambda: None)


@pytest.mark.usefixtures("still")
def test_what_was_changed_since_is_executed(program):
    warm, argv = warmed("changeable_program"), (*ARGV[:2], "changeable_program")
    assert warm.can(argv, os.environ)
    program.write_text("pass")
    assert not warm.can(argv, os.environ)


@pytest.mark.usefixtures("still")
def test_what_cannot_be_imported_is_executed(program):
    warm = warmed("changeable_program", "broken_program")
    for name in ("changeable_program", "broken_program"):
        assert not warm.can((*ARGV[:2], name), os.environ)


@pytest.mark.usefixtures("still")
def test_what_opens_something_when_it_is_imported_is_executed():
    name = "tests.sandbox.opening_program"
    assert not warmed(name).can((*ARGV[:2], name), os.environ)


def test_supervisord_forks_what_it_runs():
    code = (
        "import os, sys\n"
        "from daemon.supervisor.warm_start import PROGRAMS, WarmStart\n"
        "warm = WarmStart(os.environ)\n"
        "warm.warm_up()\n"
        "print([warm.can([sys.executable, '-m', one], os.environ) for one in PROGRAMS])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == f"{[True] * len(warm_start.PROGRAMS)}\n", ended.stderr


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(
    ("argv", "more"),
    [
        pytest.param(ARGV, {"PYTHONHASHSEED": "1"}, id="another setting of Python"),
        pytest.param(ARGV, {"MALLOC_ARENA_MAX": "9"}, id="another setting of the C library"),
        pytest.param((*ARGV, "--more"), {}, id="other arguments"),
        pytest.param(("/bin/python", *ARGV[1:]), {}, id="another Python"),
        pytest.param((*ARGV[:2], "json.tool"), {}, id="another program"),
        pytest.param(("/bin/true",), {}, id="no Python"),
    ],
)
def test_what_a_fork_would_not_be_is_executed(argv, more):
    warm = warmed(PROGRAM)
    assert warm.can(ARGV, {**os.environ, "CHAPAR_WORKERS": "9"})
    assert not warm.can(argv, {**os.environ, **more})
