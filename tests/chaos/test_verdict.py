"""What the verdict of a storm says, and what the run's exit code makes of it."""

from dataclasses import fields, replace

import pytest

from procs.texts import i18n
from tests.chaos.__main__ import conclude
from tests.chaos.crowd import CHOICE, PADDED, SMALL, STREAMED, Asked
from tests.chaos.recovery_times import RecoveryTimes
from tests.chaos.spans import meets, within
from tests.chaos.verdict import Evidence, Verdict, excuse, judged, small_film, stray
from tests.sandbox.person import Message

CLEAN = Verdict(
    asked=3,
    missing=[],
    twice=[],
    broken=[],
    left=[],
    impolite=[],
    states={"delivered": 3},
    uncertain=0,
    deliveries=5,
    sign_ins=1,
    floods=[],
    counts={"pressed": 7},
)
WROTE = Message(id=4, mine=True, sender="Ann", at=0.0, text="a link")
CARD = replace(WROTE, id=5, mine=False, buttons=[[{"text": CHOICE, "data": "v1"}]])


def asked(link: str = f"http://site{SMALL}?film=1", **facts) -> Asked:
    return Asked(None, WROTE, 1, link, "", 0.0, **facts)


def media(number: int, name: str = "film.mp4", sha256: str = "") -> Message:
    facts = {"name": name, "kind": "video", "sha256": sha256 or small_film()}
    return replace(WROTE, id=number, mine=False, reply=WROTE.id, media=facts)


@pytest.mark.parametrize(
    "fault",
    [
        *("missing", "twice", "broken", "left", "impolite", "altered", "news", "unrecovered"),
        *("overfetched", "floods", "strays", "stuck", "unplayed", "unheard"),
    ],
)
def test_each_kind_of_fault_makes_a_verdict_bad_and_is_named(fault):
    found = replace(CLEAN, **{fault: ["this one"]})
    assert CLEAN.good
    assert not found.good
    assert "this one" in str(found)


def test_a_message_of_unknown_fate_makes_a_verdict_bad():
    assert not replace(CLEAN, uncertain=1).good


@pytest.mark.parametrize(("impolite", "code"), [([], 0), (["edited too soon"], 1)])
def test_the_run_prints_its_verdict_whole_and_exits_by_it(capsys, impolite, code):
    assert conclude(replace(CLEAN, impolite=impolite)) == code
    said = capsys.readouterr().out
    assert "deliveries: 5" in said
    assert ("edited too soon" in said) is bool(impolite)


@pytest.mark.parametrize(
    ("came", "planned", "fault"),
    [
        ([media(5)], 1, ""),
        ([], 1, "missing"),
        ([media(5), media(6)], 1, "twice"),
        ([media(5, "film 1.mp4"), media(6, "film 2.mp4")], 2, ""),
        ([media(5, "film 2.mp4"), media(6, "film 1.mp4")], 2, "broken"),
        ([media(5, "film 1.mp4")], 2, "broken"),
        ([media(5, sha256="other")], 1, "altered"),
    ],
)
def test_what_came_is_judged_by_its_number_its_order_and_its_bytes(came, planned, fault):
    assert judged(asked(), came, planned) == fault


@pytest.mark.parametrize(("padded", "fault"), [(PADDED, ""), (0, "altered")])
def test_a_film_that_was_streamed_has_the_bytes_of_its_own_link(padded, fault):
    streamed = asked(f"http://site{STREAMED}&n=1")
    assert judged(streamed, [media(5, sha256=small_film(padded))], 1) == fault


def test_media_that_answer_no_link_are_strays():
    wrote = replace(WROTE, text="/dl http://site/small.mp4")
    news = replace(WROTE, id=3, text="good morning")
    came = [media(5), replace(media(6), reply=0), replace(media(7), reply=news.id)]
    assert [*stray("Ann", [news, wrote, *came])] == [
        "Ann:6 film.mp4, which answers nothing",
        "Ann:7 film.mp4, which answers 3",
    ]


