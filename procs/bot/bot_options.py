"""What the operator decides of the bot, as its parts are given it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from procs.bot.commands.command_set import Manners
from procs.config import Settings
from procs.config.values import TELEGRAM_FILE
from procs.store.follows.follow_limits import FollowLimits
from procs.store.requests.allowances import Allowance

#: Seconds: what was sent longer ago, while the bot was down, is not acted upon any more.
CATCH_UP = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class BotOptions:
    """`catch_up` is in seconds, `largest` the bytes of the largest media, `search` the sites that
    are searched, the first one asked first."""

    catch_up: float = CATCH_UP
    allowance: Allowance = field(default_factory=Allowance)
    admins: Collection[int] = ()
    largest: int = TELEGRAM_FILE
    manners: Manners = field(default_factory=Manners)
    search: Sequence[str] = ()


def configured(settings: Settings) -> BotOptions:
    most = settings.max_open_requests, settings.max_playlist, settings.max_open_requests_per_group
    return BotOptions(
        settings.catch_up,
        Allowance(*most),
        settings.admins,
        settings.max_file_size * settings.max_parts,
        Manners(
            settings.messages_per_minute,
            settings.support,
            reply_keyboard=settings.reply_keyboard,
            follows=FollowLimits(
                settings.follows, settings.followed_sources, settings.follow_interval
            ),
        ),
        settings.search,
    )
