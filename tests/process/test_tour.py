"""The operator's tour in its short form: every step is walked and every promise kept."""

import asyncio
import subprocess

import pytest

from tests import ROOT
from tests.tour.steps import LONG, STEPS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.long
async def test_the_short_tour_keeps_every_promise() -> None:
    tour = await asyncio.create_subprocess_exec(
        *(str(ROOT / "docs" / "tour"), "--short"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(tour.communicate(), 600)

    said = out.decode()
    walked = [name for name, _ in STEPS if f". {name} ==" in said]
    assert (tour.returncode, "0 promises broken" in said) == (0, True), said
    assert walked == [name for name, _ in STEPS if name not in LONG]
