"""What sites, networks and proxies do with an address; whether another attempt helps."""

from procs.errors.base import JobError


class Drm(JobError):
    """The media is encrypted for paying players."""

    say = "failed-drm"


class SiteBusy(JobError):
    """The site asked us to slow down."""

    retry = True
    least = 10.0
    say = "failed-site-busy"


class BotCheck(JobError):
    """The site wants proof that we are human; asking again at once makes it worse."""

    retry = True
    attempts = 3
    say = "failed-bot-check"


class LeftAlone(JobError):
    """The site was left alone for longer than anybody is to wait for it."""

    say = "failed-left-alone"


class LoginNeeded(JobError):
    """The site shows this to signed-in people only."""

    say = "failed-login"


class GeoBlocked(JobError):
    """Not available in the country of this server."""

    say = "failed-geo"


class LiveNow(JobError):
    """A live broadcast, or one that has not begun."""

    say = "failed-live"


class NotReady(JobError):
    """The site has it, but is still working on it."""

    say = "failed-not-ready"


class ExtractorBroken(JobError):
    """The site changed and our reader of it is out of date."""

    retry = True
    attempts = 2
    say = "failed-extractor"


class TokenMissing(JobError):
    """The site wants a token with each visit, and our script made none."""

    retry = True
    attempts = 2
    least = 60.0
    say = "failed-token-missing"


class Unsupported(JobError):
    """Nothing on that page that we can fetch."""

    say = "failed-unsupported"


class Gone(JobError):
    """Deleted, private, or never there."""

    say = "failed-gone"


class Forbidden(JobError):
    """The address is not one we may visit (a scheme, a private network)."""

    say = "failed-forbidden"


class SiteFiltered(JobError):
    """The server's own network hides this site: its resolver answered with the address of a
    filter's page. Neither the site's fault nor the person's."""

    say = "failed-filtered"


class ProxyBroken(JobError):
    """Our own way out to the network failed."""

    retry = True
    say = "failed-network"


class TlsBroken(JobError):
    """The site's certificate is not valid."""

    say = "failed-tls"


class NetworkBroken(JobError):
    """The site could not be reached, or the connection broke."""

    retry = True
    say = "failed-network"


class SiteBroken(JobError):
    """The site answered with an error of its own (5xx)."""

    retry = True
    least = 2.0
    say = "failed-site-broken"


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


class CutShort(JobError):
    """What came is whole as a file, and much shorter than the site says."""

    retry = True
    attempts = 2
    least = 10.0
    say = "failed-cut-short"


class HostBlocked(JobError):
    """An admin blocked the host to which the link leads, by itself or by a redirect."""

    say = "failed-host-blocked"
