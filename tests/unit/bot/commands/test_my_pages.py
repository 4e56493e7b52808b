"""What /history, /queue, /usage and /mydata say, in both languages."""

from dataclasses import replace

import pytest

from procs.bot.commands import my_pages
from procs.bot.commands.settings_menu import MenuPage
from procs.records.job import State
from procs.store.people.usage import Usage, UsageSum
from procs.store.reports.past_requests import PastRequest
from procs.store.reports.personal_data import kept_tables
from procs.store.requests.request_status import RequestStatus

PAST = [
    PastRequest(
        n,
        7,
        f"film {n}",
        f"https://site.example/{n}",
        "site.example",
        "k",
        form,
        state,
        1.0,
        kept_tables,
    )
    for n, (form, state, kept_tables) in enumerate(
        [("720p", "delivered", True), ("mp3", "delivered", False), ("best", "failed", False)] * 7, 1
    )
]
GLANCE = RequestStatus(
    1, 7, 7, 0, 1, None, 1, "fa", "open", State.QUEUED, None, 0, 0, 0.0, 1, None, "", "",
    "film", "", "site.example", "https://site.example/a",
)  # fmt: skip


def actions(page: MenuPage) -> list[str]:
    return [one.action for row in page.keyboard for one in row]


def test_a_line_of_history_says_what_it_was_and_whether_it_is_kept():
    lines = my_pages.history(PAST, "en").text.splitlines()
    assert lines[1:4] == [
        "1. ⚡ film 1 · site.example · 720p",
        "2. ✅ film 2 · site.example · mp3",
        "3. ❌ film 3 · site.example · best",
    ]


def test_history_in_persian_has_persian_digits_and_isolated_names():
    line = my_pages.history(PAST, "fa").text.splitlines()[1]
    assert line == "۱. ⚡ \u2068film 1\u2069 · \u2068site.example\u2069 · کیفیت ۷۲۰"


@pytest.mark.parametrize(
    ("page", "first", "count"), [(-1, 1, 8), (1, 9, 8), (2, 17, 5), (9, 17, 5)]
)
def test_history_comes_in_pages(page, first, count):
    found = my_pages.history(PAST, "en", page=page)
    requests = [
        one.data["request"] for row in found.keyboard for one in row if "request" in one.data
    ]
    assert requests == list(range(first, first + count))


def test_what_is_kept_is_sent_again_and_the_rest_asked_for_again():
    assert actions(my_pages.history(PAST[:3], "en")) == ["history-again", *["history-retry"] * 2]


def test_the_first_and_the_last_page_turn_one_way():
    turns = [actions(my_pages.history(PAST, "fa", page=n)).count(my_pages.PAGE) for n in range(3)]
    assert turns == [1, 2, 1]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_who_has_nothing_is_told_so_without_buttons(language):
    for page in (my_pages.history([], language), my_pages.queue([], language)):
        assert page.text
        assert page.keyboard == ()
    assert my_pages.usage(Usage(UsageSum(), UsageSum()), language)


def test_what_runs_stands_before_what_waits():
    runs = replace(GLANCE, request=2, title="runs", job_state=State.LEASED)
    page = my_pages.queue([GLANCE, runs], "en")
    assert page.text.splitlines()[1:] == ["1. ▶️ runs", "2. ⏳ film"]
    assert page.text.startswith("📋 On its way for you: 1 running, 1 waiting.")
    assert actions(page) == ["queue-cancel", "queue-cancel", "queue-cancel-all"]


def test_a_long_queue_says_how_many_more():
    many = [replace(GLANCE, request=n) for n in range(1, 21)]
    page = my_pages.queue(many, "fa")
    assert page.text.endswith("… و ۱۲ تای دیگه")
    assert actions(page).count(my_pages.STOP) == 8


def test_usage_says_today_and_in_all_and_what_was_saved():
    used = Usage(UsageSum(1, 5 * 2**20, 1, 5 * 2**20), UsageSum(4, 20 * 2**20, 1, 5 * 2**20))
    text = my_pages.usage(used, "en")
    assert "Files today: 1 (5 MB)\nFiles in all: 4 (20 MB)" in text
    assert "25% (5 MB)" in text
    assert "۲۵٪" in my_pages.usage(used, "fa")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_deletion_is_asked_twice_and_says_what_it_keeps(language):
    assert actions(my_pages.data(language)) == ["data-export", "data-ask"]
    page = my_pages.data_sure(kept_tables().values(), language)
    assert actions(page) == ["data-keep", "data-delete"]
    assert page.text.count("•") == len(set(kept_tables().values())) + len(my_pages.BEYOND)


def test_a_long_title_of_several_lines_is_one_line():
    past = [replace(PAST[0], title="a\nb " * 60)]
    assert len(my_pages.history(past, "en").text.splitlines()) == 2


def test_a_form_that_is_not_known_is_named_as_it_is():
    assert my_pages.form("hologram", "en") == "hologram"
