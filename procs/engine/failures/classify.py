"""Classifies a child's chain of exceptions, or its death, as one of our classes. Tables first.

Order matters, and was found by trying: our own words, then errno, then classes that leave no doubt,
then phrases of this site, then any site's words where the extractor expected the failure, then the
HTTP status, then all words. Words in the order of their rows (`site_phrases`): every login text,
and the bot check's too, ends with the same hint about cookies, so the bot check goes first.
"""

import errno
import re
import signal
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from procs import errors
from procs.core import clock
from procs.engine.failures import site_phrases
from procs.engine.failures.exception_chain import Cause, flatten
from procs.engine.protocol.decode import into
from procs.engine.protocol.messages import ChildEnd
from procs.errors import JobError

ERRNOS: dict[int, type[JobError]] = {
    errno.ENOSPC: errors.DiskFull,
    errno.EDQUOT: errors.DiskFull,
    errno.EFBIG: errors.TooLarge,
}

#: Classes of yt-dlp and Python that say all; the first that is in the chain.
SURE: dict[str, type[JobError]] = {
    "DownloadCancelled": errors.Cancelled,
    "UnsupportedError": errors.Unsupported,
    "GeoRestrictedError": errors.GeoBlocked,
    "UserNotLive": errors.LiveNow,
    "CertificateVerifyError": errors.TlsBroken,
    # The proxy that a program sees is the worker's own. An upstream's failure is known there.
    "ProxyError": errors.NetworkBroken,
    "SSLError": errors.TlsBroken,
    "UnsupportedRequest": errors.Forbidden,
    "RegexNotFoundError": errors.ExtractorBroken,
    "ContentTooShortError": errors.BrokenOff,
    "IncompleteRead": errors.BrokenOff,
    "MemoryError": errors.ProcessingFailed,
    # gallery-dl's
    "ChallengeError": errors.BotCheck,
    "AuthRequired": errors.LoginNeeded,
    "AuthorizationError": errors.LoginNeeded,
    "AuthenticationError": errors.LoginNeeded,
    "NotFoundError": errors.Gone,
}

#: Looked at when nothing else told.
LIKELY: dict[str, type[JobError]] = {
    "TransportError": errors.NetworkBroken,
    "ConnectionError": errors.NetworkBroken,
    "TimeoutError": errors.NetworkBroken,
    "PostProcessingError": errors.ProcessingFailed,
    "LookupError": errors.ExtractorBroken,
    "TypeError": errors.ExtractorBroken,
    "AttributeError": errors.ExtractorBroken,
    "AssertionError": errors.ExtractorBroken,
}

STATUSES: dict[int, type[JobError]] = {
    401: errors.LoginNeeded,
    402: errors.LoginNeeded,
    404: errors.Gone,
    407: errors.SiteBroken,  # an upstream's is known to the way out
    408: errors.NetworkBroken,
    410: errors.Gone,
    429: errors.SiteBusy,
    451: errors.GeoBlocked,
}
#: By the first digit, for those not named above. A redirect is one that never ends.
HUNDREDS: dict[int, type[JobError]] = {
    3: errors.Unsupported,
    4: errors.Refused,
    5: errors.SiteBroken,
}

#: The reader of pages of no known site: what it reads is no post.
GENERIC = "generic"
#: The classes in place of those that would blame a site's own extractor.
NO_READER: dict[type[JobError], type[JobError]] = {
    errors.Gone: errors.NoSuchFile,
    errors.ExtractorBroken: errors.Unsupported,
}
#: A status that was left in words alone.
STATUS_IN_WORDS = re.compile(r"HTTP Error (\d{3})\b")

#: Nurseries that one download may lose.
NURSERIES = 12
DEATHS: dict[int, type[JobError]] = {
    -signal.SIGXCPU: errors.TimedOut,
    -signal.SIGXFSZ: errors.TooLarge,
}

#: Seconds: no site is believed when it asks for more.
LONGEST_WAIT = 24 * 3600.0


def classify(chain: Any, *, site: str = "") -> JobError:
    """The failure that a child's chain of causes means; with its message and the site. Raises
    EngineDied for an unreadable chain."""
    return of(into(list[Cause], chain), site)


def judged(error: BaseException) -> JobError:
    """The same of an exception in this process, of whatever site."""
    return of(flatten(error), "")


def of(causes: Sequence[Cause], site: str) -> JobError:
    """The error that a chain of exceptions means, with what the site asked for and the host that
    failed."""
    kind = ours(causes) or theirs(causes, site)
    wait = max(map(asked_wait, causes), default=0.0) if kind is errors.SiteBusy else 0.0
    facts = {name: told for one in causes for name, told in one.facts if name in kind.tells}
    error = kind(detail(causes), site=site, wait=wait, facts=facts)
    error.host = next((one.host for one in causes if one.host), "")
    return error


