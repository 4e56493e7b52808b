"""What the site's own record says against a storm."""

from typing import Any

import pytest
from aiohttp import ClientSession

from tests.chaos.site_record import (
    LOOKS,
    LinkStory,
    SiteRecord,
    Visit,
    claims,
    path_of,
    trials,
)
from tests.sandbox.site import Site
from tests.sandbox.stack import CLIP

FILM = "/small.mp4?film=1&rate=700000"
MIB = 1 << 20


def record(*visits: Visit, **facts: Any) -> SiteRecord:
    """Of one link, for which two leases worked unless something else is told."""
    spans = {name: facts.pop(name) for name in ("restored", "stale", "cut") if name in facts}
    return SiteRecord(list(visits), [LinkStory(FILM, **{"leases": 2, **facts})], **spans)


def fetched(at: float, path: str = FILM, **facts: Any) -> Visit:
    return Visit(at, path, **{"length": MIB, "sent": MIB, "end": at + 1.0, **facts})


def test_a_film_that_is_looked_at_and_fetched_is_no_fault():
    assert record(fetched(100.0), fetched(101.0), known=103.0).faults() == []


@pytest.mark.parametrize(
    ("visit", "faults"),
    [(fetched(130.0), 0), (fetched(165.0), 1), (fetched(120.0, end=180.0), 1)],
    ids=["settling", "asked", "still sent"],
)
def test_nothing_is_fetched_after_a_cancel_was_settled(visit, faults):
    assert len(record(fetched(99.0), visit, cancelled=100.0).faults()) == faults


def test_what_was_cancelled_after_the_backup_is_fetched_again_by_a_restore():
    found = record(fetched(190.0), cancelled=100.0, restored=[(95.0, 110.0)])
    assert found.faults() == []


def test_a_film_that_somebody_has_is_not_fetched_again():
    assert len(record(fetched(99.0), fetched(120.0), known=100.0).faults()) == 1
    assert record(fetched(99.0), fetched(103.0), known=100.0).faults() == []


def test_a_trial_of_its_site_asks_for_a_film_that_somebody_has():
    story = "118.0 added state=later\n119.5 queued\n119.6 claimed worker=9\n119.9 done\n"
    tried = trials([(f'{{"url": "http://site.example{FILM}"}}', story)])
    assert tried == {FILM: [(119.5, 119.9)]}
    for at, faults in ((120.0, 0), (122.0, 1)):
        found = record(fetched(99.0), fetched(at), known=100.0, trials=tried[FILM])
        assert len(found.faults()) == faults


def test_a_film_is_fetched_again_in_another_form():
    assert record(fetched(99.0), fetched(120.0), known=100.0, several=True).faults() == []


@pytest.mark.parametrize("why", [{"stale": [(110.0, 110.1)]}, {"restored": [(95.0, 105.0)]}])
def test_a_film_is_fetched_again_when_its_reference_is_gone_or_the_record_of_it(why):
    assert record(fetched(99.0), fetched(120.0), known=100.0, **why).faults() == []


def test_a_reference_that_was_gone_before_the_film_was_known_explains_nothing():
    found = record(fetched(99.0), fetched(120.0), known=100.0, stale=[(90.0, 90.1)])
    assert len(found.faults()) == 1


def test_a_link_is_asked_for_no_more_often_than_its_leases_explain():
    asks = [fetched(100.0 + n) for n in range(30)]
    assert any("30 times by 2 leases" in one for one in record(*asks).faults())
    assert record(*asks, leases=30).faults() == []


def test_all_links_together_are_asked_for_about_as_often_as_usual():
    asks = [fetched(100.0 + n) for n in range(2 * LOOKS * 2)]
    assert any(one.startswith("all links") for one in record(*asks).faults())


def cut_off(at: float, **facts: Any) -> Visit:
    return fetched(at, **{"sent": MIB // 2, "end": at + 2.0, **facts})


@pytest.mark.parametrize(
    ("resumed", "anew", "faults"), [(0, 1, 0), (0, 4, 0), (0, 5, 5), (5, 5, 0), (5, 15, 15)]
)
def test_files_that_are_begun_anew_are_a_fault_when_they_are_more_than_half_beyond_chance(
    resumed, anew, faults
):
    ends = [1] * resumed + [0] * anew
    visits = [cut_off(10.0 * n, first=first) for n, first in enumerate([0, *ends], 1)]
    found = record(*visits, leases=20)
    assert [len(found.continued()[1]), len(found.faults())] == [anew, faults]


LOOK = {"sent": 1 << 16}


@pytest.mark.parametrize(
    ("then", "resumed", "anew"),
    [
        ([{"first": MIB // 2}], 1, 0),
        ([{}], 0, 1),
        ([LOOK, {"first": MIB // 2}], 1, 0),
        ([LOOK, LOOK, {}], 0, 1),
        ([LOOK], 0, 0),
        ([{"method": "HEAD"}], 0, 0),
    ],
    ids=["gone on with", "anew", "looked at", "looked at, anew", "only looked at", "asked for"],
)
def test_a_file_that_was_cut_off_is_gone_on_with_after_it_was_looked_at(then, resumed, anew):
    later = [fetched(103.0 + n, **facts) for n, facts in enumerate(then)]
    found = record(cut_off(100.0), *later).continued()
    assert (found[0], len(found[1])) == (resumed, anew)


def test_a_file_that_comes_at_once_is_not_judged_by_what_lay_in_buffers():
    halves = [cut_off(at, path="/clip.mp4?film=1") for at in (100.0, 103.0)]
    assert record(*halves).faults() == []


@pytest.mark.parametrize("why", ["cut", "restored"])
def test_a_file_may_begin_anew_where_the_way_was_bad_or_the_record_of_it_lost(why):
    between = {why: [(101.0, 101.5)]}
    found = record(fetched(100.0, sent=MIB // 2, end=102.0), fetched(103.0), **between)
    assert found.faults() == []
    later = {why: [(104.0, 105.0)]}
    found = record(fetched(100.0, sent=MIB // 2, end=102.0), fetched(103.0), **later)
    assert len(found.continued()[1]) == 1


def test_the_look_at_a_file_is_no_beginning_of_it():
    assert record(fetched(100.0, sent=1 << 16, end=100.1), fetched(101.0)).faults() == []


def test_leases_are_counted_by_the_path_of_their_link():
    rows = [(f'{{"url": "http://{host}{FILM}"}}', n) for host, n in (("a:1", 2), ("b", 3))]
    assert claims(rows) == {FILM: 5}
    assert path_of(f"http://127.0.0.1:8080{FILM}") == FILM


async def test_the_site_writes_down_each_ask_with_what_it_sent() -> None:
    async with Site() as site, ClientSession() as person:
        url, wanted = site.url(f"{CLIP}?n=1"), {"Range": "bytes=1000-"}
        async with person.get(url, headers=wanted) as answer:
            body = await answer.read()
        async with person.get(site.url("/_visits")) as answer:
            (told,) = await answer.json()
    visit = Visit(**told)
    assert (visit.path, visit.first) == (f"{CLIP}?n=1", 1000)
    assert visit.sent == visit.length == len(body)
    assert visit.end >= visit.at > 0
