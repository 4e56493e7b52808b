"""Every state that a request can be in, and what the person reads of it: nothing else than what
happens, in both languages."""
# ruff: noqa: E501

from itertools import product

import pytest

from procs import errors
from procs.bot.status import status_text, wait_text
from procs.errors import JobError
from procs.records.job import State, Step
from procs.store.sites import breakers
from tests.unit.bot.status.test_status_text import MIB, NOW, a_status

QUEUED = {"job_state": State.QUEUED, "step": None}
WAITING = {"job_state": State.WAITING, "step": None}
HELD = {"job_state": State.HELD, "step": None}
SOON = {"job_state": State.LATER, "step": None, "retry_at": NOW.wall + 4}
LATER = {"job_state": State.LATER, "step": None, "retry_at": NOW.wall + 60}
KEPT_UNTIL = "I'll try again at 00:17 UTC (in 1 minute); your request is kept."
KEPT_FA = "ساعت ۰۳:۴۷ تهران (تا ۱ دقیقه دیگه) دوباره امتحان می‌کنم؛ درخواستت پیشم می‌مونه."

#: What is so, and what is said of it.
TABLE = [
    # its turn
    (QUEUED, "In line", "در صف"),
    (QUEUED | {"place": 5}, "In line · place 5", "در صف · نفر پنجم"),
    (QUEUED | {"place": 6}, "In line · about place 10", "در صف · حدود نفر ۱۰"),
    (QUEUED | {"place": 73}, "In line · about place 100", "در صف · حدود نفر ۱۰۰"),
    (
        QUEUED | {"place": 3, "wait": 50.0},
        "In line · place 3 · about 1 minute",
        "در صف · نفر سوم · حدود ۱ دقیقه",
    ),
    (
        QUEUED | {"place": 30, "wait": 700.0},
        "In line · about place 50 · about 15 minutes",
        "در صف · حدود نفر ۵۰ · حدود ۱۵ دقیقه",
    ),
    (WAITING | {"place": 9}, "In line", "در صف"),
    (WAITING | {"place": 9, "ahead": 4, "wait": 90.0}, "In line after your other links", "در صف، بعد از لینک‌های دیگه‌ت"),
    (
        WAITING | {"place": 9, "ahead": 1, "wait": 90.0},
        "In line after your other links · about 2 minutes",
        "در صف، بعد از لینک‌های دیگه‌ت · حدود ۲ دقیقه",
    ),
    # what holds it up
    (HELD | {"paused": "all"}, "The bot is paused for the moment; your request is kept and goes on after that.", "ربات فعلاً متوقفه؛ درخواستت محفوظه و بعدش خودش ادامه پیدا می‌کنه."),
    (QUEUED | {"paused": "all", "place": 2}, "The bot is paused for the moment; your request is kept and goes on after that.", "ربات فعلاً متوقفه؛ درخواستت محفوظه و بعدش خودش ادامه پیدا می‌کنه."),
    (LATER | {"paused": "user", "error": "network-broken"}, "The bot's admins have paused your requests; this one is kept and goes on after that.", "مدیر ربات درخواست‌هات رو فعلاً متوقف کرده؛ این یکی محفوظه و بعدش ادامه پیدا می‌کنه."),
    (HELD | {"paused": "site"}, "Downloads from youtube are paused for the moment; your request is kept and goes on after that.", "دانلود از ⁨youtube⁩ فعلاً متوقفه؛ درخواستت محفوظه و بعدش ادامه پیدا می‌کنه."),
    ({"stalls": True}, "This seems to be stuck; if it does not move, it is started again within a minute.", "انگار گیر کرده؛ اگه تکون نخوره، تا یک دقیقهٔ دیگه از نو شروعش می‌کنم."),
    (QUEUED | {"place": 2, "error": "no-room"}, "My disk is full; your request is kept in the queue and goes on by itself.", None),
    (LATER | {"error": "no-room"}, "My disk is full; your request is kept in the queue and goes on by itself.", None),
    (LATER | {"error": "disk-full"}, "My disk is full; your request is kept in the queue and goes on by itself.", None),
    (LATER | {"error": "turn"}, "Waiting for my turn at youtube · about 1 minute", None),
    (SOON | {"error": "turn"}, "Waiting for my turn at youtube", None),
    (LATER | {"error": "site-full"}, "Waiting for my turn at youtube", None),
    # Telegram's pace, which is no failure
    (LATER | {"ready": True, "error": "flood-wait chat:42"}, "Ready; Telegram lets me send it in 1 minute.", "آماده‌ست؛ تلگرام تا ۱ دقیقه دیگه اجازهٔ ارسال می‌ده."),
    (SOON | {"ready": True, "error": "flood-wait messages.SendMedia"}, "Ready; I'll send it in a moment…", "آماده‌ست؛ تا چند لحظهٔ دیگه می‌فرستم…"),
    (LATER | {"error": "flood-wait upload.SaveBigFilePart"}, "Waiting until Telegram lets me go on · about 1 minute", "منتظر اجازهٔ تلگرامم · حدود ۱ دقیقه دیگه"),
    (SOON | {"error": "flood-wait worker-00"}, "Waiting until Telegram lets me go on…", "منتظر اجازهٔ تلگرامم…"),
    # a site that is left alone
    (LATER | {"error": "breaker network-broken"}, f"I can't reach youtube right now. {KEPT_UNTIL}", f"الان به ⁨youtube⁩ نمی‌رسم. {KEPT_FA}"),
    (LATER | {"error": "breaker proxy-broken"}, f"My own way to youtube does not work right now. {KEPT_UNTIL}", f"راهم به ⁨youtube⁩ الان کار نمی‌کنه. {KEPT_FA}"),
    (LATER | {"error": "breaker site-broken"}, f"youtube does not answer properly right now. {KEPT_UNTIL}", None),
    (LATER | {"error": "breaker bot-check"}, f"youtube wants proof that I am not a robot. {KEPT_UNTIL}", None),
    (LATER | {"error": "breaker site-busy"}, f"youtube is limiting me for the moment. {KEPT_UNTIL}", None),
    (SOON | {"error": "breaker site-busy"}, "I'll try youtube again in 4 seconds.", "تا ۴ ثانیه دیگه دوباره سراغ ⁨youtube⁩ می‌رم."),
    # an attempt that failed
    (LATER | {"error": "network-broken"}, "I could not reach youtube; I'll try again in 1 minute.", None),
    (LATER | {"error": "site-broken"}, "youtube itself did not work; I'll try again in 1 minute.", None),
    (LATER | {"error": "telegram-away"}, "Telegram does not answer me right now; I'll try again in 1 minute.", None),
    (LATER | {"error": "engine-died"}, "That did not work; I'll try again in 1 minute.", None),
    (LATER | {"error": "of-a-later-version"}, "This goes on in 1 minute.", "تا ۱ دقیقه دیگه ادامه می‌دم."),
    # what is done
    ({"step": Step.PROBE, "done": 0}, "Looking at the link…", None),
    ({"done": 0, "total": 0, "rate": 0.0}, "The download is starting…", "دانلود داره شروع می‌شه…"),
    ({"done": 0, "total": MIB, "rate": 0.0}, "The download is starting…", "دانلود داره شروع می‌شه…"),
    ({"done": 40, "total": 0, "rate": 0.0}, "The download is starting…", "دانلود داره شروع می‌شه…"),
]  # fmt: skip


