"""A crowd: accounts that met the bot, and that cost nothing until somebody names them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.telegram.commands import command

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram
    from tests.sandbox.telegram.world import Account

#: Far above the persons of a test.
FIRST = 7_000_000_000


@dataclass(slots=True)
class Crowd:
    """`count` accounts from `first` on, who met `bot`; of every `blocked_each` one has blocked it,
    of every `gone_each` one is deleted (0: nobody)."""

    first: int
    count: int
    bot: int
    blocked_each: int = 0
    gone_each: int = 0

    def has(self, number: int) -> bool:
        return self.first <= number < self.first + self.count

    def is_blocked(self, number: int) -> bool:
        return bool(self.blocked_each) and (number - self.first) % self.blocked_each == 0

    def is_gone(self, number: int) -> bool:
        return bool(self.gone_each) and (number - self.first) % self.gone_each == 1


class Accounts(dict[int, "Account"]):
    """All accounts; one of a crowd comes to be when it is looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.crowds: list[Crowd] = []

    def __contains__(self, number: object) -> bool:
        return super().__contains__(number) or self.comes(number)

    def __missing__(self, number: int) -> "Account":
        if self.comes(number):
            return self[number]
        raise KeyError(number)

    def comes(self, number: Any) -> bool:
        """Whether it is one of a crowd, who is there from now on."""
        from tests.sandbox.telegram.world import Account

        crowd = next((one for one in self.crowds if one.has(number)), None)
        if crowd is None:
            return False
        account = Account(number, f"Somebody {number - crowd.first}", met={crowd.bot})
        account.box.owner = number
        account.deactivated = crowd.is_gone(number)
        if crowd.is_blocked(number):
            account.blocks.add(crowd.bot)
        self[number] = account
        self[crowd.bot].met.add(number)
        return True


@command
async def crowd(
    server: "Telegram", bot: int, count: int, blocked_each: int, gone_each: int
) -> list[int]:
    """More accounts: the first number, and how many are blocked or gone."""
    crowds = server.world.accounts.crowds
    first = crowds[-1].first + crowds[-1].count if crowds else FIRST
    made = Crowd(first, count, bot, blocked_each, gone_each)
    crowds.append(made)
    people = range(first, first + count)
    blocked = sum(made.is_blocked(one) and not made.is_gone(one) for one in people)
    return [first, blocked, sum(made.is_gone(one) for one in people)]


@command
async def crowd_got(server: "Telegram", first: int, count: int, text: str) -> dict[str, int]:
    """Of these accounts, how many got how many messages with `text` in them that are still there,
    by that number."""
    found: dict[str, int] = {}
    accounts = server.world.accounts
    for number in range(first, first + count):
        known = dict.get(accounts, number)
        posts = known.box.posts.values() if known else ()
        got = sum(text in post.content.text for post in posts)
        found[str(got)] = found.get(str(got), 0) + 1
    return found
