"""What status messages say, and how often they may change."""

from dataclasses import replace

import pytest

from procs.bot.status import edit_throttle, status_text
from procs.bot.status.edit_throttle import ShownStatus
from procs.bot.status.status_text import StatusView
from procs.core.clock import Now
from procs.records.job import State, Step
from procs.store.requests.request_status import RequestStatus
from procs.texts import i18n

MIB = 1 << 20
NOW = Now(wall=1000.0, boot=0.0)
LATER = {"job_state": State.LATER}
FULL = {"error": "no-room"}
FAILED = {"state": "failed", "code": "E-7K2Q"}
CODE = "\nCode: E-7K2Q"


def a_status(**facts: object) -> RequestStatus:
    known = RequestStatus(
        request=7,
        user=42,
        chat=42,
        chat_access=1,
        message=5,
        status_message=6,
        status_random=99,
        language="en",
        state="open",
        job_state=State.LEASED,
        step=Step.FETCH,
        done=48 * MIB,
        total=100 * MIB,
        rate=5.2 * MIB,
        place=0,
        retry_at=None,
        code="",
        say="",
        title="A clip",
        shown="",
        site="youtube",
        url="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    )
    return replace(known, **facts)


def second_line(**facts: object) -> str:
    return status_text.render(a_status(**facts), NOW).text.split("\n", 1)[1]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Downloading ▰▰▰▱▱▱▱▱ 48% · 5.2 MB/s · 0:10 left"),
        ({"total": 0}, "Downloading · 48 MB · 5.2 MB/s"),
        ({"entries": 5, "sent": 2}, "2 of 5 sent"),
        ({"entries": 5, "lost": "2, 4"}, "0 of 5 sent\nThese could not be had: 2, 4"),
        (
            {"entries": 5, "sent": 5, "state": "delivered", "found": '{"next": 6}'},
            "5 of 5 sent\nThat is all that is taken at once; the next is number 6.",
        ),
        ({"rate": 0.0}, "Downloading ▰▰▰▱▱▱▱▱ 48%"),
        ({"done": 100 * MIB}, "Downloading ▰▰▰▰▰▰▰▰ 100% · 5.2 MB/s"),
        ({"done": 120 * MIB}, "Downloading ▰▰▰▰▰▰▰▰ 100% · 5.2 MB/s"),
        ({"step": Step.PROBE}, "Looking at the link…"),
        ({"step": Step.PROBE, "key": "search:youtube:rain"}, "Searching…"),
        ({"step": Step.PREPARE}, "Preparing the file…"),
        ({"step": Step.UPLOAD}, "Sending to Telegram ▰▰▰▱▱▱▱▱ 48%"),
        ({"step": Step.UPLOAD, "total": 0}, "Sending to Telegram…"),
        ({"step": Step.DELIVER}, "Sending to Telegram…"),
        ({"step": None, "job_state": State.QUEUED, "place": 3}, "In line · place 3"),
        ({"step": None, "job_state": State.QUEUED}, "In line"),
        ({"step": None, "job_state": None}, "In line"),
        (LATER | {"retry_at": 1290.0}, "This goes on in 5 minutes."),
        (LATER | {"retry_at": 1290.0} | FULL, i18n.say("en", "no-room")),
        (LATER | {"retry_at": 1290.0, "error": "disk-full"}, i18n.say("en", "no-room")),
        ({"step": None, "job_state": State.QUEUED, "place": 3} | FULL, i18n.say("en", "no-room")),
        (LATER | {"retry_at": 990.0}, "This goes on in 1 second."),
        (
            LATER | {"retry_at": 1600.0, "error": "breaker bot-check"},
            "youtube wants proof that I am not a robot. I'll try again at 00:26 UTC "
            "(in 10 minutes); your request is kept.",
        ),
        (
            LATER | {"retry_at": 1600.0, "error": "breaker site-broken"},
            "youtube does not answer properly right now. I'll try again at 00:26 UTC "
            "(in 10 minutes); your request is kept.",
        ),
        (
            LATER | {"retry_at": 1004.0, "error": "breaker site-busy"},
            "I'll try youtube again in 4 seconds.",
        ),
        (
            LATER | {"retry_at": 1290.0, "error": "site-busy"},
            "youtube is limiting me for the moment; I'll try again in 5 minutes.",
        ),
        ({"state": "cancelled"}, "Cancelled."),
        (FAILED | {"say": "failed-gone"}, "This post is private or was deleted.\nCode: E-7K2Q"),
        (FAILED | {"say": "failed-live", "site": "x"}, i18n.say("en", "failed-live") + CODE),
        (FAILED | {"say": "of-a-later-version"}, i18n.say("en", "failed-unknown") + CODE),
        (FAILED | {"say": "failed-tls"}, i18n.say("en", "failed-tls", site="youtube") + CODE),
    ],
)  # fmt: skip
def test_a_status_says_where_the_request_stands(facts, words):
    assert second_line(**facts) == words


