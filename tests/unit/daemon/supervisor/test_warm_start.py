"""Processes that are forked from supervisord's memory, beside those that a Python starts."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.supervisor import warm_start
from procs.texts.i18n import LANGUAGES
from tests import ROOT
from tests.sandbox import warm_cases
from tests.sandbox.warm_cases import PROGRAM


def played(*words, **more):
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        preexec_fn=hear_signals,
    )


def hear_signals():
    """Whoever runs the tests in the background has some ignored, by them and by what they start."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


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
def answers():
    return json.loads(played("tests.sandbox.warm_cases").stdout)


def test_what_was_started_in_the_same_way_is_forked(answers):
    assert answers["the same"]
    assert answers["before a change"]


@pytest.mark.parametrize("case", [*warm_cases.OTHERS, "after a change", "what opens something"])
def test_what_a_fork_would_not_be_is_executed(answers, case):
    assert answers[case] is False


@pytest.mark.parametrize("name", ["changeable_program", "broken_program"])
def test_beside_what_cannot_be_imported_all_are_executed(answers, name):
    assert answers[f"{name} beside a broken one"] is False


def test_texts_are_read_before_the_fork_and_watched(answers):
    assert {Path(name).stem for name in answers["texts"]} == set(LANGUAGES)


#: What supervisord would fork, and the KiB that a fork has of its own when it has found that out.
ASKED = """
import json, os, sys
from pathlib import Path
from daemon.supervisor.warm_start import PROGRAMS, WarmStart

warm = WarmStart(os.environ)
warm.warm_up()
if not os.fork():
    answers = [warm.can([sys.executable, "-m", one], os.environ) for one in PROGRAMS]
    facts = Path("/proc/self/smaps_rollup").read_text().splitlines()
    own = sum(int(one.split()[1]) for one in facts if one.startswith("Private_"))
    print(json.dumps([answers, own]), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.fixture(scope="module")
def asked():
    ended = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True)
    return json.loads(ended.stdout), ended.stderr


def test_supervisord_forks_what_it_runs(asked):
    (answers, _), errors = asked
    assert answers == [True] * len(warm_start.PROGRAMS), errors


def test_whoever_is_forked_still_shares_nearly_all_when_it_becomes_a_program(asked):
    (_, own), _ = asked
    assert own < 3 * 1024
