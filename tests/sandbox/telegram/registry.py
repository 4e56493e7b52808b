"""Which function answers which method, and what it is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.telegram.calls import Entry
from tests.sandbox.telegram.files import Vault
from tests.sandbox.telegram.tl import Rpc
from tests.sandbox.telegram.wire import Key
from tests.sandbox.telegram.world import Account, World

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram


@dataclass(slots=True)
class Call:
    """One method call on its way through the server."""

    server: "Telegram"
    key: Key
    entry: Entry

    @property
    def account(self) -> Account:
        """Who calls. Raises Rpc 401 before the sign-in."""
        if not self.key.account:
            raise Rpc(401, "AUTH_KEY_UNREGISTERED")
        return self.world.accounts[self.key.account]

    @property
    def world(self) -> World:
        return self.server.world

    @property
    def vault(self) -> Vault:
        return self.server.vault


Handler = Callable[[Call, Any], Awaitable[Any]]
METHODS: dict[type, Handler] = {}


def on(*kinds: type) -> Callable[[Handler], Handler]:
    """The decorated function answers these methods: with a TL object, a list, True, or Rpc."""

    def register(handler: Handler) -> Handler:
        METHODS.update(dict.fromkeys(kinds, handler))
        return handler

    return register
