"""A worker's connection to a nursery that was killed, on either loop."""

import asyncio
import os
import socket

import pytest
import uvloop

from procs.engine.nursery_connection import NurseryConnection


async def outlived():
    """A connection whose nursery has ended after the child's first word."""
    ours, theirs = socket.socketpair()
    theirs.send(b'{"began":%d}\n' % os.getpid())
    for end in (ours, theirs):
        end.setblocking(False)
    line = NurseryConnection(ours)
    assert await line.begin({"do": "fetch"})
    line.pid = 0  # nobody is to be killed for it
    theirs.close()
    assert await line.word() is None
    while not line.writer.is_closing():
        await asyncio.sleep(0)
    return line


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_what_is_said_to_a_dead_nursery_raises_nothing(run):
    async def say():
        line = await outlived()
        line.say("go")
        line.hang_up()
        await line.end()
        assert line.over

    run(say())
