"""A power cut at any instant: nothing that was acknowledged is lost, and the database is whole.

`make bench-ops` makes 5,000 cuts over all acts; here are some over a few.
"""

import random

import pytest

from tests.contract.crash_acts import ACTS
from tests.contract.power import power_cut
from tests.contract.power.power_cut import Disk, DiskCall

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.skipif(not power_cut.can_record(), reason="strace may not trace here"),
]
#: What people and admins are told of at once.
FEW = ["submit", "delivered", "cancel_running", "plan"]


def test_cuts_while_people_are_answered_lose_nothing_and_tear_nothing() -> None:
    verdict = power_cut.measure(FEW, 30)

    assert verdict == power_cut.PowerVerdict(cuts=30 * len(FEW))


@pytest.mark.long
def test_cuts_in_every_act_lose_nothing_and_tear_nothing() -> None:
    verdict = power_cut.measure(list(ACTS), 30)

    assert verdict == power_cut.PowerVerdict(cuts=30 * len(ACTS))


def test_what_was_synced_survives_and_what_was_not_may_be_torn_by_sectors() -> None:
    disk = Disk({"chapar.db": bytearray(b"a" * 1024)})
    disk.take(DiskCall("write", "chapar.db", 0, b"b" * 512))
    disk.take(DiskCall("sync", "chapar.db"))
    disk.take(DiskCall("write", "chapar.db", 512, b"c" * 1024))

    left = {
        bytes(disk.after_cut("sectors", random.Random(seed))["chapar.db"]) for seed in range(50)
    }

    assert all(one[:512] == b"b" * 512 for one in left)
    assert {one[512:1024][:1] for one in left} == {b"a", b"c"}
    assert {len(one) for one in left} == {1024, 1536}


def test_a_store_that_did_not_wait_for_the_disk_would_be_found_out() -> None:
    assert power_cut.measure(["submit"], 40, synced=False).lost
