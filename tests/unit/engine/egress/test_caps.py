"""What ends a job's connections: too many bytes, too little life, too many of them."""

import asyncio
import socket
from contextlib import suppress

import pytest

from procs import errors
from procs.engine.egress.proxy import MIB, Caps
from procs.engine.egress.tunnel import Tunnel
from tests.sandbox.way_out import Net, asks, way_out


async def test_over_the_cap_of_bytes_everything_breaks():
    net = Net()
    net.answer = net.endless
    async with way_out(net, caps=Caps(bytes=1_000_000)) as egress:
        with pytest.raises(ConnectionResetError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
        await egress.ended.wait()
        with pytest.raises(ConnectionError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert type(egress.judge(errors.NetworkBroken("reset"))) is errors.TooLarge


async def test_a_drip_is_broken_and_counted():
    net = Net()
    net.answer = net.dripping
    async with way_out(net, caps=Caps(idle=0.1, least=10_000)) as egress:
        for _ in range(3):
            with pytest.raises(ConnectionResetError):
                await asks(egress, "GET http://site.test/ HTTP/1.1")
        await egress.ended.wait()
    assert type(egress.over) is errors.TimedOut


async def test_silence_is_broken_but_ends_nothing():
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=Caps(idle=0.1)) as egress:
        for _ in range(4):
            with pytest.raises(ConnectionResetError):
                await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert egress.over is None


async def test_a_life_has_an_end():
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=Caps(life=0.2)) as egress:
        with pytest.raises(ConnectionResetError):
            await asks(egress, "GET http://site.test/ HTTP/1.1")
    assert type(egress.over) is errors.TimedOut


@pytest.mark.parametrize("caps", [Caps(at_once=2), Caps(in_all=2)])
async def test_too_many_connections(caps):
    net = Net()
    net.answer = net.silent
    async with way_out(net, caps=caps) as egress:
        many = [asks(egress, "GET http://site.test/ HTTP/1.1") for _ in range(3)]
        ends = await asyncio.gather(*many, return_exceptions=True)
    assert [isinstance(end, ConnectionError) for end in ends] == [True] * 3
    assert type(egress.over) is errors.Forbidden


async def test_a_cut_rest_is_broken_off_too():
    """The site has ended well, but its last words still wait for a slow reader: to drop them and
    end well would make the body look whole."""
    net = Net()

    async def much(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(16 * MIB))
        writer.close()

    net.answer = much
    async with way_out(net, caps=Caps(idle=0.3, least=10**9)) as egress:
        with socket.create_connection(("127.0.0.1", egress.port)) as link:
            link.sendall(b"GET http://site.test/ HTTP/1.1\r\n\r\n")
            while not egress.tunnels:
                await asyncio.sleep(0.01)
            while egress.tunnels:
                await asyncio.sleep(0.01)
            with pytest.raises(ConnectionResetError):
                sum(len(piece) for piece in iter(lambda: link.recv(65536), b""))


async def test_while_a_job_moves_its_quiet_connections_are_no_drip():
    net = Net()

    async def answer(reader, writer):
        word = await reader.readline()
        while not writer.is_closing():
            writer.write(bytes(100_000 if b"fast" in word else 1))
            await asyncio.sleep(0.02)

    net.serve = answer
    async with way_out(net, caps=Caps(idle=0.1, least=10_000)) as egress:

        async def once(host):
            with suppress(ConnectionError):
                await asks(egress, "CONNECT site.test:443 HTTP/1.1", "", host)

        fast = asyncio.create_task(once("fast"))
        for _ in range(5):
            await once("slow")
        assert egress.over is None
        fast.cancel()
        await asyncio.wait([fast])


async def test_after_the_end_nobody_is_let_in():
    """A connection may have been accepted just before."""
    theirs, ours = socket.socketpair()
    async with way_out(Net()) as egress:
        egress.close()
        late = Tunnel(egress).program
        await asyncio.get_running_loop().connect_accepted_socket(lambda: late, ours)
        with theirs:
            assert theirs.recv(1) == b""
    assert egress.tunnels == set()
