"""How much may be followed, as the operator sets it."""

from dataclasses import dataclass

#: The form of a new entry: the person's usual one, or a card that asks.
USUAL, CARD = "usual", "card"


@dataclass(frozen=True, slots=True)
class FollowLimits:
    """Lists that one person may follow (0: following is switched off), lists that are followed in
    all, and the seconds from one look at a list to the next, at least."""

    most: int = 0
    sources: int = 0
    interval: float = 1800.0

    @property
    def is_off(self) -> bool:
        """Whether nobody may follow anything."""
        return self.most == 0
