"""docs/troubleshooting.md and docs/youtube.md name commands and settings that there are."""

import re
import shlex

import pytest

from procs import config
from tests import ROOT
from tests.unit.daemon.test_readme import chapar

PAGE = "".join(
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("troubleshooting", "youtube")
)
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE, re.S | re.M)
LINES = [line for block in BLOCKS for line in block.splitlines()]
LINES += [
    " ".join(found.split())
    for found in re.findall(r"`(chapar [^`]+)`", PAGE)
    if not found.endswith("--help")
]


@pytest.mark.parametrize("line", sorted(set(LINES)))
def test_a_command_of_the_page_is_one_that_there_is(line: str) -> None:
    assert chapar(shlex.split(line)[1:])


def test_a_setting_of_the_page_is_one_that_there_is() -> None:
    assert set(re.findall(r"CHAPAR_[A-Z_]+", PAGE)) <= set(config.NAMES)
