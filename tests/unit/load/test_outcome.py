"""What arrived beside what was asked: each way in which it can be wrong is found."""

import asyncio
import hashlib
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from bench.load import links
from bench.load.crowd import Asked
from bench.load.outcome import Outcome, Series, loose_answers
from bench.load.schedule import Ask
from tests.sandbox.person import Message
from tests.sandbox.site.server import Site

FILM = Ask(at=3.0, person=0, kind="film", number=4, size=1_400_000)
BEGAN, ID = 1000.0, 7


class Someone:
    name = "P0"


def asked(ask: Ask = FILM) -> Asked:
    sent = Message(id=ID, mine=True, sender="P0", at=BEGAN + 3.2, text="link")
    return Asked(ask, Someone(), sent, BEGAN + ask.at, 0.2)


def media(number: int = 8, at: float = BEGAN + 5, **facts: Any) -> Message:
    known = {"kind": "video", "sha256": links.due(FILM).sum, "name": "film.mp4", **facts}
    return Message(number, False, "bot", at, "", media=known, reply=ID)


def status(at: float = BEGAN + 3.5) -> Message:
    return Message(20, False, "bot", at, "Downloading", deleted=BEGAN + 5, reply=ID)


def judged(chat: list[Message], ask: Ask = FILM) -> Outcome:
    outcome = Outcome()
    loose = loose_answers([asked(ask)], chat).values()
    outcome.judge(asked(ask), chat, BEGAN, loose=list(loose))
    return outcome


def test_what_arrived_once_with_the_right_bytes_is_fine():
    found = judged([status(), media()])

    assert (found.asked, found.fine, dict(found.faults)) == (1, 1, {})


@pytest.mark.parametrize(
    ("chat", "fault"),
    [
        ([], "unanswered"),
        ([status()], "lost"),
        ([media(8), media(9)], "too many"),
        ([media(sha256="0" * 64)], "wrong bytes"),
        ([media(kind="file")], "wrong kind"),
        ([replace(media(), reply=ID + 1)], "unanswered"),
    ],
)
def test_what_is_wrong_is_named(chat, fault):
    found = judged(chat)

    assert fault in found.faults
    assert found.fine == 0


def test_the_first_sign_is_what_the_bot_showed_or_said_first_after_the_message():
    outcome = Outcome()

    outcome.judge(asked(), [media()], BEGAN, shown=(BEGAN + 1, BEGAN + 4, BEGAN + 9))

    sign = BEGAN + 4 - (BEGAN + FILM.at)
    assert [took for _, took in outcome.series["sign"].points] == pytest.approx([sign])


def test_media_that_answer_nothing_asked_in_that_chat_are_strays():
    outcome, chat = Outcome(), [media(), replace(media(9), reply=3), status()]
    outcome.judge(asked(), chat, BEGAN)

    outcome.strays("P0", [asked()], chat, BEGAN)

    assert dict(outcome.faults) == {"stray media": ["P0:9"]}
    assert (outcome.asked, outcome.fine) == (1, 0)


def test_media_in_the_chat_of_somebody_who_asked_for_nothing_are_strays():
    outcome = Outcome()

    outcome.strays("P1", [], [media(), media(9, at=BEGAN - 1)], BEGAN)

    assert dict(outcome.faults) == {"stray media": ["P1:8"]}


def test_media_that_was_deleted_afterwards_still_counts_as_sent():
    assert "too many" in judged([media(8), replace(media(9), deleted=BEGAN + 6)]).faults


def test_a_list_with_an_entry_missing_is_incomplete():
    ask = replace(FILM, kind="list")

    two = [media(8, name="1.mp4"), media(9, name="2.mp4")]

    assert set(judged(two, ask).faults) == {"incomplete"}


def test_an_entry_that_comes_twice_is_seen_where_another_is_lost():
    ask = replace(FILM, kind="list")
    three = [media(8, name="1.mp4"), media(9, name="2.mp4"), media(10, name="2.mp4")]

    assert set(judged(three, ask).faults) == {"twice"}


