"""What every failure is. The modules beside this one name each, by what it comes from."""

from collections.abc import Iterator, Mapping


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
        return self.called()

    @classmethod
    def called(cls) -> str:
        """The same of a class."""
        word = cls.__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in word).lstrip("-")

    @classmethod
    def kinds(cls) -> Iterator[type["JobError"]]:
        """This class, and every one of it that is known by now."""
        yield cls
        for kind in cls.__subclasses__():
            yield from kind.kinds()
