"""How many parts may be on their way: what is learned from answers, waits and silence."""

import asyncio

from procs.telegram.upload.window import (
    INITIAL_WINDOW,
    LARGEST_WINDOW,
    LONGEST_TIMEOUT,
    SHORTEST,
    Window,
)


def window(*times: float) -> Window:
    """A window that heard these answers."""
    made = Window()
    for took in times:
        made.note_ack(took)
    return made


def test_it_grows_while_answers_come_as_over_an_empty_path():
    assert window(*[0.05] * 10).size == INITIAL_WINDOW + 10


def test_a_far_server_gets_many_parts_and_no_more_than_most():
    assert window(*[0.3] * 200).size == LARGEST_WINDOW


def test_it_shrinks_when_parts_stand_in_a_queue_and_grows_slowly_after_that():
    made = window(*[0.05] * 20, *[0.5] * 10)
    before = made.size
    assert before < INITIAL_WINDOW + 20
    made.note_ack(0.05)
    assert before < made.size < before + 1


def test_a_slow_path_carries_one_part_at_a_time():
    assert window(*[5.0] * 20).size == 1


def test_patience_follows_the_usual_time():
    assert window(*[0.01] * 20).patience == SHORTEST
    assert SHORTEST < window(*[2.0] * 20).patience < LONGEST_TIMEOUT
    late = window(*[2.0] * 20)
    late.note_timeout()
    assert late.patience > window(*[2.0] * 20).patience


def test_when_telegram_slows_us_down_the_window_halves_once_for_all_who_hear_it():
    made = window(*[0.05] * 20)
    before = made.size
    for _ in range(8):
        made.slow(3)
    assert made.size == before / 2


async def test_a_full_window_waits_for_a_part_to_come_back():
    made = Window()
    for _ in range(INITIAL_WINDOW):
        await made.reserve()
    waiting = asyncio.ensure_future(made.reserve())
    await asyncio.sleep(0)
    assert not waiting.done()
    made.release()
    await asyncio.wait_for(waiting, 1)
    assert made.flying == INITIAL_WINDOW