def test_an_entry_with_other_bytes_than_all_others_got_is_named():
    outcome = Outcome()
    for number, sums in enumerate(("abc", "abc", "axc")):
        came = [media(8 + n, name=f"{n}.mp4", sha256=one) for n, one in enumerate(sums)]
        outcome.judge(asked(replace(FILM, kind="list", number=number)), came, BEGAN)

    outcome.compare()

    assert dict(outcome.faults) == {"other bytes than others got": [f"P0:{ID} list 2"]}


def compared(ask: Ask, *came: list[Message]) -> Outcome:
    """Several asks of one kind, each with what it brought."""
    outcome = Outcome()
    for number, chat in enumerate(came):
        outcome.judge(asked(replace(ask, number=number)), chat, BEGAN)
    outcome.compare()
    return outcome


def entries(*names: str) -> list[Message]:
    return [media(8 + n, name=name) for n, name in enumerate(names)]


@pytest.mark.parametrize("wrong", [("1", "2", "77"), ("2", "1", "3"), ("1", "77", "3")])
def test_an_entry_of_another_list_and_another_order_are_named(wrong):
    right = entries("1", "2", "3")

    found = compared(replace(FILM, kind="list"), right, entries(*wrong), right)

    assert dict(found.faults) == {"other entries than others got": [f"P0:{ID} list 1"]}
    assert found.fine == 2


def test_of_a_list_that_is_incomplete_the_entries_that_came_are_right_ones():
    right, ask = entries("1", "2", "3"), replace(FILM, kind="list")

    assert set(compared(ask, right, entries("1", "3")).faults) == {"incomplete"}


@pytest.mark.parametrize("ask", [replace(FILM, kind="clip"), replace(FILM, deed="press")])
def test_a_clip_and_a_pressed_film_have_the_bytes_that_all_others_got(ask):
    found = compared(ask, *([media(sha256=one)] for one in ("abc", "abc", "axc")))

    assert dict(found.faults) == {"other bytes than others got": [f"P0:{ID} {ask.kind} 2"]}
    assert found.fine == 2


def test_a_sound_with_other_bytes_than_the_site_sends_is_wrong():
    ask = replace(FILM, kind="sound")

    assert judged([media(kind="audio", sha256=links.due(ask).sum)], ask).fine == 1
    assert set(judged([media(kind="audio", sha256="0" * 64)], ask).faults) == {"wrong bytes"}


def test_a_media_whose_bytes_nobody_summed_is_not_taken_for_right():
    assert "no sum" in judged([media(sha256="")]).faults


def test_who_left_may_have_got_everything_or_nothing_but_never_twice():
    def faults(*chat: Message) -> set[str]:
        outcome = Outcome()
        outcome.judge(asked(), list(chat), BEGAN, free=True)
        return set(outcome.faults)

    assert faults() == faults(status()) == faults(media()) == set()
    assert faults(media(8), media(9)) == {"too many"}


@pytest.mark.parametrize("ask", [FILM, replace(FILM, deed="cancel"), replace(FILM, deed="press")])
def test_what_had_no_time_to_come_is_neither_a_fault_nor_as_it_should(ask):
    outcome = Outcome()

    outcome.judge(asked(ask), [], BEGAN, cut=True)
    outcome.judge(asked(replace(ask, number=5)), [media(kind="file", sha256="")], BEGAN, cut=True)

    facts = outcome.facts()
    assert (facts["asked"], facts["fine"], facts["unserved"]) == (2, 0, 1)
    assert facts["faults"] == {"no sum": 1, "wrong kind": 1}