def said(language: str, facts: dict[str, object]) -> str:
    text = status_text.render(a_status(language=language, **facts), NOW).text
    return text.split("\n", 1)[1].replace("⁨", "\u2068").replace("⁩", "\u2069")


@pytest.mark.parametrize(("facts", "english", "persian"), TABLE)
def test_what_is_said_is_what_is_so(facts, english, persian):
    assert said("en", facts) == english
    if persian is not None:
        assert said("fa", facts) == persian.replace("⁨", "\u2068").replace("⁩", "\u2069")


# --- every combination -------------------------------------------------------------------------

FAILURES = sorted(wait_text.FAILURES)
WAITS = ["", "turn", "site-full", "no-room", "flood-wait chat:1", "later-version"]
BREAKERS = [f"breaker {kind().name}" for kind in breakers.TRIPS]
#: Words, and when alone they may be said: (state, error, paused).
FAILED = {"en": ("did not work", "could not"), "fa": ("نشد", "نرسیدم", "جواب نداد")}
IN_LINE = {"en": "In line", "fa": "در صف"}
PAUSED = {"en": "paused", "fa": "متوقف"}
NOTHING = {"en": ("0 kB", "0%"), "fa": ("۰ کیلوبایت", " ۰٪")}


def everything() -> list[dict[str, object]]:
    states = [None, *(state for state in State if not state.over)]
    steps = [None, *Step]
    pauses, sizes = ["", "all", "user", "site"], [(0, 0), (0, MIB), (MIB, 0), (MIB, 4 * MIB)]
    return [
        {"job_state": state, "step": step if state is State.LEASED else None, "error": error}
        | {"paused": pause if state is not State.LEASED else "", "done": done, "total": total}
        | {"ready": ready, "retry_at": NOW.wall + wait if state is State.LATER else None}
        | {"place": 3 if state in (State.QUEUED, State.WAITING) else 0}
        for state, step, pause, (done, total), ready, wait in product(
            states, steps, pauses, sizes, (False, True), (4.0, 4000.0)
        )
        for error in (["", *FAILURES, *WAITS, *BREAKERS] if state is State.LATER else [""])
        if step is None or state is State.LEASED
    ]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_no_combination_names_a_wrong_reason(language):
    wrong = []
    for facts in everything():
        words = said(language, facts)
        state, error = facts["job_state"], facts["error"]
        failed = state is State.LATER and error in FAILURES and not facts["paused"]
        held = bool(facts["paused"])
        waits = not held and state in (None, State.QUEUED, State.WAITING, State.HELD)
        good = (
            (failed or not any(word in words for word in FAILED[language]))
            and (PAUSED[language] in words) is held
            and (waits or state is State.LATER or IN_LINE[language] not in words)
            and (
                state is not State.LATER
                or IN_LINE[language] not in words
                or error in wait_text.FULL
            )
            and not any(word in words for word in NOTHING[language])
        )
        if not good:
            wrong.append((facts, words))
    assert wrong == []


def test_every_failure_that_is_tried_again_reads_as_one():
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, JobError) and kind.retry:
            words = said("en", LATER | {"error": kind("").name})
            assert "again in" in words or "disk is full" in words, kind
