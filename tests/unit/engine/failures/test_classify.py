"""Failures as children report them, and what they are to us."""

import signal
from email.utils import formatdate

import pytest
from yt_dlp.networking.exceptions import (
    CertificateVerifyError,
    IncompleteRead,
    ProxyError,
    TransportError,
)
from yt_dlp.utils import (
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    PostProcessingError,
    UnsupportedError,
    UserNotLive,
)

from procs import errors
from procs.core import clock, codec
from procs.engine.failures.classify import classify, death
from procs.engine.failures.exception_chain import flatten
from procs.engine.protocol.messages import ChildEnd

COOKIES = "Use --cookies-from-browser or --cookies for the authentication"


def judged(error, site="example.org"):
    """The class of an exception that went the whole way: flattened, sent as JSON, classified."""
    causes = codec.load(codec.dump({"failed": flatten(error)}))["failed"]
    return type(classify(causes, site=site))


def said(text, expected=True):
    return ExtractorError(text, expected=expected)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.TooLarge("1 byte too many"), errors.TooLarge),
        (errors.Forbidden("scheme"), errors.Forbidden),
        (OSError(28, "No space left on device"), errors.DiskFull),
        (OSError(27, "File too large"), errors.TooLarge),
        (UnsupportedError("https://example.org/"), errors.Unsupported),
        (GeoRestrictedError("no"), errors.GeoBlocked),
        (UserNotLive(), errors.LiveNow),
        (CertificateVerifyError("self signed"), errors.TlsBroken),
        (ProxyError("dead"), errors.NetworkBroken),
        (TransportError("[Errno -2] Name or service not known"), errors.NetworkBroken),
        (IncompleteRead(10, 20), errors.BrokenOff),
        (PostProcessingError("Conversion failed!"), errors.ProcessingFailed),
        (MemoryError(), errors.ProcessingFailed),
        (TypeError("'NoneType' object is not subscriptable"), errors.ExtractorBroken),
        (RuntimeError("what is this"), errors.Unknown),
    ],
)
def test_by_class(error, kind):
    assert judged(error) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("This video is DRM protected", errors.Drm),
        (f"Sign in to confirm you’re not a bot. {COOKIES}", errors.BotCheck),
        (f"Private video. Sign in if you've been granted access. {COOKIES}", errors.Gone),
        (f"This content is for registered users. {COOKIES}", errors.LoginNeeded),
        ("Rate-limit reached, try later", errors.SiteBusy),
        ("The uploader has not made this video available in your country", errors.GeoBlocked),
        ("This live event will begin in 3 hours", errors.LiveNow),
        ("Requested format is not available. Use --list-formats", errors.NoSuchVariant),
        ("There is no video in this post", errors.Unsupported),
        ("Video unavailable. This video has been removed by the uploader", errors.Gone),
        ("This account has been terminated", errors.Gone),
        ("The site's very own words", errors.Unsupported),
    ],
)
def test_by_the_sites_words(text, kind):
    assert judged(DownloadError(f"ERROR: {text}", (None, said(text), None))) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Unable to extract title; please report this issue on", errors.ExtractorBroken),
        ("Something new", errors.ExtractorBroken),
        ("Got error: 10 bytes read, 20 more expected. Giving up after 10", errors.BrokenOff),
    ],
)
def test_unexpected_words(text, kind):
    assert judged(said(text, expected=False)) is kind


def test_a_wrappers_words_do_not_hide_the_status():
    """yt-dlp calls a 503 "Service Unavailable", and expected: that is not a removed video."""
    wrapper = said("Unable to download webpage: HTTP Error 503: Service Unavailable")
    wrapper.__cause__ = Answer(503)
    assert judged(wrapper) is errors.SiteBroken


@pytest.mark.parametrize(
    ("status", "retry_after", "kind"),
    [
        (302, "", errors.Unsupported),
        (401, "", errors.LoginNeeded),
        (403, "", errors.Refused),
        (404, "", errors.Gone),
        (407, "", errors.SiteBroken),
        (410, "", errors.Gone),
        (418, "", errors.Refused),
        (429, "", errors.SiteBusy),
        (451, "", errors.GeoBlocked),
        (500, "", errors.SiteBroken),
        (503, "7", errors.SiteBusy),
    ],
)
def test_by_status(status, retry_after, kind):
    assert judged(Answer(status, retry_after)) is kind


