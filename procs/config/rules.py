"""The operator's rules for a site: how often it is visited, by which ways, with which identity.

Plain records; `rulebook` reads them from the operator's file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from procs.core.machine import machine_name

#: Egresses that are not an address: what CHAPAR_UPSTREAM_PROXY says, and no proxy whatever it says.
DEFAULT, DIRECT = "default", "direct"
#: Between a way that leaves by a machine's own address, and the name of the machine; no name of a
#: file has it.
AT = "/"


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` visits in any `per` seconds; a tenth of them may come at once."""

    most: int
    per: float

    @property
    def burst(self) -> int:
        """Visits that may come at once."""
        return max(1, self.most // 10)

    @property
    def gap(self) -> float:
        """Seconds from one visit to the next when the burst is spent. With it no stretch of `per`
        seconds, wherever it begins, holds more than `most`."""
        return self.per / max(1, self.most - self.burst)

    @property
    def slack(self) -> float:
        """Seconds by which visits may be ahead of the gap."""
        return self.gap * (self.burst - 1)

    def __str__(self) -> str:
        return f"{self.most} in {self.per:g} s"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to visit a site: by which proxy, with whose cookies, as which players."""

    egress: str = DEFAULT
    cookies: Path | None = None
    clients: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What rows and logs call it: no password is in it. Where machines share a database, a way
        that leaves by the machine's own address is another one on each of them."""
        return self.at(machine_name.shared())

    def at(self, machine: str) -> str:
        """The name that this way has on a machine."""
        parts = [place(self.egress), self.cookies.name if self.cookies else "", *self.clients]
        own = f"{AT}{machine}" if machine and not self.proxy else ""
        return "+".join(filter(None, parts)) + own

    @property
    def proxy(self) -> str | None:
        """The proxy's address, "" for none, None for the one of all downloads."""
        return {DEFAULT: None, DIRECT: ""}.get(self.egress, self.egress)


def place(egress: str) -> str:
    """An egress without the password that its address may carry."""
    parts = urlsplit(egress)
    return f"{parts.hostname}:{parts.port}" if parts.hostname else egress


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one site. Seconds; 0, "" and an empty pool mean: no rule."""

    rate: Rate | None = None
    gap: float = 0.0
    concurrency: int = 0
    max_duration: float = 0.0
    impersonate: str = ""
    egress: tuple[str, ...] = (DEFAULT,)
    cookies: tuple[Path | None, ...] = ()
    clients: tuple[tuple[str, ...], ...] = ()
    check: tuple[str, ...] = ()

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The ways in the order of preference. A file of cookies always goes by the same egress:
        a site that sees one account at two addresses closes it."""
        pools = (self.egress, self.cookies or (None,), self.clients or ((),))
        egress, cookies, clients = pools
        return tuple(
            Identity(egress[n % len(egress)], cookies[n % len(cookies)], clients[n % len(clients)])
            for n in range(max(map(len, pools)))
        )


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of all sites: one's own, else the default ones. `path` is where they stand,
    `source` their text as one setting, for processes that shall read the same."""

    path: Path | None = None
    default: Rules = Rules()
    sites: Mapping[str, Rules] = field(default_factory=dict)
    source: str = ""

    def of(self, site: str) -> Rules:
        """The rules for one site."""
        return self.sites.get(site, self.default)
