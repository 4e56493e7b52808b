"""Whether a link fails for want of a token, by what yt-dlp says of its players."""

import pytest
from yt_dlp.utils import DownloadError, ExtractorError

from procs.engine.child.engine_log import EngineLog, untokened
from procs.engine.protocol.messages import Order
from procs.engine.ytdlp.loader import Loader

URL = "https://www.youtube.com/watch?v=chapar"
LEFT_OUT = "chapar: web client https formats require a GVS PO Token which was not provided. They"
PROVIDER = '[pot] Error fetching PO Token from "bgutil:script-deno" provider: ended with 3'


def failed(text, *, expected=False):
    cause = ExtractorError(text, expected=expected)
    return DownloadError(text, (type(cause), cause, None))


@pytest.fixture
def loader():
    with Loader({"quiet": True, "cachedir": False, "logger": EngineLog()}) as loader:
        yield loader


def test_a_form_that_was_left_out_for_want_of_a_token_is_said_even_to_who_does_not_debug(loader):
    loader.write_debug(LEFT_OUT)
    loader.write_debug("anything else")
    assert untokened(loader, Order(URL, clients=("web",)), failed("No video formats found!"))
    assert len(loader.params["logger"].warnings) == 1


def test_the_words_of_who_makes_tokens_say_more(loader):
    loader.write_debug(LEFT_OUT)
    loader.report_warning(PROVIDER)
    why = untokened(loader, Order(URL, clients=("web",)), failed("No video formats found!"))
    assert "ended with 3" in why


def test_of_players_that_nobody_named_it_says_nothing(loader):
    loader.write_debug(LEFT_OUT)
    assert untokened(loader, Order(URL), failed("No video formats found!")) == ""


def test_a_media_that_is_gone_is_gone_without_a_token_too(loader):
    loader.write_debug(LEFT_OUT)
    error = failed("Video unavailable. This video has been removed by the uploader", expected=True)
    assert untokened(loader, Order(URL, clients=("web",)), error) == ""


def test_a_reader_that_is_out_of_date_needs_no_token(loader):
    assert untokened(loader, Order(URL, clients=("web",)), failed("No video formats found!")) == ""