def test_a_bad_link_must_be_answered_and_bring_nothing():
    ask = replace(FILM, kind="broken")

    assert judged([status()], ask).fine == 1
    assert "media of a bad link" in judged([media()], ask).faults
    assert judged([replace(status(), reply=0)], ask).fine == 1
    assert "unanswered" in judged([replace(status(), reply=3)], ask).faults
    assert "unanswered" in judged([], ask).faults


def test_a_loose_answer_is_the_answer_to_one_bad_link_of_its_chat():
    def bad(number: int) -> Asked:
        sent = Message(id=number, mine=True, sender="P0", at=BEGAN + 3.2, text="link")
        return Asked(replace(FILM, kind="broken", number=number), Someone(), sent, BEGAN, 0.2)

    def said(number: int, reply: int = 0) -> Message:
        return Message(number, False, "bot", BEGAN + 4, "no link", reply=reply)

    ours = [bad(1), bad(2), bad(4)]

    assert loose_answers(ours, [said(3)]) == {1: said(3)}
    assert loose_answers(ours, [said(3), said(5), said(6)]) == {1: said(3), 2: said(5), 4: said(6)}
    assert loose_answers(ours, [said(3, reply=1), said(5)]) == {2: said(5)}
    assert loose_answers(ours, [said(0)]) == {}
    assert loose_answers([], [said(3)]) == {}


@pytest.mark.parametrize("deed", ["cancel", "block"])
def test_who_left_may_have_got_it_or_not_but_never_twice(deed):
    ask = replace(FILM, deed=deed)

    assert judged([status()], ask).fine == judged([media()], ask).fine == 1
    assert "too many" in judged([media(8), media(9)], ask).faults


def test_times_begin_when_the_plan_had_the_person_write_and_not_when_the_generator_did():
    series = judged([status(), media()]).series

    assert series["answer"].facts()["max"] == pytest.approx(0.5, abs=0.001)
    assert series["film"].facts()["max"] == pytest.approx(2.0, abs=0.001)


def test_percentiles_are_those_of_all_times_and_the_worst_are_told_with_their_instants():
    outcome = Outcome()
    for n in range(1000):
        outcome.judge(asked(), [media(at=BEGAN + 3 + (n + 1) / 1000)], BEGAN)

    facts = outcome.series["film"].facts()

    assert facts["p50"] == pytest.approx(0.5, rel=0.002)
    assert facts["p99.9"] == pytest.approx(0.999, rel=0.002)
    assert facts["worst"][0] == {"at": 3.0, "seconds": 1.0}


def test_a_time_of_hours_is_counted_and_no_percentile_is_above_the_worst_time():
    series = Series()
    for took in (1.0005, 9000.0):
        series.add(0.0, took)

    facts = series.facts()

    assert series.histogram.get_total_count() == facts["count"] == 2
    assert facts["p50"] == pytest.approx(1.0, rel=0.001)
    assert 3600 <= facts["p99.9"] <= facts["max"] == 9000


@pytest.mark.parametrize("took", [0.123456, 1.009, 12.544])
def test_the_percentiles_of_one_time_are_that_time(took):
    series = Series()
    series.add(0.0, took)

    assert series.facts()["p99.9"] <= series.facts()["max"] == took


@pytest.mark.parametrize("kind", ["film", "known", "sound"])
async def test_the_sum_of_a_media_is_that_of_what_the_site_sends(kind):
    ask = replace(FILM, kind=kind)

    def fetched() -> bytes:
        with urllib.request.urlopen(links.text(ask, site.url(""))) as answer:
            return bytes(answer.read())

    async with Site() as site:
        body = await asyncio.to_thread(fetched)

    assert hashlib.sha256(body).hexdigest() == links.due(ask).sum
    if kind == "film":
        assert len(body) == pytest.approx(FILM.size, rel=0.01)


def test_every_film_differs_from_every_other():
    plan = [replace(FILM, number=n, kind=kind) for n in range(20) for kind in ("film", "known")]

    assert len({links.due(ask).sum for ask in plan}) == len(plan)
