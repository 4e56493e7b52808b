"""What a child's jail refused is known by name and number, by the kernel's word."""

import sys

import pytest

from procs.engine.jail import jail, landlock
from procs.engine.jail.refused_calls import CALLS_HEARD
from procs.engine.protocol.messages import Order
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

pytestmark = pytest.mark.skipif(not landlock.version(), reason=f"the kernel has: {jail.state()}")

#: Tries so often to change the mode of its own folder, then says how that was refused.
MEDDLES = """
import os, sys
said = set()
for _ in range(int(sys.argv[1])):
    try:
        os.chmod(".", 0o777)
    except OSError as error:
        said.add(error.strerror)
print(sorted(said))
"""
REFUSED, UNHEARD = "Operation not permitted", "Function not implemented"


@pytest.fixture
def told(engine):
    """What the engine tells of refusals."""
    told = []
    engine.on_refused = told.append
    yield told
    engine.on_refused = lambda calls: None


async def test_refused_calls_are_counted_by_name(engine, told, tmp_path):
    ran = await engine.run([sys.executable, "-c", MEDDLES, "3"], tmp_path, 20)
    assert ran.out.decode().strip() == str([REFUSED])
    assert told == [[("chmod", 3)]]


async def test_one_that_goes_on_is_heard_so_often_and_refused_for_ever(engine, told, tmp_path):
    """So that it cannot keep the nursery from its work."""
    ran = await engine.run([sys.executable, "-c", MEDDLES, str(3 * CALLS_HEARD)], tmp_path, 30)
    assert ran.out.decode().strip() == str(sorted([REFUSED, UNHEARD]))
    assert told == [[("chmod", CALLS_HEARD)]]


async def test_an_ordinary_download_is_refused_nothing(engine, told, site, tmp_path):
    order = Order(site.url("/page/video.html"), allowed_networks=LOOPBACK)
    async with engine.open(order, tmp_path / "job") as child:
        await child.probe()
        await child.fetch(lambda done, total, rate: None)
    assert (told, child.ended.refused) == ([], [])


async def test_a_program_that_is_refused_a_call_is_killed_at_once_by_its_end(engine, tmp_path):
    """A call that waits for its refusal is no reason to live on."""
    code = "import os\nwhile True:\n try: os.chmod('.', 0)\n except OSError: pass"
    with pytest.raises(Exception, match="after 0.5 s"):
        await engine.run([sys.executable, "-c", code], tmp_path, 0.5)