def test_who_cancelled_may_have_got_nothing_or_one_and_never_two():
    one = asked(free="cancelled")
    assert judged(one, [], 1) == ""
    assert judged(one, [media(5)], 1) == ""
    assert judged(one, [media(5), media(6)], 1) == "twice"


def evidence(**spans) -> Evidence:
    facts = {one.name: None for one in fields(Evidence)}
    return Evidence(**{**facts, "crowded_disk": [], "restored": [], **spans})


def fault(one: Asked, said: list[Message], **spans) -> str:
    excuse(one, said, evidence(**spans))
    return judged(one, [m for m in said if m.media], 1)


@pytest.mark.parametrize("why", ["", "cancelled", "never pressed"])
def test_who_got_no_word_at_all_was_lost_whatever_they_meant_to_do(why):
    assert fault(asked(free=why), []) == "missing"


def test_who_never_chose_from_a_card_is_owed_nothing_and_who_chose_is_owed_the_film():
    assert fault(asked(), [CARD]) == ""
    assert fault(asked(pressed=5.0), [CARD]) == "missing"
    assert fault(asked(tries=[5.0]), [replace(CARD, buttons=[])]) == "missing"


def test_who_pressed_cancel_and_was_not_heard_is_owed_the_film():
    cancelled = replace(CARD, text=i18n.say("en", "cancelled"), buttons=[])
    leaves = replace(asked(tries=[5.0]), deed="cancel")

    assert fault(leaves, [replace(CARD, buttons=[])]) == "missing"
    assert fault(leaves, [cancelled]) == ""


def test_a_choice_that_was_made_after_the_backup_is_lost_with_a_restore():
    chose, shown = {"tries": [5.0]}, [replace(CARD, buttons=[])]
    assert fault(asked(**chose), shown, restored=[(4.0, 6.0)]) == ""
    assert fault(asked(**chose), shown, restored=[(14.0, 16.0)]) == "missing"


def test_a_flood_that_was_ordered_is_known_by_its_time():
    assert within(10.5, [(10.0, 11.0)], 0.0)
    assert not within(12.5, [(10.0, 11.0)], 1.0)


def test_what_was_heard_in_a_span_may_have_been_written_before_it():
    assert meets(5.0, 12.0, [(10.0, 11.0)], 0.0)
    assert not meets(5.0, 8.0, [(10.0, 11.0)], 1.0)
    assert not meets(13.0, 15.0, [(10.0, 11.0)], 1.0)


def test_the_table_has_each_kind_with_its_middle_and_its_longest_time():
    times = RecoveryTimes()
    times.seconds["kill bot"] += [1.0, 2.0, 9.0]
    times.never["upgrade"] += 1
    times.unmet["disk full"] += 1

    head, disk, kill, upgrade = times.lines()

    assert head.split()[:2] == ["trouble", "count"]
    assert kill.split() == ["kill", "bot", "3", "2.00", "9.00", "0", "0"]
    assert upgrade.split()[1:2] + upgrade.split()[-2:] == ["1", "1", "0"]
    assert disk.split()[-1] == "1"
    assert (times.count(), times.lost()) == (4, ["upgrade: 1"])


def test_a_plan_of_which_less_than_four_fifths_happened_is_not_played():
    times = RecoveryTimes()
    times.seconds["kill bot"] += [1.0] * 7
    times.unmet["kill bot"] += 3
    assert times.unplayed(["kill bot"] * 10) == ["7 of 10 troubles happened"]
    times.never["kill bot"] += 1
    assert times.unplayed(["kill bot"] * 10) == []


def test_a_kind_that_never_found_anybody_is_not_played_unless_this_machine_cannot_have_it():
    times = RecoveryTimes()
    times.seconds["kill bot"] += [1.0] * 9
    times.unmet["kill child"] += 1
    assert times.unplayed([*["kill bot"] * 9, "kill child"]) == ["no kill child found anybody"]
    del times.unmet["kill child"]
    times.impossible["disk full"] = "it needs root"
    assert times.unplayed([*["kill bot"] * 9, *["disk full"] * 9]) == []
    assert times.left_out() == ["Left out: disk full; it needs root."]
