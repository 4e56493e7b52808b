"""Where the way out leads: which names, addresses and ports, and how names are resolved."""

import asyncio
import socket
import threading
from ipaddress import ip_address

import pytest

from procs import errors
from procs.engine.egress import resolver
from procs.engine.egress.dial import Routes, is_own
from tests.sandbox.way_out import PUBLIC, TOLD, Net, asks, way_out


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ({"site.test": ["127.0.0.1"]}, errors.Forbidden),
        ({"site.test": ["::1"]}, errors.Forbidden),
        ({"site.test": ["::ffff:10.0.0.5"]}, errors.Forbidden),
        ({"site.test": [PUBLIC, "10.0.0.5"]}, errors.Forbidden),
        ({"site.test": ["10.0.0.5", PUBLIC]}, errors.Forbidden),
        ({"site.test": ["fe80::1%eth0"]}, errors.Forbidden),
        ({"site.test": ["10.10.34.36"]}, errors.SiteFiltered),
        ({"site.test": ["2001:4188:2:600:10:10:34:36"]}, errors.SiteFiltered),
        ({"site.test": [PUBLIC, "10.10.34.34"]}, errors.SiteFiltered),
    ],
)
async def test_one_answer_that_is_not_allowed_refuses_the_name(names, kind):
    net = Net(names)
    async with way_out(net) as egress:
        said = await asks(egress, "CONNECT site.test:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    assert type(egress.judge(errors.ProxyBroken("seen"))) is kind


async def test_a_name_is_resolved_once():
    """The second answer would be another one."""
    net = Net()
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    async with way_out(net) as egress:

        async def rebinds(host):
            return next(answers)

        object.__setattr__(egress.routes, "resolve", rebinds)
        assert await asks(egress, "GET http://site.test/ HTTP/1.1") == TOLD
        said = await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("line", "port"), [("CONNECT site.test:22", 22), ("GET http://site.test:8080/", 8080)]
)
async def test_other_ports_only_in_allowed_networks(line, port):
    net = Net()
    async with way_out(net) as egress:
        assert (await asks(egress, f"{line} HTTP/1.1")).startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    async with way_out(net, networks=(f"{PUBLIC}/32",)) as egress:
        await asks(egress, f"{line} HTTP/1.1", *(["", "x"] if "CONNECT" in line else []))
    assert net.dialled == [(PUBLIC, port)]


@pytest.mark.parametrize(("port", "open"), [(80, False), (443, True), (8080, True), (8081, False)])
async def test_ports_are_the_operators_choice(port, open):
    net = Net()
    async with way_out(net, ports=(443, 8080)) as egress:
        said = await asks(egress, f"CONNECT site.test:{port} HTTP/1.1", "", "x")
    assert said.startswith(b"HTTP/1.1 200" if open else b"HTTP/1.1 403")
    assert net.dialled == ([(PUBLIC, port)] if open else [])


@pytest.mark.parametrize(
    ("host", "kind"),
    [("away.test", errors.NetworkBroken), ("closed.test", errors.NetworkBroken)],
)
async def test_who_cannot_be_reached_is_no_attack(host, kind):
    net = Net({"closed.test": ["93.184.216.35"]})
    async with way_out(net) as egress:
        said = await asks(egress, f"CONNECT {host}:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 502")
    assert type(egress.judge(errors.SiteBroken("HTTP Error 502"))) is kind


async def test_this_machines_own_public_address_is_not_visited():
    net = Net()
    async with way_out(net) as egress:
        object.__setattr__(egress.routes, "own", lambda address: str(address) == PUBLIC)
        said = await asks(egress, "CONNECT site.test:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403")
    assert net.dialled == []
    assert "own address" in egress.refusal.detail


@pytest.mark.parametrize(
    ("address", "own"), [("127.0.0.1", True), ("::1", True), ("192.0.2.7", False)]
)
def test_which_addresses_are_the_machines_own(address, own):
    assert is_own(ip_address(address)) is own


async def test_names_that_nobody_answers_for_hold_up_no_other_job():
    asked = []

    async def never(host):
        asked.append(host)
        await asyncio.Event().wait()

    net = Net()
    async with way_out(net) as slow, way_out(Net()) as other:
        object.__setattr__(slow, "routes", Routes(resolve=never).of(()))
        words = (f"CONNECT x{n}.test:443 HTTP/1.1" for n in range(20))
        many = [asyncio.create_task(asks(slow, word)) for word in words]
        while len(asked) < resolver.QUESTIONS_AT_ONCE:
            await asyncio.sleep(0.01)
        assert await asks(other, "GET http://site.test/ HTTP/1.1") == TOLD
        assert len(asked) == resolver.QUESTIONS_AT_ONCE
        for one in many:
            one.cancel()
        await asyncio.wait(many)


async def test_the_system_is_asked_in_a_thread_of_its_own(monkeypatch):
    """However many questions hang, the next one is answered."""
    hang = threading.Event()
    real = socket.getaddrinfo

    def hanging(host, *rest, **more):
        if host == "hangs.test":
            hang.wait(30)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    stuck = [asyncio.create_task(resolver.system("hangs.test")) for _ in range(50)]
    try:
        assert await asyncio.wait_for(resolver.system("127.1"), 5) == ["127.0.0.1"]
    finally:
        for one in stuck:
            one.cancel()
        await asyncio.wait(stuck)
        hang.set()


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test", ".", "-"])
async def test_a_name_that_is_none_is_no_crash(host):
    net = Net()
    net.resolve = resolver.system
    async with way_out(net) as egress:
        said = await asks(egress, f"CONNECT {host}:443 HTTP/1.1")
    assert said[:12] in (b"HTTP/1.1 403", b"HTTP/1.1 502")
