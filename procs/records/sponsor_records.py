"""Sponsors: the chats that a person joins before the bot works for them."""

from dataclasses import dataclass

#: What somebody is in a sponsor's chat: in it, outside, or outside with a join request.
IN, OUT, ASKED = "in", "out", "asked"


@dataclass(frozen=True, slots=True)
class Sponsor:
    """One row. `link` is what people open, and `own` says that the bot made it and counts by it.
    `asks`: who opens it asks to come in; `by_request`: who asked counts as joined. Instants are
    wall instants, None for no limit; `goal` is a number of joins, 0 for none; `language` of the
    people who are asked, "" for all; `weight` counts where more are active than are shown. `fault`
    says why it is skipped since `fault_at`, "" for nothing."""

    id: int
    chat: int
    access: int
    title: str
    nick: str
    link: str
    own: bool
    asks: bool
    by_request: bool
    starts: float | None
    ends: float | None
    goal: int
    language: str
    weight: int
    place: int
    fault: str
    fault_at: float
    joined: int

    @property
    def is_full(self) -> bool:
        """Whether its goal is reached."""
        return bool(self.goal) and self.joined >= self.goal

    def is_active(self, wall: float) -> bool:
        """Whether its campaign goes on at a wall instant."""
        begun = self.starts is None or self.starts <= wall
        return begun and (self.ends is None or wall < self.ends) and not self.is_full

    def counts(self, state: str) -> bool:
        """Whether somebody of this state has joined, as the sponsor says."""
        return state == IN or (state == ASKED and self.by_request)


@dataclass(frozen=True, slots=True)
class SponsorTotals:
    """People who were shown a sponsor, pressed, joined, and were there a day after that."""

    shown: int = 0
    pressed: int = 0
    joined: int = 0
    stayed: int = 0
