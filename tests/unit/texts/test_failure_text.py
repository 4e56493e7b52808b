"""Why a form is not there: from the failure in a child to the sentence with its facts."""

from dataclasses import asdict

import pytest

from procs import errors
from procs.core import codec
from procs.engine.failures.classify import classify
from procs.engine.failures.exception_chain import flatten
from procs.engine.forms import subtitles
from procs.engine.protocol.messages import Order
from procs.engine.ytdlp import media_info, playlists
from procs.texts.failure_text import reason
from procs.wishes.variant import parse

FILM = {"duration": 62.0, "subtitles": {"de": [], "en": []}, "automatic_captions": {}}


def told(error: errors.JobError, language: str = "en") -> str:
    """What is read of a failure that came out of a child."""
    judged = classify(codec.load(codec.dump([asdict(one) for one in flatten(error)])))
    found = codec.dump({"kind": "failure", **judged.facts}) if judged.facts else ""
    return reason(language, judged.say, site="a.example", found=found)


def failing(wish: str, info: dict = FILM) -> errors.JobError:
    with pytest.raises(errors.NoSuchVariant) as caught:
        media_info.check_wish(info, parse(wish))
    return caught.value


def test_a_clip_beyond_the_end_tells_the_length():
    error = failing("best@90-100")
    assert told(error).startswith("It lasts only 1:02,")
    assert "۱:۰۲" in told(error, "fa")


def test_a_missing_language_tells_those_that_are_there():
    error = failing("subs:fa")
    assert told(error) == "It has no subtitles in fa; there are: de en"
    assert "\u2068de en\u2069" in told(error, "fa")


def test_no_subtitles_at_all_is_told():
    assert told(failing("subs:fa", {"duration": 62.0})).startswith("It has no subtitles at all")


def test_captions_are_named_where_nobody_wrote_subtitles():
    info = {"automatic_captions": {"en-orig": [], "live_chat": []}}
    with pytest.raises(errors.OtherSubtitles) as caught:
        subtitles.choose(info, "fa")
    assert told(caught.value).endswith("there are: en-orig")


def test_an_entry_that_is_not_there_tells_how_many_are():
    info = {"_type": "playlist", "entries": [], "playlist_count": 23}
    with pytest.raises(errors.NoEntry) as caught:
        playlists.opened(None, info, Order("https://a.example/", "best#99"))
    assert told(caught.value) == (
        "That list has only 23 entries, and no number 99; send another number."
    )
    assert "۹۹" in told(caught.value, "fa")


@pytest.mark.parametrize("count", [None, "many"])
def test_a_list_whose_length_nobody_knows_gets_the_plainer_sentence(count):
    info = {"_type": "playlist", "entries": [], "playlist_count": count}
    with pytest.raises(errors.NoEntry) as caught:
        playlists.opened(None, info, Order("https://a.example/", "best#99"))
    assert "does not exist in the form" in told(caught.value)


def test_a_page_that_is_not_there_tells_with_which_number_it_would_begin():
    info = {"_type": "playlist", "entries": [], "playlist_count": 23}
    with pytest.raises(errors.NoEntry) as caught:
        playlists.opened(None, info, Order("https://a.example/", "look#9"))
    assert "only 23 entries, and no number 81" in told(caught.value)


def test_sound_of_what_has_none_is_told():
    assert told(errors.NoSound("x")).startswith("It has no sound")


@pytest.mark.parametrize("found", ["", "{}", '{"kind": "failure", "length": "soon"}'])
def test_facts_of_another_version_leave_the_plainer_sentence(found):
    assert "does not exist" in reason("en", "failed-clip", site="x", found=found)


def test_a_child_tells_no_facts_but_those_of_the_class():
    error = errors.Gone("x")
    error.facts = {"length": "7"}
    judged = classify([asdict(one) for one in flatten(error)])
    assert judged.facts == {}
