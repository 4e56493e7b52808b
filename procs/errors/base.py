"""What every failure is; `errors` names each. Here too: what sites do with a good address."""

from collections.abc import Mapping


class ChaparError(Exception):
    """The base of everything below."""


class JobError(ChaparError):
    """A job could not be done.

    `detail` is the site's or the program's own words: for the log, never for the chat.
    """

    retry = False
    #: Attempts before a retryable failure is final.
    attempts = 4
    #: Seconds before another attempt, at least.
    least = 0.0
    say = "failed-unknown"
    #: What the sentence in the chat names besides the site.
    tells: tuple[str, ...] = ()

    def __init__(
        self,
        detail: str = "",
        *,
        site: str = "",
        wait: float = 0.0,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.facts = dict(facts or {})
        self.detail = detail
        self.site = site
        #: Seconds after which the site wants to be asked again (Retry-After); 0: it did not say.
        self.wait = wait
        #: Whose answer it was, where one is known: a link may lead from one site to another.
        self.host = ""

    @property
    def name(self) -> str:
        """The class as logs and counters spell it: `SiteBusy` is `site-busy`."""
        word = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in word).lstrip("-")


class NoSuchFile(JobError):
    """Nothing is at that address (404), which is that of no post."""

    say = "failed-no-file"


class Refused(JobError):
    """The site does not give it to us (403 and its like): a link that ran out, or is for others."""

    say = "failed-refused"


class ConsentNeeded(JobError):
    """The page asks a person to agree to something first: an age, cookies, terms."""

    say = "failed-consent"


class Empty(JobError):
    """The site answers, with nothing in it."""

    retry = True
    attempts = 2
    say = "failed-empty"


class RedirectLoop(JobError):
    """The address leads from one to the next without end."""

    say = "failed-loop"


class PartMissing(JobError):
    """One of the pieces that a media comes in is not where the site says; it may be late."""

    retry = True
    attempts = 2
    least = 10.0
    say = "failed-part-missing"


class BrokenOff(JobError):
    """The site ends or stops in the middle of it, again and again, and does not go on."""

    retry = True
    attempts = 2
    say = "failed-broken-off"
