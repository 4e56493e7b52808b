"""What one person may be sent in a day, by what they are to the bot."""

from dataclasses import dataclass
from enum import Enum


class UserKind(Enum):
    """Everybody, those whom admins made members, and whoever has a role as an admin."""

    EVERYBODY = ""
    MEMBER = "member_"
    ADMIN = "admin_"


@dataclass(frozen=True, slots=True)
class DayQuota:
    """Requests and bytes; 0 for no end."""

    requests: int = 0
    bytes: int = 0


NO_QUOTA = DayQuota()
