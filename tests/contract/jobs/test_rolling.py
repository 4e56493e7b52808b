"""An upgrade rolls with jobs under way: rows that another version of Chapar wrote."""

import json

import pytest

from procs.core import codec
from procs.records.job import File, Lease, Part, Reference
from procs.records.job_payload import LinkPayload
from procs.records.job_progress import Prepared, Whole
from procs.store.jobs import leases, outcomes
from procs.store.media import references
from procs.store.reports import job_record
from tests.contract.conftest import Clock, Desk

NEWER_LINK = {
    "url": "https://site.example/a",
    "site": "site.example",
    "key": "url:a",
    "variant": "mp3",
    "folder": 0,
    "mirrors": ["https://site.example/b"],
}
PART = {
    "reference": {"kind": "document", "id": 1, "access_hash": 2, "file_reference": "ab", "dc": 2},
    "kind": "video",
    "name": "a.mp4",
    "size": 3,
    "rotation": 90,
}
WHOLE = {"title": "A", "site": "site.example", "keys": ["url:a"], "author": "B"}
FILE = {
    "path": "/a",
    "kind": "document",
    "name": "a",
    "mime": "text/plain",
    "size": 3,
    "rotation": 90,
}
NEWER_PROGRESS = {
    "way": "default",
    "parts": [PART],
    "whole": WHOLE,
    "prepared": {"folder": "1-1", "whole": WHOLE, "files": [FILE], "since": 1.5},
    "mirror": {"of": "url:a"},
}
SET = "UPDATE jobs SET payload = :payload, progress = :progress WHERE id = :job"
PROGRESS = "SELECT progress FROM jobs WHERE id = :job"


@pytest.fixture
def rolling(desk: Desk) -> Lease:
    """A job whose row a newer version wrote, claimed by us."""
    (asked,) = desk.asks(1, "a")
    facts = {"payload": json.dumps(NEWER_LINK), "progress": json.dumps(NEWER_PROGRESS)}
    with desk.db.write():
        desk.db.change(SET, {**facts, "job": asked.job})
    (lease,) = desk.claim(desk.worker())
    return lease


def test_what_a_newer_version_knows_of_a_job_is_read_as_far_as_we_know_it(rolling: Lease) -> None:
    whole = Whole("A", "site.example", ("url:a",))
    file = File("/a", "document", "a", "text/plain", 3)

    assert rolling.link == LinkPayload("https://site.example/a", "site.example", "url:a", "mp3")
    assert rolling.progress.whole == whole
    assert rolling.progress.prepared == Prepared("1-1", whole, (file,))
    assert rolling.progress.parts == (Part(Reference("document", 1, 2, "ab"), "video", "a.mp4", 3),)


def test_what_a_newer_version_keeps_of_a_job_survives_our_notes(
    desk: Desk, clock: Clock, rolling: Lease
) -> None:
    rolling.progress.size = 9
    leases.note(desk.db, rolling)
    leases.postpone(desk.db, rolling, delay=1, now=clock.now(), why="turn")

    (row,) = desk.db.all(PROGRESS, {"job": rolling.job})
    kept = codec.load(row[0])
    assert (kept["mirror"], kept["size"]) == ({"of": "url:a"}, 9)


@pytest.mark.parametrize("progress", ["[]", '{"parts":[{}],"whole":7,"prepared":{"files":[{}]}}'])
def test_a_row_that_nobody_can_read_fails_no_claim(desk: Desk, clock: Clock, progress: str) -> None:
    (odd,) = desk.asks(1, "a")
    with desk.db.write():
        desk.db.change(SET, {"payload": "[]", "progress": progress, "job": odd.job})

    (lease,) = desk.claim(desk.worker())
    leases.note(desk.db, lease)
    leases.finish(desk.db, lease, now=clock.now())

    found = job_record.find(desk.db, str(odd.job))
    assert found is not None
    assert found.state.over


def test_a_media_that_a_newer_version_keeps_is_sent(desk: Desk, clock: Clock) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    outcomes.finish_download(desk.db, lease, desk.media("a"), keys={"url:a"}, now=clock.now())
    with desk.db.write():
        desk.db.change("UPDATE media SET parts = :parts", {"parts": json.dumps([PART])})

    known = references.find(desk.db, "url:a", "best")

    assert known is not None
    assert known.parts == (Part(Reference("document", 1, 2, "ab"), "video", "a.mp4", 3),)
