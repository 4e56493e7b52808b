"""Limits and words as the settings have them at the instant of their use, since admins change
settings while the bot runs."""

from collections.abc import Sequence
from typing import overload

from procs.bot.conversation.manners import Manners, OwnText
from procs.config import Settings
from procs.store.follows.follow_limits import FollowLimits
from procs.texts import i18n


class LiveManners(Manners):
    """Manners that are read from the live settings at each use."""

    def __init__(self, settings: Settings) -> None:
        object.__setattr__(self, "settings", settings)

    settings: Settings

    @property
    def messages_per_minute(self) -> int:
        return self.settings.messages_per_minute

    @property
    def support(self) -> str:
        return self.settings.support

    @property
    def reply_keyboard(self) -> bool:
        return self.settings.reply_keyboard

    @property
    def follows(self) -> FollowLimits:
        named = self.settings
        return FollowLimits(named.follows, named.followed_sources, named.follow_interval)

    def own(self, what: OwnText, language: str) -> str:
        return str(getattr(self.settings, f"text_{what}_{i18n.base(language)}"))


class LiveSites(Sequence[str]):
    """The sites where words are searched for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __len__(self) -> int:
        return len(self.settings.search)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return self.settings.search[place]


class LiveLargest:
    """Bytes of the largest media, all parts of it together."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self) -> int:
        return self.settings.max_file_size * self.settings.max_parts
