"""Hosts that nobody may visit, wherever a link or a redirect leads."""

import pytest

from procs import errors
from procs.errors import HostBlocked
from tests.sandbox.way_out import PUBLIC, TOLD, UPSTREAM, Net, asks, way_out


async def forbids(host):
    return HostBlocked(host) if host in ("bad.test", "93.184.216.34") else None


@pytest.mark.parametrize("upstream", [None, UPSTREAM])
@pytest.mark.parametrize("line", ["GET http://bad.test/ HTTP/1.1", "CONNECT bad.test:443 HTTP/1.1"])
async def test_a_forbidden_host_is_not_dialled_and_the_failure_says_so(line, upstream):
    net = Net({"bad.test": [PUBLIC]})
    async with way_out(net, forbids=forbids, upstream=upstream) as egress:
        assert (await asks(egress, line)).startswith(b"HTTP/1.1 403 ")
        judged = egress.judge(errors.Refused("403", site="site.test"))
    assert (type(judged), judged.detail) == (HostBlocked, "bad.test")
    assert net.dialled == []


@pytest.mark.parametrize("host", ["93.184.216.34", "0x5db8d822", "1572395042"])
async def test_an_address_is_forbidden_in_every_form(host):
    net = Net()
    async with way_out(net, forbids=forbids) as egress:
        assert (await asks(egress, f"GET http://{host}/ HTTP/1.1")).startswith(b"HTTP/1.1 403 ")
    assert net.dialled == []


async def test_other_hosts_are_visited():
    async with way_out(Net(), forbids=forbids) as egress:
        assert await asks(egress, "GET http://site.test/ HTTP/1.1") == TOLD
