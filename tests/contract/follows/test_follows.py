"""Who follows what: limits, pauses, ends, and requests that are the person's own."""

from procs.core import codec
from procs.records.job import Link
from procs.store.follows import follow_requests, follows, sources
from procs.store.follows.follow_limits import CARD, FollowLimits
from procs.store.follows.follows import Begun
from procs.store.people import preferences
from procs.store.reports import personal_data
from procs.store.requests import link_mentions
from tests import store_acts
from tests.contract.follows.conftest import BROUGHT, LIMITS, LIST, FollowDesk

ARRIVED = "UPDATE requests SET state = 'delivered', closed_at = 1 WHERE message < 0"


def other(name: str) -> Link:
    return Link(f"https://site.example/{name}", "site.example", f"url:{name}")


def test_a_list_is_followed_once(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    assert (it.follow(7), it.follow(7)) == (Begun.NEW, Begun.AGAIN)
    assert [one.title for one in follows.listed(it.desk.db, 7)] == ["A list"]


def test_a_person_follows_only_so_many(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    begun = [it.follow(7, other(name)) for name in "abcd"]
    assert begun == [Begun.NEW] * 3 + [Begun.MANY]
    assert it.follow(8, other("d")) == Begun.NEW


def test_all_together_follow_only_so_many(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    assert [it.follow(n, other(str(n)), sources=2) for n in (1, 2, 3)] == [
        *(Begun.NEW, Begun.NEW, Begun.FULL)
    ]
    assert it.follow(3, other("1"), sources=2) == Begun.NEW, "another follower costs no look"


def test_nobody_follows_where_it_is_switched_off(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    assert (it.follow(7, most=0), follows.listed(it.desk.db, 7)) == (Begun.OFF, [])


def test_what_came_out_during_a_pause_stays_away(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.follow(8)
    it.looks("a")
    assert follows.pause(it.desk.db, it.number(7), 7)
    it.later()
    it.looks("b", "a")
    it.brings()
    follows.resume(it.desk.db, it.number(7), 7, limits=LIMITS, now=it.desk.clock.now())
    it.later()
    it.looks("c", "b", "a")
    it.brings()
    assert (it.brought(7), it.brought(8)) == (["c"], ["b", "c"])


def test_a_list_that_all_paused_is_not_looked_at(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    follows.pause(it.desk.db, it.number(7), 7)
    it.later()
    assert sources.plan(it.desk.db, now=it.desk.clock.now()) == 0
    follows.resume(it.desk.db, it.number(7), 7, limits=LIMITS, now=it.desk.clock.now())
    assert it.looks("b", "a") == 1, "the source learns it"
    assert (it.brings(), it.brought(7)) == (0, []), "and it is old for who paused"


def test_what_is_ended_is_not_looked_at_and_forgotten(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    assert follows.end(it.desk.db, it.number(7), 7)
    it.later()
    assert sources.plan(it.desk.db, now=it.desk.clock.now()) == 0
    sources.prune(it.desk.db, now=it.desk.clock.now())
    assert it.desk.db.all("SELECT * FROM source_entries") == []


def test_nobody_changes_the_follow_of_another(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    mine, now = it.number(7), it.desk.clock.now()
    assert not follows.pause(it.desk.db, mine, 8)
    assert not follows.end(it.desk.db, mine, 8)
    assert not follows.turn_form(it.desk.db, mine, 8, CARD)
    assert not follows.resume(it.desk.db, mine, 8, limits=FollowLimits(3, 10), now=now)
    assert follows.listed(it.desk.db, 7)[0].form != CARD


def test_it_comes_in_the_persons_form_or_as_a_card(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    now = it.desk.clock.now()
    it.follow(7)
    it.follow(8, form=CARD)
    preferences.change(it.desk.db, 7, "form", "mp3", now=now)
    it.looks("a")
    it.later()
    it.looks("b", "a")
    it.brings()
    assert {row[0]: row[2] for row in it.desk.db.all(BROUGHT)} == {7: "mp3", 8: "look"}
    follows.turn_form(it.desk.db, it.number(7), 7, CARD)
    assert follows.listed(it.desk.db, 7)[0].form == CARD


def test_news_wait_while_a_person_has_enough_on_the_way(desk_of_follows: FollowDesk) -> None:
    """A link that they send themselves does not stand behind a crowd; nothing is missed for it."""
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    it.later()
    names = [f"n{n}" for n in range(8)]
    it.looks("a", *names)
    assert (it.brings(), it.brings()) == (follow_requests.MOST_OPEN, 0)
    with it.desk.db.write():
        it.desk.db.change(ARRIVED)
    it.later(follow_requests.RETRY)
    assert (it.brings(), it.brought(7)) == (3, names)


def test_who_blocked_the_bot_follows_nothing(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.follow(8)
    it.looks("a")
    it.later()
    it.looks("b", "a")
    assert follows.leave(it.desk.db, 7) == 1
    it.brings()
    assert (it.brought(7), it.brought(8)) == ([], ["b"])


def test_a_person_has_their_follows_exported_and_deleted(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.follow(8)
    (row,) = codec.load(personal_data.document(it.desk.db, 7).decode())["rows"]["follows"]
    assert (row["url"], row["title"], row["state"]) == (LIST.url, "A list", "on")
    assert store_acts.forget(it.desk.db, 7, now=it.desk.clock.now())
    assert (follows.listed(it.desk.db, 7), len(follows.listed(it.desk.db, 8))) == ([], 1)


def test_a_word_alone_means_the_newest_of_what_came(desk_of_follows: FollowDesk) -> None:
    it = desk_of_follows
    it.follow(7)
    it.looks("a")
    it.later()
    it.looks("c", "b", "a")
    it.brings()
    (meant,) = link_mentions.recent_links(it.desk.db, 7, 7, before=5, now=it.desk.clock.now())
    assert meant.key == "url:c"
    messages = [row[0] for row in it.desk.db.all("SELECT message FROM requests ORDER BY id")]
    assert {follow_requests.source_of(it.desk.db, one) for one in messages} == {"A list"}
    assert follow_requests.source_of(it.desk.db, -3) == follow_requests.source_of(it.desk.db, 3)
