"""Dials a host: resolves its name once, checks every answer, and connects to a checked address.

To check first and resolve again when dialling would be no check: the second answer may differ.
"""

import asyncio
import re
import socket
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from procs.engine.egress import policy, resolver
from procs.engine.egress.http_head import Request
from procs.engine.egress.policy import Address, Policy
from procs.errors import Forbidden, JobError, NetworkBroken, ProxyBroken

#: Seconds for the answer of a resolver, and for one address to accept.
RESOLVE_TIMEOUT, DIAL_TIMEOUT = 10.0, 10.0
#: Addresses of one name that are tried.
TRIES = 4
#: Any port; nothing is sent there.
DISCARD = 9
#: Bytes of the upstream's answer to a CONNECT, and seconds for it: it dials meanwhile.
GREETING, MEETING = 16 * 1024, 30.0
#: Names that belong to this machine or to some private network (RFC 6761, 6762, 8375).
LOCAL = re.compile(r"[^.]*|.*\.(local|localhost|localdomain|internal|intranet|lan|home|corp|arpa)")

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
PROXY_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[^\r\n]{0,200}\r\n")

Resolve = Callable[[str], Awaitable[list[str]]]
Connect = Callable[[str, int], Awaitable[socket.socket]]


async def connect(address: str, port: int) -> socket.socket:
    """A connection to an address, which is a literal. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    link = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        await asyncio.get_running_loop().sock_connect(link, (address, port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        link.close()
        raise
    return link


def is_own(address: Address) -> bool:
    """Whether an address is one of this machine's own interfaces: a connection to itself would have
    that source address. No packet is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as nobody:
            nobody.connect((str(address), DISCARD))
            return ip_address(nobody.getsockname()[0]) == address
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class UpstreamProxy:
    """The operator's own HTTP proxy, through which everything public goes."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """The field by which we sign in at the proxy; none without a name."""
        if not self.user:
            return ()
        words = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return (("Proxy-Authorization", f"Basic {words}"),)


def upstream(text: str) -> UpstreamProxy | None:
    """The proxy that a setting names (`http://user:password@host:port`), None for none."""
    if not text:
        return None
    parts = urlsplit(text)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return UpstreamProxy(parts.hostname or "", parts.port or 80, user, password)


def configured(proxy: str, ports: Iterable[int]) -> "Routes":
    """The routes that the operator wants: by the proxy of this address, to these ports."""
    return Routes(policy.policy((), ports), upstream(proxy))


@dataclass(frozen=True, slots=True)
class Route:
    """Where to dial, and what to send there first; with `greet`, that is a CONNECT to an upstream,
    whose answer is for us. `answer` is what the proxy sends to the program, `silent` what it means
    when nobody accepts."""

    addresses: tuple[str, ...]
    port: int
    hello: bytes = b""
    answer: bytes = b""
    greet: bool = False
    silent: type[JobError] = NetworkBroken

    @property
    def by_upstream(self) -> bool:
        """Whether the answer comes from the operator's proxy."""
        return self.silent is ProxyBroken


async def unbarred(host: str) -> JobError | None:
    """Every host may be visited."""
    return None