class Answer(Exception):
    """An HTTP answer as yt-dlp's HTTPError shows it."""

    def __init__(self, status, retry_after=""):
        super().__init__(f"HTTP Error {status}: so it is")
        self.status = status
        self.response = type("Response", (), {"headers": {"Retry-After": retry_after}})()


def test_the_one_who_knows_is_found_behind_the_wrappers():
    """A DownloadError's exc_info points past the ExtractorError, which is on __context__."""
    low = Answer(403)
    low.__context__ = GeoRestrictedError("blocked")
    assert judged(DownloadError("ERROR: HTTP Error 403", (Answer, low, None))) is errors.GeoBlocked


@pytest.mark.parametrize(
    ("site", "kind"), [("youtube", errors.ExtractorBroken), ("example.org", errors.Refused)]
)
def test_a_download_that_is_forbidden_is_a_stale_reader_where_there_is_one(site, kind):
    text = "unable to download video data: HTTP Error 403: Forbidden"
    assert judged(DownloadError(text, (Answer, Answer(403), None)), site) is kind


@pytest.mark.parametrize(
    ("reader", "status", "kind"),
    [
        ("generic", 404, errors.NoSuchFile),
        ("generic", 410, errors.NoSuchFile),
        ("Vimeo", 404, errors.Gone),
        ("generic", 403, errors.Refused),
        ("generic", 503, errors.SiteBroken),
    ],
)
def test_only_a_post_can_be_private_or_deleted(reader, status, kind):
    wrapper = ExtractorError("Unable to download webpage", expected=True, ie=reader)
    wrapper.__cause__ = Answer(status)
    assert judged(wrapper) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Got error: HTTP Error 401: No. Giving up after 5 retries", errors.LoginNeeded),
        ("Got error: HTTP Error 451: No. Giving up after 5 retries", errors.GeoBlocked),
        ("Got error: HTTP Error 429: No. Giving up after 5 retries", errors.SiteBusy),
        ("Got error: HTTP Error 404: No. Giving up after 5 retries", errors.NoSuchFile),
        ("Got error: HTTP Error 500: No. Giving up after 5 retries", errors.SiteBroken),
        ("Did not get any data blocks", errors.Empty),
    ],
)
def test_a_status_that_only_words_kept(text, kind):
    assert judged(DownloadError(text)) is kind


def test_a_chain_that_bites_its_tail_ends():
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert [cause.text for cause in flatten(one)] == ["one", "two"]


def test_text_that_is_no_text_can_be_sent():
    assert judged(RuntimeError("broken \ud83d half")) is errors.Unknown


def test_detail_and_site_are_carried():
    causes = codec.load(codec.dump(flatten(said("Video unavailable"))))
    error = classify(causes, site="example.org")
    assert (error.detail, error.site) == ("Video unavailable", "example.org")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-signal.SIGKILL, errors.EngineDied),
        (-signal.SIGSEGV, errors.EngineDied),
        (-signal.SIGXCPU, errors.TimedOut),
        (-signal.SIGXFSZ, errors.TooLarge),
        (1, errors.EngineDied),
    ],
)
def test_by_death(code, kind):
    assert type(death(ChildEnd(code, 0.1, 1))) is kind


def test_by_the_nurserys_death():
    assert type(death(None, site="x")) is errors.EngineDied


@pytest.mark.parametrize(
    ("status", "asked", "wait"),
    [
        (429, "7", 7.0),
        (503, "120", 120.0),
        (429, "", 0.0),
        (429, "soon", 0.0),
        (429, "9" * 9, 86400.0),
    ],
)
def test_a_busy_site_may_say_how_long_it_is(status, asked, wait):
    causes = codec.load(codec.dump(flatten(Answer(status, asked))))

    assert classify(causes).wait == wait


def test_the_time_to_wait_may_be_a_date():
    at = formatdate(clock.now().wall + 60, usegmt=True)

    assert classify(codec.load(codec.dump(flatten(Answer(429, at))))).wait == pytest.approx(
        60, abs=2
    )