def is_generic(causes: Sequence[Cause]) -> bool:
    """Whether no site's own extractor was at work, so that no post failed."""
    readers = {one.reader for one in causes if one.reader}
    names = {name for one in causes for name in one.names}
    if readers or "ExtractorError" in names:
        return readers == {GENERIC} or (not readers and "UnsupportedError" in names)
    return "DownloadError" in names


def theirs(causes: Sequence[Cause], site: str) -> type[JobError]:
    """The class by words, classes and statuses; for a page of no known site, in the words for such
    pages."""
    kind = first(causes, site)
    plain = site not in site_phrases.SITES and is_generic(causes)
    return NO_READER.get(kind, kind) if plain else kind


def first(causes: Sequence[Cause], site: str) -> type[JobError]:
    """The class by the first table that knows the chain: the surest facts first, words of the site
    before general ones."""
    said = "\n".join(one.text for one in causes)
    expected = "\n".join(c.text for c in causes if c.expected and "HTTP Error" not in c.text)
    return (
        next((ERRNOS[one.errno] for one in causes if one.errno in ERRNOS), None)
        or by_class(causes, SURE)
        or by_words(said, site_phrases.WRAPPER_PHRASES)
        or by_words(said, site_phrases.SITES.get(site, ()))
        or (by_words(said, site_phrases.STALE) if site in site_phrases.SITES else None)
        or by_words(expected, site_phrases.GENERAL_PHRASES)
        or by_status(causes)
        or by_words(said, site_phrases.GENERAL_PHRASES)
        or by_class(causes, LIKELY)
        or by_extractor(causes)
        or errors.Unknown
    )


def ours(causes: Sequence[Cause]) -> type[JobError] | None:
    """A class of procs.errors that the child itself raised."""
    for one in causes:
        kind = getattr(errors, one.names[0], None) if "JobError" in one.names else None
        if isinstance(kind, type) and issubclass(kind, JobError):
            return kind
    return None


def by_class(causes: Sequence[Cause], table: dict[str, type[JobError]]) -> type[JobError] | None:
    """The class by the names of the exceptions' classes; None where the table has none of them."""
    names = {name for one in causes for name in one.names}
    return next((kind for name, kind in table.items() if name in names), None)


def by_words(text: str, rows: site_phrases.Rows) -> type[JobError] | None:
    """The class of the first pattern that a text matches; None for no match."""
    return next((kind for kind, words in rows if re.search(words, text, re.I)), None)


def by_status(causes: Sequence[Cause]) -> type[JobError] | None:
    """The HTTP answer's meaning; with Retry-After any refusal is a busy site."""
    for one in causes:
        if one.status >= 500 and one.retry_after:
            return errors.SiteBusy
        if kind := of_status(one.status):
            return kind
    told = STATUS_IN_WORDS.search("\n".join(one.text for one in causes))
    return of_status(int(told[1])) if told else None


def of_status(status: int) -> type[JobError] | None:
    """The class by an HTTP status, else by its hundred; None for one that says nothing."""
    return STATUSES.get(status) or HUNDREDS.get(status // 100)


def asked_wait(cause: Cause) -> float:
    """Seconds that the site asks to wait: Retry-After is a number or a date (RFC 9110, 10.2.3)."""
    text = cause.retry_after.strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        left = parsedate_to_datetime(text).timestamp() - clock.now().wall
    except ValueError:
        return 0.0
    return min(max(left, 0.0), LONGEST_WAIT)


def by_extractor(causes: Sequence[Cause]) -> type[JobError] | None:
    """Expected, in words we do not know: the site's last word. Not expected: our reader broke."""
    verdicts = [one.expected for one in causes if one.expected is not None]
    if not verdicts:
        return None
    return errors.Unsupported if any(verdicts) else errors.ExtractorBroken


def detail(causes: Sequence[Cause]) -> str:
    """The nearest words, without what the deeper ones say again."""
    text = next((one.text for one in causes if one.text), causes[0].names[0] if causes else "")
    return re.sub(r"^ERROR: |\s*\(caused by.*", "", text, flags=re.S)


def death(ended: ChildEnd | None, *, site: str = "") -> JobError:
    """What it means that a child ended without a word; None when the whole nursery did."""
    if ended is None:
        error = errors.EngineDied("the nursery ended", site=site)
        error.attempts = NURSERIES  # every download loses it at once: none of them is to blame
        return error
    kind = DEATHS.get(ended.code, errors.EngineDied)
    return kind(f"the child ended with {ended.code}", site=site)