@dataclass(frozen=True, slots=True)
class Routes:
    """How one job's requests leave the machine. `resolve`, `connect` and `own` are the machine's
    own; the tests have an internet of theirs. `forbids` says why nobody may go to a host, by name
    or as a literal address."""

    policy: Policy = field(default_factory=Policy)
    upstream: UpstreamProxy | None = None
    resolve: Resolve = resolver.system
    connect: Connect = connect
    own: Callable[[Address], bool] = is_own
    forbids: Callable[[str], Awaitable[JobError | None]] = unbarred
    asking: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(resolver.QUESTIONS_AT_ONCE)
    )

    def of(self, networks: tuple[str, ...]) -> "Routes":
        """The routes of one job, which may visit these networks too."""
        ours = policy.policy(networks, self.policy.ports)
        return replace(self, policy=ours, asking=asyncio.Semaphore(resolver.QUESTIONS_AT_ONCE))

    async def find(self, request: Request) -> Route:
        """The way for a request. Raises Forbidden, SiteFiltered, NetworkBroken, ProxyBroken, and
        what `forbids` says."""
        if why := await self.forbids(str(literal(request.host) or request.host)):
            raise why
        if self.upstream and not self.is_near(request.host):
            return await self.through(self.upstream, request)
        addresses = await self.checked(request.host, request.port)
        if request.tunnel:
            return Route(addresses, request.port, answer=ESTABLISHED)
        return Route(addresses, request.port, hello=request.head(request.target))

    async def checked(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host. One that may not be visited refuses them all: whoever mixes
        them waits for us to pick the wrong one."""
        answers = [policy.read(one) for one in await self.answers(host)]
        for address in answers:
            if why := self.refusal(address, port):
                raise type(why)(f"{host}: {why.detail}" if host != str(address) else why.detail)
        return tuple(map(str, answers))

    def refusal(self, address: Address, port: int) -> JobError | None:
        """The policy's; and this machine's own addresses, public ones too: what listens there may
        trust who comes from here."""
        why = self.policy.refusal(address, port)
        if why is None and not self.policy.is_allowed(address) and self.own(address):
            return Forbidden(f"{address} is this machine's own address")
        return why

    async def answers(self, host: str) -> list[str]:
        """The addresses of a host. Raises NetworkBroken when the resolver fails, has none, or takes
        too long."""
        try:
            async with self.asking, asyncio.timeout(RESOLVE_TIMEOUT):
                found = await self.resolve(host)
        except (OSError, UnicodeError) as error:
            raise NetworkBroken(f"{host}: name resolution failed ({error})") from None
        if not found:
            raise NetworkBroken(f"{host}: no address")
        return found

    def is_near(self, host: str) -> bool:
        """Whether a host is an address in one of the operator's networks, which the upstream does
        not see."""
        address = literal(host)
        return address is not None and self.policy.is_allowed(address)

    async def through(self, upstream: UpstreamProxy, request: Request) -> Route:
        """By the upstream, which resolves names where it is: ours may be the ones that lie. What
        can be judged here is: addresses in any form, local names, the port."""
        host = self.judged(request)
        onward = Request(True, host, request.port, "CONNECT")
        if request.tunnel:
            hello = onward.head(onward.site, *upstream.fields)
        else:
            target = f"http://{request.site}{request.target}"
            hello = request.head(target, *upstream.fields)
        try:
            addresses = await self.answers(upstream.host)
        except NetworkBroken as error:
            raise ProxyBroken(error.detail) from None
        route = Route(tuple(addresses), upstream.port, hello=hello, silent=ProxyBroken)
        return replace(route, answer=ESTABLISHED, greet=True) if request.tunnel else route

    def judged(self, request: Request) -> str:
        """The host for the upstream, a number in odd clothes as the address it is."""
        address = literal(request.host)
        if address is None and LOCAL.fullmatch(request.host.lower().rstrip(".")):
            raise Forbidden(f"{request.host} is a local name")
        why = self.policy.refusal(address or ip_address("1.1.1.1"), request.port)
        if why:
            raise why
        return str(address) if address else request.host


def literal(host: str) -> Address | None:
    """The address that a host is, in any form that some resolver takes for one (127.1, 0x7f000001,
    2130706433), or None for a name."""
    try:
        return policy.read(host)
    except Forbidden:
        if ":" in host:
            raise
    try:
        return ip_address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


async def meet(link: socket.socket, hello: bytes) -> bytes:
    """Ask an upstream for a tunnel. Returns the bytes after its consent. Raises ProxyBroken, and
    NetworkBroken when it could not reach the site. The program may send nothing before that answer:
    to an upstream that refuses and keeps the connection, its bytes would be a request of their own,
    which nobody has judged."""
    loop, heard = asyncio.get_running_loop(), b""
    try:
        async with asyncio.timeout(MEETING):
            await loop.sock_sendall(link, hello)
            while b"\r\n\r\n" not in heard and len(heard) < GREETING:
                if not (more := await loop.sock_recv(link, GREETING)):
                    break
                heard += more
    except OSError as error:
        raise ProxyBroken(f"the upstream broke off: {error}") from None
    head, whole, rest = heard.partition(b"\r\n\r\n")
    status = PROXY_STATUS.match(head + whole)
    if not status or not whole:
        raise ProxyBroken("the upstream gave no answer that we understand")
    if status[1].startswith(b"2"):
        return rest
    away = status[1] in (b"502", b"503", b"504")
    raise (NetworkBroken if away else ProxyBroken)(f"the upstream says {status[1].decode()}")


async def dial(connect: Connect, route: Route) -> socket.socket:
    """A connection to the first address that accepts. Raises NetworkBroken, or ProxyBroken when it
    is the upstream that does not."""
    why = "no address"
    for address in route.addresses[:TRIES]:
        try:
            async with asyncio.timeout(DIAL_TIMEOUT):
                return await connect(address, route.port)
        except OSError as error:
            why = str(error) or "no answer"
    raise route.silent(f"{route.addresses[0]} port {route.port}: {why}")
