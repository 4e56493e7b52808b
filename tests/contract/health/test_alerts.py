"""Alerts, and what admins are told of them: once, in few messages, and when it is over."""

from procs.store.health import alerts, notifications
from procs.store.health.notifications import AGAIN, GATHER, HOUR, REPEAT
from tests.contract.conftest import Clock, Desk

SITE = "site.example"
ADMINS = (1, 2)


def note(desk: Desk, subject: str = SITE, *, lasts: bool = False) -> None:
    alerts.note(desk.db, "bot-check", subject, now=desk.clock.now(), lasts=lasts, job=7)


def clear(desk: Desk) -> None:
    alerts.clear(desk.db, ("bot-check", "disk-low"), SITE, now=desk.clock.now())


def tells(desk: Desk, after: float = GATHER) -> list[tuple[str, str, int]]:
    """What the next telling says, some seconds from now: word, subject, count."""
    desk.clock.skip(after)
    if not notifications.plan(desk.db, ADMINS, now=desk.clock.now()):
        return []
    body = notifications.unsent(desk.db)[-1].body
    return [(one["word"], one["subject"], one["count"]) for one in body]


def test_what_is_noticed_again_is_counted_and_told_once(desk: Desk) -> None:
    for _ in range(100):
        note(desk)

    assert tells(desk) == [("new", SITE, 100)]
    note(desk)
    assert tells(desk, HOUR) == []
    assert [one.count for one in alerts.standing(desk.db)] == [101]


def test_what_goes_on_is_told_again_after_hours_with_how_often_since(desk: Desk) -> None:
    note(desk)
    tells(desk)
    assert tells(desk, REPEAT) == []

    note(desk)

    assert tells(desk) == [("again", SITE, 1)]
    assert tells(desk, REPEAT - 1) == []


def test_what_lasts_is_told_again_though_nothing_more_is_heard(desk: Desk) -> None:
    note(desk, lasts=True)
    tells(desk)

    assert tells(desk, REPEAT) == [("again", SITE, 0)]


def test_the_end_is_told_once(desk: Desk) -> None:
    note(desk)
    tells(desk)
    clear(desk)
    clear(desk)

    assert tells(desk, 60) == [("over", SITE, 1)]
    assert tells(desk, REPEAT) == []
    assert alerts.standing(desk.db) == []


def test_what_came_and_went_while_nobody_was_told_is_told_as_over(desk: Desk) -> None:
    note(desk)
    clear(desk)

    assert tells(desk) == [("over", SITE, 1)]


def test_what_comes_and_goes_is_not_told_each_time(desk: Desk) -> None:
    note(desk)
    tells(desk)
    clear(desk)
    tells(desk, 60)
    for _ in range(10):
        note(desk)
        assert tells(desk, 60) == []
        clear(desk)
        assert tells(desk, 60) == []

    note(desk)

    assert tells(desk, AGAIN) == [("new", SITE, 1)]


def test_what_begins_within_half_a_minute_is_one_message(desk: Desk, clock: Clock) -> None:
    said = []
    for second in range(90):
        if second in (0, 4, 29):
            note(desk, f"{second}.example")
        said += [tells(desk, 1)]

    assert [len(one) for one in said if one] == [3]


def test_what_is_critical_is_told_at_once_with_all_that_waits(desk: Desk) -> None:
    note(desk)
    early = tells(desk, 5)
    alerts.note(desk.db, "disk-low", "host", now=desk.clock.now(), lasts=True)

    assert early == []
    assert tells(desk, 1) == [("new", SITE, 1), ("new", "host", 1)]


def test_a_storm_over_many_sites_makes_a_few_messages_a_minute(desk: Desk, clock: Clock) -> None:
    said = []
    for second in range(600):
        note(desk, f"{second}.example")
        said += [(second, one) for one in tells(desk, 1)]

    seconds = sorted({second for second, _ in said})
    assert len([second for second in seconds if second < 60]) == 2
    assert len(seconds) < 10
    assert len(said) == seconds[-1] + 1


def test_a_clock_that_was_put_back_mutes_nobody(desk: Desk, clock: Clock) -> None:
    note(desk)
    tells(desk)
    clock.wall -= 2 * HOUR
    note(desk, "other.example")

    assert tells(desk) == [("new", "other.example", 1)]


def test_each_admin_gets_an_id_that_stays_until_it_is_told(desk: Desk) -> None:
    note(desk)
    tells(desk)
    first, second = notifications.unsent(desk.db)
    assert (first.admin, second.admin) == ADMINS
    assert first.random_id != second.random_id

    notifications.note_sent(desk.db, first, now=desk.clock.now())

    assert notifications.unsent(desk.db) == [second]


def test_an_admin_who_cannot_be_told_is_given_up_and_named_once(desk: Desk) -> None:
    note(desk)
    tells(desk)
    first, second = notifications.unsent(desk.db)

    assert notifications.note_unreachable(
        desk.db, first, why="USER_IS_BLOCKED", now=desk.clock.now()
    )
    assert not notifications.note_unreachable(
        desk.db, first, why="USER_IS_BLOCKED", now=desk.clock.now()
    )
    assert [admin for admin, _, _ in notifications.deaf(desk.db)] == [first.admin]
    assert notifications.unsent(desk.db) == [second]

    notifications.note_sent(desk.db, first, now=desk.clock.now())
    assert notifications.deaf(desk.db) == []


def test_nothing_is_written_down_for_nobody(desk: Desk) -> None:
    note(desk)
    desk.clock.skip(60)

    assert notifications.plan(desk.db, (), now=desk.clock.now()) == 0
    assert tells(desk) == [("new", SITE, 1)]


def test_what_is_heard_of_no_more_is_forgotten_what_lasts_is_not(desk: Desk, clock: Clock) -> None:
    note(desk)
    note(desk, "lasts.example", lasts=True)
    clock.skip(alerts.QUIET + 1)

    alerts.prune(desk.db, now=clock.now())

    assert [one.subject for one in alerts.standing(desk.db)] == ["lasts.example"]


def test_what_was_told_long_ago_is_forgotten(desk: Desk, clock: Clock) -> None:
    note(desk)
    tells(desk)
    clock.skip(notifications.DAY + 1)

    notifications.prune(desk.db, now=clock.now())

    assert notifications.unsent(desk.db) == []


def test_secrets_do_not_get_into_an_alert(desk: Desk) -> None:
    detail = "GET https://a.example/x?sig=abc: cookie: id=1"
    alerts.note(desk.db, "unknown", now=desk.clock.now(), detail=detail)

    (one,) = alerts.standing(desk.db)
    assert "abc" not in one.detail
    assert "id=1" not in one.detail


def test_a_renewed_detail_is_what_is_told_and_counts_as_nothing(desk: Desk) -> None:
    note(desk, lasts=True)
    tells(desk)
    alerts.renew(desk.db, "bot-check", SITE, detail="two of three")

    tells(desk, REPEAT)

    (again,) = [one for one in notifications.unsent(desk.db)[-1].body if one["word"] == "again"]
    assert (again["detail"], alerts.standing(desk.db)[0].count) == ("two of three", 1)
