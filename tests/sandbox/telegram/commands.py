"""The commands by which a test rules the server, in the same process or through the control socket.

A command takes and returns what JSON can carry.
"""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tests.sandbox.telegram.desk import Refused
from tests.sandbox.telegram.tl import Rpc

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram

Command = Callable[..., Awaitable[Any]]
COMMANDS: dict[str, Command] = {}


def load() -> None:
    """Import the modules that define commands."""
    for theme in ("crowd", "deeds", "gatherings", "gestures", "orders"):
        import_module(f"tests.sandbox.telegram.{theme}")


def command(function: Command) -> Command:
    COMMANDS[function.__name__] = function
    return function


async def run(server: "Telegram", name: str, args: dict[str, Any]) -> Any:
    """Raises Refused where Telegram would have refused."""
    try:
        return await COMMANDS[name](server, **args)
    except Rpc as refusal:
        raise Refused(refusal.code, refusal.text) from None
