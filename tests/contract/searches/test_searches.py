"""What searches found is kept for minutes; each who waits gets buttons of their own."""

from procs.core import codec
from procs.records.job import Ask, Lane
from procs.store.requests import buttons, requests
from procs.store.searches import search_listings, search_results
from procs.store.searches.search_listings import PICK
from procs.store.searches.search_results import LASTS_MINUTES, SearchHit
from procs.wishes import searches
from tests.contract.conftest import Desk

CATS = search_results.link("Cats", "youtube")
HITS = [SearchHit(n, f"Film {n}", f"https://example.org/{n}", 61.0, "A channel") for n in (1, 2)]


def asks(desk: Desk, user: int, message: int = 1) -> requests.Submitted:
    (done,) = requests.submit(desk.db, [Ask(user, user, message, 0, CATS)], now=desk.clock.now())
    return done


def test_what_was_found_is_kept_for_minutes(desk: Desk) -> None:
    search_results.keep(desk.db, CATS.key, HITS, now=desk.clock.now())
    assert search_results.find(desk.db, CATS.key, now=desk.clock.now()) == HITS
    desk.clock.skip(LASTS_MINUTES)
    assert search_results.find(desk.db, CATS.key, now=desk.clock.now()) is None
    assert search_results.prune(desk.db, now=desk.clock.now()) == 1


def test_a_search_waits_in_the_lane_of_looks_and_once_for_all(desk: Desk) -> None:
    first, second = asks(desk, 7), asks(desk, 8)
    inline = search_results.begin(desk.db, 9, CATS, now=desk.clock.now())
    (lease,) = desk.claim(desk.worker(), room=4, lane=Lane.LOOK)
    assert {first.job, second.job, inline} == {lease.job}


def test_each_who_waits_gets_buttons_of_their_own(desk: Desk) -> None:
    mine, theirs = asks(desk, 7), asks(desk, 8)
    (lease,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    now = desk.clock.now()
    assert search_listings.show(desk.db, lease, HITS, ["soundcloud"], now=now) == 2
    told = [
        codec.load(search_listings.shown_results(desk.db, one.request)) for one in (mine, theirs)
    ]
    tokens = [one["entries"][0]["token"] for one in told]
    found = buttons.find(desk.db, tokens[0], 7, chat=7, now=now)

    assert (tokens[0] != tokens[1], buttons.find(desk.db, tokens[0], 8, chat=8, now=now).fresh) == (
        True,
        False,
    )
    assert found.button is not None
    assert (found.button.meaning.action, found.button.meaning.data["place"]) == (PICK, 1)


def test_a_search_that_nobody_waits_for_any_more_ends_alone(desk: Desk) -> None:
    job = search_results.begin(desk.db, 9, CATS, now=desk.clock.now())
    (lease,) = desk.claim(desk.worker(), lane=Lane.LOOK)
    assert search_results.goes_on(desk.db, job)
    assert search_listings.show(desk.db, lease, HITS, [], now=desk.clock.now()) == 0
    assert not search_results.goes_on(desk.db, job)


def test_words_are_a_search_and_marks_are_not() -> None:
    assert searches.words_in("  cat   films ") == "cat films"
    assert [searches.words_in(text) for text in ("!!", "a", "", "x" * 101)] == [""] * 4
    assert searches.sought(CATS.key) == ("youtube", "cats")
    assert [searches.sought(key) for key in ("url:abc", "search:nowhere:a", "search:youtube:")] == [
        None
    ] * 3
