"""What the verdict of a storm says, and what the run's exit code makes of it."""

from dataclasses import replace

import pytest

from tests.chaos.__main__ import conclude
from tests.chaos.verdict import Verdict

CLEAN = Verdict(
    asked=3,
    missing=[],
    twice=[],
    broken=[],
    left=[],
    impolite=[],
    states={"delivered": 3},
    uncertain=0,
    deliveries=5,
    sign_ins=1,
    floods=0,
    counts={"kills": 7},
)


@pytest.mark.parametrize("fault", ["missing", "twice", "broken", "left", "impolite"])
def test_each_kind_of_fault_makes_a_verdict_bad_and_is_named(fault):
    found = replace(CLEAN, **{fault: ["this one"]})
    assert CLEAN.good
    assert not found.good
    assert "this one" in str(found)


@pytest.mark.parametrize(("impolite", "code"), [([], 0), (["edited too soon"], 1)])
def test_the_run_prints_its_verdict_whole_and_exits_by_it(capsys, impolite, code):
    assert conclude(replace(CLEAN, impolite=impolite)) == code
    said = capsys.readouterr().out
    assert "deliveries: 5" in said
    assert ("edited too soon" in said) is bool(impolite)
