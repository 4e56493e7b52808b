"""Which addresses a job may connect to: the public internet, and what the operator allows. Pure.

Python's `is_global` is not enough: it takes multicast, 192.88.99.0/24, NAT64, site-local and
IPv4-compatible addresses for global, and older versions 6to4 too. So the rule is written out: IPv4
all but the blocks below; IPv6 only global unicast (2000::/3) without the blocks below. The blocks
are those of IANA's special-purpose registries; inside 2000::/3 they are what embeds other addresses
(Teredo, 6to4), or leads nowhere.
"""

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from procs import errors
from procs.errors import JobError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

BLOCKED_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
)
#: Everything outside 2000::/3, then the holes in it.
BLOCKED_6 = (
    *("::/3", "4000::/2", "8000::/1"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)
#: What the resolvers of a filtered country answer for a site that they hide: one of the private
#: addresses, and one that looks public (seen in Iran).
FILTERED = (IPv4Network("10.10.34.0/24"), IPv6Network("2001:4188:2:600:10:10:34:0/120"))
PORTS = (80, 443)


class Ranges:
    """Blocks of addresses as sorted numbers: to look one up is one bisection."""

    def __init__(self, blocks: Iterable[str]) -> None:
        networks = sorted(map(ip_network, blocks), key=lambda one: int(one.network_address))
        self.firsts = [int(one.network_address) for one in networks]
        self.lasts = [int(one.broadcast_address) for one in networks]

    def __contains__(self, number: int) -> bool:
        place = bisect(self.firsts, number) - 1
        return place >= 0 and number <= self.lasts[place]


CLOSED = {4: Ranges(BLOCKED_4), 6: Ranges(BLOCKED_6)}


def read(text: str) -> Address:
    """The address that `text` writes, an IPv4 one in IPv6 clothes (::ffff:…) as what it is. Raises
    Forbidden for what is no address, or one of a single link (fe80::1%eth0)."""
    try:
        address = ip_address(text)
    except ValueError:
        raise errors.Forbidden(f"not an address: {text[:60]!r}") from None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            raise errors.Forbidden(f"an address of one link: {text[:60]}")
        return address.ipv4_mapped or address
    return address


def is_public(address: Address) -> bool:
    """Whether an address, as `read` gives it, is one of the public internet."""
    return int(address) not in CLOSED[address.version]


@dataclass(frozen=True, slots=True)
class Policy:
    """What one job may visit: public addresses on these `ports`. `networks` are the operator's
    exceptions, on every port."""

    networks: tuple[Network, ...] = ()
    ports: tuple[int, ...] = PORTS

    def is_allowed(self, address: Address) -> bool:
        """Whether the operator named a network that holds this address."""
        return any(address in network for network in self.networks)

    def refusal(self, address: Address, port: int) -> JobError | None:
        """Why the address may not be visited, None when it may."""
        if self.is_allowed(address):
            return None
        if any(address in network for network in FILTERED):
            return errors.SiteFiltered(str(address))
        if not is_public(address):
            return errors.Forbidden(f"{address} is not a public address")
        if port not in self.ports:
            return errors.Forbidden(f"port {port}")
        return None


def policy(networks: Iterable[str], ports: Iterable[int] = PORTS) -> Policy:
    """The policy with these networks, as texts, for exceptions."""
    return Policy(tuple(ip_network(one) for one in networks), tuple(ports))
