"""What one status message says of several links."""

from dataclasses import replace
from itertools import product

import pytest

from procs.bot.status import edit_throttle, group_text, status_text
from procs.bot.status.edit_throttle import ShownStatus
from procs.records.job import State, Step
from procs.store.requests.link_groups import LINKS_TOGETHER
from procs.store.requests.request_status import RequestStatus
from procs.texts import i18n
from tests.sandbox.telegram import limits, manners
from tests.unit.bot.status.test_status_text import MIB, NOW, a_status

QUEUED = {"job_state": State.QUEUED, "step": None, "title": ""}
WAITING = {"job_state": State.WAITING, "step": None}
LATER = {"job_state": State.LATER, "step": None, "retry_at": 1290.0, "error": "breaker site-busy"}
FAILED = {"state": "failed", "say": "failed-gone", "code": "E-7K2Q"}

EVERY = [
    {"state": "delivered"},
    {"done": 48 * MIB, "total": 100 * MIB},
    {"done": 48 * MIB, "total": 0},
    {"done": 0},
    {"step": Step.PROBE},
    {"step": Step.PREPARE},
    {"step": Step.UPLOAD, "done": 90 * MIB},
    QUEUED | {"place": 2},
    WAITING | {"place": 3, "ahead": 1, "wait": 130.0},
    WAITING | {"place": 4, "ahead": 2},
    WAITING | {"place": 5, "ahead": 3},
    {"entries": 5, "sent": 2},
    FAILED,
    {"state": "cancelled"},
    {"state": "listed"},
    {"stalls": True},
]
ENGLISH = """\
🎬 16 links · 1 sent
1. ✅ Film 1
2. ⬇️ ▰▰▰▱▱▱▱▱ Film 2
3. ⬇️ Film 3 · 48 MB
4. ⬇️ Film 4 · The download is starting…
5. 🔎 Film 5 · Looking at the link…
6. ⚙️ Film 6 · Preparing the file…
7. 📤 ▰▰▰▰▰▰▰▱ Film 7
8. ⏳ Film 8 · In line · place 2
9. ⏳ Film 9 · In line after your other links · about 3 minutes
10. ⏳ Film 10 · In line after your other links
11. ⏳ Film 11
12. 📃 Film 12 · 2 of 5 sent
13. ❌ Film 13 · This post is private or was deleted. · E-7K2Q
14. 🚫 Film 14 · cancelled
15. 📃 Film 15 · it is a list, shown below
16. ⚠️ Film 16 · This seems to be stuck; if it does not move, it is started again within a minute."""


def group(*members: dict[str, object], language: str = "en") -> list[RequestStatus]:
    return [
        a_status(request=100 + n, speaker=101, language=language, **{"title": f"Film {n}", **facts})
        for n, facts in enumerate(members, 1)
    ]


def test_every_link_has_a_line_of_its_own():
    members = group(*({**facts, "title": f"Film {n}"} for n, facts in enumerate(EVERY, 1)))
    assert group_text.render(members, NOW).text == ENGLISH


def test_in_persian_numbers_are_persian_and_latin_names_isolated():
    members = group({"state": "delivered"}, {"done": 50 * MIB}, FAILED, language="fa")
    gone = i18n.say("fa", "failed-gone")
    assert group_text.render(members, NOW).text == (
        "🎬 ۳ لینک · ۱ تا ارسال شد\n"
        "۱. ✅ \u2068Film 1\u2069\n"
        "۲. ⬇️ ▰▰▰▰▱▱▱▱ \u2068Film 2\u2069\n"
        f"۳. ❌ \u2068Film 3\u2069 · {gone} · \u2068E-7K2Q\u2069"
    )


def test_what_several_wait_for_is_said_once():
    text = group_text.render(group(LATER, LATER, LATER), NOW).text
    assert text.count("limiting me") == 1
    failed = group_text.render(group(FAILED, FAILED), NOW).text
    assert failed.count("private or was deleted") == failed.count("E-7K2Q") == 2


def test_each_open_link_has_a_button_and_all_have_one():
    shown = group_text.render(group(*EVERY), NOW)
    *rows, everything = shown.buttons
    single = [button for row in rows for button in row]
    numbers = [n for n, facts in enumerate(EVERY, 1) if facts.get("state", "open") == "open"]
    assert single == [(f"❌ {n}", f"cancel:{100 + n}") for n in numbers]
    assert max(map(len, rows)) <= group_text.WIDE
    assert everything == ("❌ Cancel all", "cancel-group:101")


def test_the_last_word_has_no_buttons():
    assert group_text.render(group(FAILED, {"state": "delivered"}), NOW).buttons == ()


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("facts", [*EVERY, LATER, FAILED | {"say": "failed-too-long"}])
def test_it_is_never_longer_than_a_message_may_be(language, facts):
    longest = {**facts, "title": "🎬" * 500, "site": "a-long-name-of-a-site.example"}
    members = group(*[longest] * LINKS_TOGETHER, language=language)
    shown = group_text.render(members, NOW)
    assert limits.units(shown.text) <= limits.TEXT
    assert len(shown.text.splitlines()) == LINKS_TOGETHER + 1
    assert (
        sum(len(row) if isinstance(row[0], tuple) else 1 for row in shown.buttons)
        <= LINKS_TOGETHER + 1
    )
    assert shown.text.count("\u2068") == shown.text.count("\u2069")
    assert facts.get("state") != "failed" or shown.text.count("E-7K2Q") == LINKS_TOGETHER


def test_between_any_two_forms_telegrams_limits_hold():
    """Whatever line changes, the strict server takes the edit at the instant that rhythm allows."""
    for before, after in product(EVERY, EVERY):
        old = group_text.render(group({"state": "delivered"}, before, EVERY[1]), NOW)
        new = group_text.render(group({"state": "delivered"}, after, EVERY[1]), NOW)
        if old.text == new.text:
            continue
        shown = ShownStatus(old.text, old.stage, old.share, at=100.0)
        soon = edit_throttle.due(new, shown, 104.0)
        assert not (soon and manners.shape(old.text) == manners.shape(new.text))
        assert edit_throttle.due(new, shown, 105.0)
        assert manners.PERCENT.search(new.text) is None


def test_the_first_link_that_starts_is_told_at_once():
    old = group_text.render(group(QUEUED, QUEUED), NOW)
    new = group_text.render(group({"step": Step.PROBE}, QUEUED), NOW)
    assert edit_throttle.due(new, ShownStatus(old.text, old.stage, old.share, at=100.0), 101.0)


def test_a_group_in_which_nothing_began_is_edited_as_rarely_as_one_in_line():
    old = group_text.render(group(QUEUED | {"place": 4}, WAITING), NOW)
    new = group_text.render(group(QUEUED | {"place": 3}, WAITING), NOW)
    shown = ShownStatus(old.text, old.stage, old.share, at=100.0)
    assert not edit_throttle.due(new, shown, 100.0 + edit_throttle.QUEUE - 0.1)
    assert edit_throttle.due(new, shown, 100.0 + edit_throttle.QUEUE)


def test_a_single_request_is_shown_as_before():
    assert status_text.render(replace(a_status(), speaker=0), NOW).buttons[0][1] == "cancel:7"


def test_of_several_links_one_that_waits_for_its_site_has_its_buttons_by_number():
    rests = {"error": "breaker site-busy", "job_state": State.LATER, "instead": "480p"}
    shown = group_text.render(group({}, rests), NOW)
    assert [one.label for row in shown.offers for one in row] == [
        "⏳ Wait · 2",
        "🔽 480p instead · 2",
    ]