def test_in_persian_digits_are_persian_and_latin_words_isolated():
    text = status_text.render(a_status(language="fa"), NOW).text
    assert text == "🎬 \u2068A clip\u2069\nدانلود ▰▰▰▱▱▱▱▱ ۴۸٪ · ۵٫۲ مگابایت در ثانیه · ۰:۱۰ مونده"


def test_a_cancel_button_is_there_at_every_stage_and_only_then():
    for step in (None, *Step):
        ((_, data),) = status_text.render(a_status(step=step), NOW).buttons
        assert data == "cancel:7"
    for state in ("failed", "cancelled"):
        assert status_text.render(a_status(state=state), NOW).buttons == ()


def test_button_data_fits_telegrams_64_bytes():
    ((_, data),) = status_text.render(a_status(request=2**63), NOW).buttons
    assert len(data.encode()) <= 64


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A clip", "A clip"),
        ("", "youtube.com/watch?v=dQw4w9WgXcQ"),
        ("two\nlines\u202e and a mark", "two lines and a mark"),
        ("x" * 100, "x" * 59 + "…"),
        ("{braces}", "{braces}"),
    ],
)
def test_a_request_is_called_by_its_title_else_by_its_address(title, name):
    assert status_text.name(a_status(title=title)) == name
    assert name in status_text.render(a_status(title=title), NOW).text


# --- rhythm ----------------------------------------------------------------------------------

OLD = ShownStatus("old", "fetch", 0.50, at=100.0)


@pytest.mark.parametrize(
    ("new", "now", "due"),
    [
        (StatusView("new", "fetch", 0.56), 105.0, True),
        (StatusView("new", "fetch", 0.56), 104.9, False),
        (StatusView("new", "fetch", 0.54), 200.0, False),
        (StatusView("new", "fetch", None), 105.0, True),
        (StatusView("old", "fetch", 0.90), 200.0, False),
        (StatusView("new", "prepare", None), 101.0, True),
        (StatusView("new", "prepare", None), 100.5, False),
        (StatusView("new", "begins", None), 102.9, False),
        (StatusView("new", "begins", None), 103.0, True),
        (StatusView("0ld 2", "new stage of the same words", None), 101.0, True),
    ],
)
def test_progress_moves_by_steps_and_a_new_stage_is_told_sooner(new, now, due):
    assert edit_throttle.due(new, OLD, now) is due


@pytest.mark.parametrize(("chat", "rest"), [(7, 5.0), (-1_002_400_000_001, 10.0)])
def test_progress_in_a_group_moves_half_as_often(chat, rest):
    shown = edit_throttle.shown(a_status(chat=chat, shown="old", shown_at=100.0))
    new = StatusView("new", "", 0.9)
    assert not edit_throttle.due(new, shown, 99.9 + rest)
    assert edit_throttle.due(new, shown, 100.0 + rest)


def test_a_new_stage_goes_before_progress_and_then_who_waited_longest():
    waiting = [
        ("progress", edit_throttle.urgency(StatusView("n", "fetch", 0.9), OLD)),
        ("stage", edit_throttle.urgency(StatusView("n", "upload", 0.0), OLD)),
        (
            "older",
            edit_throttle.urgency(
                StatusView("n", "fetch", 0.9), ShownStatus("o", "fetch", 0.1, at=50.0)
            ),
        ),
    ]
    assert [name for name, _ in sorted(waiting, key=lambda one: one[1])] == [
        "stage",
        "older",
        "progress",
    ]


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://www.example.org/clip.mp4", "example.org/clip.mp4"),
        ("https://m.example.org/", "example.org"),
        ("https://www.com/film", "www.com/film"),
        (
            "http://example.org:8080/a?u=https://www.b.example/",
            "example.org:8080/a?u=https://www.b.example",
        ),
    ],
)
def test_an_address_is_called_by_what_tells_it_from_others(url, called):
    assert status_text.name(a_status(url=url, title="")) == called
