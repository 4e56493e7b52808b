"""The error detector groups what failed alike, and keeps no secrets and no endless list."""

import re

from daemon.commands import breaker_commands, error_groups
from procs import errors
from procs.core import clock
from procs.store.health import failed_attempts
from procs.store.sites import breakers, cookies
from procs.store.sites.breakers import Way


def note(desk, detail, *, error="unknown", site="", job=0, code=""):
    failed_attempts.note(
        desk.db, job, error=error, site=site, detail=detail, code=code, now=desk.clock.now()
    )


def test_failures_that_differ_in_ids_and_numbers_are_one_group(desk):
    note(desk, "[youtube] dQw4w9WgXcQ: HTTP Error 500 at https://a.example/x?sig=1")
    note(desk, "[youtube] abcdefghijk: HTTP Error 500 at https://b.example/y", code="E-7K2Q")

    [group] = failed_attempts.groups(desk.db)

    assert (group.count, group.code) == (2, "E-7K2Q")
    assert group.last_at > group.first_at


def test_class_site_and_words_each_make_a_group(desk):
    note(desk, "broken")
    note(desk, "broken", error="site-busy")
    note(desk, "broken", site="a.example")
    note(desk, "in two")

    assert [group.count for group in failed_attempts.groups(desk.db)] == [1, 1, 1, 1]


def test_the_site_is_the_one_of_the_link(desk):
    [asked] = desk.asks(1, "a")

    note(desk, "broken", site="an extractor's name", job=asked.job)

    assert failed_attempts.groups(desk.db)[0].site == "site.example"


def test_a_later_attempt_without_a_code_keeps_the_code(desk):
    note(desk, "broken", code="E-7K2Q")
    note(desk, "broken")

    assert failed_attempts.groups(desk.db)[0].code == "E-7K2Q"


def test_since_leaves_out_what_did_not_happen_again(desk):
    note(desk, "old")
    desk.clock.skip(100)
    since = desk.clock.now().wall
    note(desk, "new")

    assert [group.example for group in failed_attempts.groups(desk.db, since=since)] == ["new"]


def test_prune_keeps_the_newest_of_too_many(desk, monkeypatch):
    monkeypatch.setattr(failed_attempts, "MOST", 3)
    for word in ("one", "two", "three", "four", "five"):
        note(desk, word)

    gone = failed_attempts.prune(desk.db, before=0)

    assert gone == 2
    assert [g.example for g in failed_attempts.groups(desk.db)] == ["five", "four", "three"]


def test_the_command_shows_each_group_and_what_can_be_done(desk):
    note(desk, "not a bot", error="bot-check", site="youtube")
    note(desk, "deleted", error="gone", site="vimeo")

    lines = error_groups.listed(desk.db, "")

    assert [line.split()[:3] for line in lines[1:3]] == [
        ["1", "gone", "vimeo"],
        ["1", "bot-check", "youtube"],
    ]
    assert lines[4:] == [
        "bot-check: give the site another egress or cookies in sites.toml, or a lower rate",
        "",
        "2 failures in 2 groups",
    ]


def test_breakers_are_shown_with_their_end_and_cookies_with_theirs(desk):
    desk.asks(1, "a")
    [lease] = desk.claim(desk.worker())
    now = clock.now()
    breakers.note_failure(desk.db, lease, Way("youtube"), errors.BotCheck("no"), now=now)
    for _ in range(cookies.MOST["bot-check"]):
        cookies.note_refusal(desk.db, "youtube", "a.txt", "bot-check", now=now)

    _, breaker, own, _, total, _, _, file = breaker_commands.listed(desk.db)

    assert re.match(r"youtube +default +all +open +\S+ \S+ \(in (9:59|10:00)\) +bot-check", breaker)
    assert re.match(rf"youtube +default +user {lease.user} +open ", own)
    assert total == "2 breakers, 2 not closed"
    assert re.match(r"youtube +a\.txt +resting +\S+ \S+ \(in (5:59|6:00)", file)
    assert breaker_commands.close(desk.db, "youtu.be").startswith(
        "the breaker of youtube is closed"
    )
    assert len(breaker_commands.listed(desk.db)) == 5
