"""Which parts of a file are those that were asked for."""

import pytest

from procs.engine.protocol import byte_range

TAGGED = {"ETag": 'W/"one"', "Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT"}


def came(span, length=None, **more):
    size = {} if length is None else {"Content-Length": str(length)}
    return {"Content-Range": f"bytes {span}", **size, **more}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("10-19", came("10-19/100", 10)),
        ("10-19", came("10-19/100")),
        ("10-19", came("10-19/*", 10)),
        ("10-19", came("10-19")),
        ("90-119", came("90-99/100", 10)),
        ("10-", came("10-99/100", 90)),
        ("10-", came("10-99/*", 90)),
    ],
)
def test_a_part_that_was_asked_for_fits(asked, answer):
    assert byte_range.fits({"Range": f"bytes={asked}"}, answer)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("10-19", {}),
        ("10-19", came("0-9/100", 10)),
        ("10-19", came("10-18/100", 9)),
        ("10-19", came("10-29/100", 20)),
        ("10-19", came("10-19/100", 90)),
        ("10-19", came("10-19/15", 10)),
        ("10-", came("10-18/100", 9)),
        ("10-", came("10-99/100", 95)),
        ("10-", came("10-99/100", 90, **{"Content-Encoding": "gzip"})),
    ],
)
def test_another_part_does_not_fit(asked, answer):
    assert not byte_range.fits({"Range": f"bytes={asked}"}, answer)


def test_the_rest_of_a_file_may_come_in_several_parts():
    assert byte_range.fits({"Range": "bytes=10-"}, came("10-18/100", 9), shorter=True)


def test_a_part_says_the_length_of_the_file():
    said = {"etag": 'W/"one"', "modified": TAGGED["Last-Modified"], "length": 100}
    assert byte_range.told(206, {**came("10-19/100", 10), **TAGGED}) == said
    assert byte_range.told(206, came("10-19/*", 10)) == {}
