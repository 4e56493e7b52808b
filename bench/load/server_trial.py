"""A run at a test server of the operator's: the product and the site here, Telegram there."""

from functools import cached_property
from typing import Any

from bench.load.remote_people import ServerDesk, TestServer
from bench.load.scenario import Scenario
from bench.load.trial import Progress, Trial
from tests.sandbox.sandbox_server import Server
from tests.sandbox.stack import Stack

#: Seconds in which the bot answers a first person.
LISTENS = 120.0


class GivenServer(Server):
    """A server that somebody else started."""

    def __init__(self, server: TestServer) -> None:
        super().__init__()
        self.facts = {"address": server.address, "key": server.key, "token": server.token}

    async def start(self) -> None:
        """It runs."""

    async def stop(self) -> None:
        """It runs on."""


class ServerStack(Stack):
    """The whole product, its bot at a server of the operator's."""

    def __init__(self, server: TestServer, **settings: Any) -> None:
        self.server = server
        super().__init__(judged=False, **settings)

    def own_servers(self) -> dict[str, Server]:
        """The servers of a stack, with the one that is given."""
        return {**super().own_servers(), "telegram": GivenServer(self.server)}

    @cached_property
    def telegram(self) -> Any:
        """The desk of the given server's people."""
        return ServerDesk(self.server, self.home / "people")

    @property
    def environment(self) -> dict[str, str]:
        """A stack's environment, with the application of the given server."""
        about = {"CHAPAR_API_ID": str(self.server.api_id), "CHAPAR_API_HASH": self.server.api_hash}
        return {**super().environment, **about}

    async def until_listening(self) -> None:
        """Somebody is answered."""
        first = await self.telegram.person("The first")
        await first.starts()
        await first.sees(lambda m: True, timeout=LISTENS)


class ServerTrial(Trial):
    """Of the scenario, what accounts that are few can do: no newcomers."""

    def __init__(self, scenario: Scenario, progress: Progress, server: TestServer) -> None:
        super().__init__(scenario, progress)
        self.server, self.outcome.exact = server, False

    def made(self, settings: dict[str, str]) -> Stack:
        return ServerStack(self.server, **settings)
