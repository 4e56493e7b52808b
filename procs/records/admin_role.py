"""What somebody may do with the bot besides asking for media."""

from enum import IntEnum


class Role(IntEnum):
    """Roles in their order: each may do what those below it may. The numbers are stored.

    A viewer looks; a sponsor manager looks after sponsors and broadcasts; an operator looks after
    people and the queue; an owner (CHAPAR_ADMINS) does all, and gives and takes the other roles.
    """

    EVERYONE = 0
    VIEWER = 10
    SPONSORS = 20
    OPERATOR = 30
    OWNER = 40

    @property
    def word(self) -> str:
        """As it is written in rows for people, and behind commands."""
        return self.name.lower()


#: The roles that owners give; their own comes from CHAPAR_ADMINS alone.
GIVEN = (Role.OPERATOR, Role.SPONSORS, Role.VIEWER)
