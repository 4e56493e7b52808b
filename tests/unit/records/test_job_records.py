"""What a job is about and how far it is: rows as this version writes them, and those of another."""

import json

import pytest

from procs.records import job_payload, job_progress
from procs.records.job import File, Lane, Lease, Part, Reference
from procs.records.job_payload import DeliverPayload, LinkPayload, TrialPayload
from procs.records.job_progress import Downloaded, Prepared, Progress, Turn, Unfinished, Whole

LINK = '{"folder":0,"key":"url:a","site":"a.example","url":"https://a.example/a","variant":"mp3"}'
LISTED = LINK.replace('"url:a","site":"a.example",', '"url:a","site":"a.example","title":"One",')
TRIAL = (
    '{"egress":"default","folder":1,"key":"trial:a.example default -1","person":-1,'
    '"site":"a.example","url":"https://a.example/a","variant":"best"}'
)
PARTS = (
    '"parts":[{"duration":1.5,"height":2,"kind":"video","name":"a.mp4","reference":'
    '{"access_hash":2,"file_reference":"ab","id":1,"kind":"document"},"size":3,"width":4}]'
)
WHOLE = '{"adult":false,"keys":["a:1","url:a"],"rest":0,"site":"a.example","title":"A"}'
FILE = (
    '{"duration":0.0,"height":0,"kind":"document","mime":"text/plain","name":"a.txt",'
    '"path":"/jobs/1-1/a.txt","performer":"","sha256":"","silent":false,"size":3,"thumbnail":"",'
    '"title":"","width":0}'
)
PREPARED = f'{{"files":[{FILE}],"folder":"1-1","whole":{WHOLE}}}'

PAYLOADS = {
    ("fetch", LINK): LinkPayload("https://a.example/a", "a.example", "url:a", "mp3"),
    ("look", LISTED): LinkPayload("https://a.example/a", "a.example", "url:a", "mp3", "One"),
    ("deliver", '{"media":2,"request":1}'): DeliverPayload(1, 2),
    ("trial", TRIAL): TrialPayload(
        *("https://a.example/a", "a.example", "trial:a.example default -1", "best", "", 1),
        egress="default",
        person=-1,
    ),
}
MEDIA = Whole("A", "a.example", ("a:1", "url:a"))
PART = Part(Reference("document", 1, 2, "ab"), "video", "a.mp4", 3, 1.5, 4, 2)
PROGRESS = {
    "{}": Progress(),
    '{"way":"default"}': Progress(way="default"),
    '{"tried":["10.0.0.5:3128"],"way":"default"}': Progress("default", ("10.0.0.5:3128",)),
    '{"turn":["default",7.5]}': Progress(turn=Turn("default", 7.5)),
    '{"size":1048576}': Progress(size=1 << 20),
    '{"unfinished":["1-1","7f-b"]}': Progress(unfinished=Unfinished("1-1", "7f-b")),
    '{"downloaded":{"boot":"7f-b","folder":"1-1","said":"{}","sizes":[["a.mp4",3]]}}': Progress(
        downloaded=Downloaded("1-1", "7f-b", (("a.mp4", 3),), "{}")
    ),
    '{"ready":1790000000.25}': Progress(ready=1790000000.25),
    f'{{"prepared":{PREPARED},"way":"default"}}': Progress(
        "default",
        prepared=Prepared(
            "1-1", MEDIA, (File("/jobs/1-1/a.txt", "document", "a.txt", "text/plain", 3),)
        ),
    ),
    f'{{{PARTS},"way":"default","whole":{WHOLE}}}': Progress("default", parts=(PART,), whole=MEDIA),
}


@pytest.mark.parametrize(("kind", "row"), PAYLOADS)
def test_a_payload_is_written_as_it_always_was(kind, row):
    assert job_payload.decode(kind, row) == PAYLOADS[kind, row]
    assert job_payload.encode(PAYLOADS[kind, row]) == row


@pytest.mark.parametrize("row", PROGRESS)
def test_progress_is_written_as_it_always_was(row):
    assert job_progress.decode(row) == PROGRESS[row]
    assert job_progress.encode(PROGRESS[row]) == row


def more(value):
    """The same with a field of a newer version in every object."""
    if isinstance(value, dict):
        return {**{name: more(fact) for name, fact in value.items()}, "newer": [1]}
    return [more(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("kind", "row"), PAYLOADS)
def test_a_payload_of_a_newer_version_is_read(kind, row):
    newer = json.dumps(more(json.loads(row)))

    assert job_payload.decode(kind, newer) == PAYLOADS[kind, row]


@pytest.mark.parametrize("row", PROGRESS)
def test_progress_of_a_newer_version_is_read_and_what_it_added_is_kept(row):
    facts = json.loads(row)
    newer = json.dumps({**{name: more(fact) for name, fact in facts.items()}, "newer": {"a": 1}})

    read = job_progress.decode(newer)

    assert json.loads(job_progress.encode(read)) == {**facts, "newer": {"a": 1}}


@pytest.mark.parametrize("row", ["{}", '{"variant":"best"}', '{"request":1}', "[]", "null", "7"])
@pytest.mark.parametrize("kind", ["fetch", "look", "trial", "deliver", "a-kind-of-tomorrow"])
def test_a_payload_that_lacks_fields_is_read(kind, row):
    assert job_payload.decode(kind, row).__class__ in (LinkPayload, TrialPayload, DeliverPayload)


ODD = (None, 0, "", "odd", [], [1], {}, {"a": 1}, [{"reference": {}}], {"files": [{}]})


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", job_progress.READERS)
def test_progress_that_cannot_be_read_leaves_the_rest_of_it_alone(name, odd):
    other = "size" if name == "way" else "way"
    facts = {other: 3 if other == "size" else "default", name: odd}

    read = job_progress.decode(json.dumps(facts))

    assert getattr(read, other) == facts[other]
    job_progress.encode(read)


@pytest.mark.parametrize("row", ["[]", "null", "7"])
def test_progress_that_is_no_object_is_none(row):
    assert job_progress.decode(row) == Progress()


def test_a_lease_gives_its_payload_by_the_kind_of_its_job():
    lease = Lease(1, 1, 1, 1, Lane.LIGHT, -1, "deliver", 1, DeliverPayload(1, 2))

    assert (lease.delivery.media, lease.site) == (2, "")
    with pytest.raises(TypeError, match="no link"):
        _ = lease.link
    with pytest.raises(TypeError, match="no trial"):
        _ = lease.trial


def test_what_an_earlier_version_wrote_of_a_media_is_read():
    older = '{"whole":{"keys":["a:1","url:a"],"site":"a.example","title":"A"}}'

    assert job_progress.decode(older) == Progress(whole=MEDIA)
