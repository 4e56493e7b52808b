"""What the operator decides of the bot, as its parts are given it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from procs.bot.conversation.manners import Manners
from procs.bot.live_limits import LiveLargest, LiveManners, LiveSites
from procs.config import Settings
from procs.config.values import TELEGRAM_FILE
from procs.store.requests.allowances import Allowance, LiveAllowance

#: Seconds: what was sent longer ago, while the bot was down, is not acted upon any more.
CATCH_UP = 24 * 3600.0


def usual_largest() -> int:
    """Bytes of the largest media where nothing else is set."""
    return TELEGRAM_FILE


@dataclass(frozen=True, slots=True)
class BotOptions:
    """`catch_up` is in seconds, `largest` tells the bytes of the largest media, `search` are the
    sites that are searched, the first one asked first."""

    catch_up: float = CATCH_UP
    allowance: Allowance = field(default_factory=Allowance)
    admins: Collection[int] = ()
    largest: Callable[[], int] = usual_largest
    manners: Manners = field(default_factory=Manners)
    search: Sequence[str] = ()


def configured(settings: Settings) -> BotOptions:
    """The options as these settings have them at each use: admins change some while the bot
    runs."""
    return BotOptions(
        settings.catch_up,
        LiveAllowance(settings),
        settings.admins,
        LiveLargest(settings),
        LiveManners(settings),
        LiveSites(settings),
    )
