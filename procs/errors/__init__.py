"""Every failure Chapar knows by name.

A class answers these questions: does another attempt help (`retry`), what does the user read
(`say`, a key of the catalogue), how soon (`least`), and what does it mean (its docstring). Exactly
one place, the worker's `settle`, turns these into a failed or a retried job. Which of them count
against a site stands beside its breaker, what the sysadmin can do about one in `advice`.
"""

from procs.errors.base import BrokenOff as BrokenOff
from procs.errors.base import ChaparError as ChaparError
from procs.errors.base import ConsentNeeded as ConsentNeeded
from procs.errors.base import Empty as Empty
from procs.errors.base import JobError as JobError
from procs.errors.base import NoSuchFile as NoSuchFile
from procs.errors.base import PartMissing as PartMissing
from procs.errors.base import RedirectLoop as RedirectLoop
from procs.errors.base import Refused as Refused
from procs.errors.form_errors import ClipBeyond as ClipBeyond
from procs.errors.form_errors import NoEntry as NoEntry
from procs.errors.form_errors import NoSound as NoSound
from procs.errors.form_errors import NoSubtitles as NoSubtitles
from procs.errors.form_errors import NoSuchVariant as NoSuchVariant
from procs.errors.form_errors import OtherSubtitles as OtherSubtitles

# --- the store -------------------------------------------------------------------------------


class StoreError(ChaparError):
    """The database cannot be used as it is."""


class NewerDatabase(StoreError):
    """The database was written by a newer Chapar; upgrade the program, or restore a backup."""


class StoreFull(StoreError):
    """The disk under the database is full or fails; nothing was changed. Free space on it."""


class LeaseLost(ChaparError):
    """The job was given to somebody else meanwhile; write nothing more about it."""


# --- a job's failures ------------------------------------------------------------------------


class Unknown(JobError):
    """Something we have no name for."""

    retry = True
    attempts = 2


class Cancelled(JobError):
    """The last person who wanted it left."""

    say = "cancelled"


class DiskFull(JobError):
    """No room left for the files; the job waits in the queue."""

    retry = True
    attempts = 20
    say = "failed-disk"


class DiskTooSmall(JobError):
    """The disk has no room for this file, not even when there is nothing else on it."""

    say = "failed-disk-small"


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


class TooLong(JobError):
    """It lasts longer than the operator allows for this site."""

    say = "failed-too-long"


class NotEncoded(JobError):
    """It would have to be encoded anew, which the operator does not allow at that length."""

    say = "failed-encode"


class TooLarge(JobError):
    """Larger than Telegram, or the operator, allows."""

    say = "failed-too-large"


class ExtractorBroken(JobError):
    """The site changed and our reader of it is out of date."""

    retry = True
    attempts = 2
    say = "failed-extractor"


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


class ProcessingFailed(JobError):
    """The file arrived but could not be made into something playable."""

    retry = True
    attempts = 2
    say = "failed-processing"


class TimedOut(JobError):
    """It took longer than a job may take."""

    retry = True
    attempts = 2
    say = "failed-timeout"


class EngineDied(JobError):
    """The engine's process ended without a word."""

    retry = True
    attempts = 3
    say = "failed-unknown"


class Quarantined(JobError):
    """Workers died while they carried it; it is not tried again by itself."""

    say = "failed-poison"


class NotNow(ChaparError):
    """It cannot be done yet: the site is not to be visited, or the disk has no room. Costs no
    attempt. `why`: for what it waits; `keeps` its seat, when only the order is at stake."""

    def __init__(self, seconds: float, why: str, *, keeps: bool = False) -> None:
        super().__init__(f"{why}: in {seconds:g} s")
        self.seconds = seconds
        self.why = why
        self.keeps = keeps


# --- Telegram --------------------------------------------------------------------------------


class TelegramWait(ChaparError):
    """Telegram asked us to wait before calling `scope` again (FLOOD_WAIT). Costs no attempt."""

    def __init__(self, seconds: float, scope: str) -> None:
        super().__init__(f"{scope}: wait {seconds:g} s")
        self.seconds = seconds
        self.scope = scope


class Crowded(TelegramWait):
    """Our own budget of `scope` is spent for so long. Telegram asked for nothing."""


class ChatClosed(JobError):
    """The person blocked the bot, or the chat is gone: there is nobody to deliver to."""

    say = "failed-chat-closed"


class ReferenceStale(ChaparError):
    """The stored reference of an uploaded file is no longer accepted; it must be made anew."""


class TelegramRefused(JobError):
    """Telegram does not accept this file or message."""

    retry = True
    attempts = 3
    say = "failed-telegram"


class UploadRefused(JobError):
    """Telegram takes no uploads from us, for whomever they are made. No chat is to blame."""

    retry = True
    attempts = 4
    least = 5.0
    say = "failed-upload"


class TelegramAway(JobError):
    """Telegram cannot be reached at the moment."""

    retry = True
    attempts = 30
    say = "failed-telegram-away"


class SessionRevoked(ChaparError):
    """This slot's sign-in is no longer valid, or is used by another process."""
