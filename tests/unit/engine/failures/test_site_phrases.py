"""What the main sites say is understood the whole way from their extractors to our classes."""

from pathlib import Path

import pytest
import yt_dlp
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UserNotLive

from procs import errors
from procs.core import codec
from procs.engine.failures import site_phrases
from procs.engine.failures.classify import classify
from procs.engine.failures.exception_chain import flatten
from tests.sandbox.site_words import BROKE, SAID, WRITTEN


def judged(error: Exception, site: str) -> type[errors.JobError]:
    """The class of an exception that went the whole way: flattened, sent as JSON, classified."""
    causes = codec.load(codec.dump({"failed": flatten(error)}))["failed"]
    return type(classify(causes, site=site))


def wrapped(inner: ExtractorError) -> DownloadError:
    """As yt-dlp's top raises it."""
    return DownloadError(f"ERROR: {inner}", (type(inner), inner, None))


@pytest.mark.parametrize(("site", "text", "kind"), SAID)
def test_what_a_site_says(site, text, kind):
    said = ExtractorError(text, expected=True, video_id="dQw4w9WgXcQ", ie=site)

    assert judged(wrapped(said), site) is kind


@pytest.mark.parametrize(("site", "text", "kind"), BROKE)
def test_what_an_extractor_says_that_broke(site, text, kind):
    assert judged(wrapped(ExtractorError(text, ie=site)), site) is kind


@pytest.mark.parametrize("site", ["youtube", "soundcloud", "dailymotion"])
def test_a_fence_around_a_country_has_a_class_of_its_own(site):
    assert judged(wrapped(GeoRestrictedError("no", countries=["DE"])), site) is errors.GeoBlocked


def test_a_channel_that_is_not_on_the_air_has_one_too():
    assert judged(wrapped(UserNotLive(video_id="x")), "twitch") is errors.LiveNow


def test_the_sites_own_words_are_kept():
    said = ExtractorError("This live event will begin in 3 hours.", expected=True, ie="youtube")

    error = classify(codec.load(codec.dump(flatten(wrapped(said)))), site="youtube")

    assert error.detail == "[youtube] This live event will begin in 3 hours."


@pytest.mark.parametrize(("file", "phrase"), WRITTEN)
def test_the_installed_extractors_still_say_it_so(file, phrase):
    source = Path(yt_dlp.__file__).parent / "extractor" / file

    assert phrase in source.read_text(encoding="utf-8")


def test_every_site_of_the_table_is_tried_here():
    assert set(site_phrases.SITES) <= {site for site, _, _ in SAID}
