"""Resolves a host by the system, in a thread of its own, so that a slow name delays no other.

The system's call blocks, for half a minute if it has to, and a loop's own threads are few (uvloop
has four, for all jobs). A hostile page with a few such names would stop every download of a worker.
So each question has a thread of its own, and a job only so many questions at once.
"""

import asyncio
import socket
from contextlib import suppress
from threading import Thread

#: Questions of one job at once.
QUESTIONS_AT_ONCE = 4


async def system(host: str) -> list[str]:
    """The addresses that the system's resolver returns; all forms of numbers that it takes for
    addresses too. Raises OSError, UnicodeError."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | Exception) -> None:
        if answer.done():  # nobody waits any more
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found = addresses(host)
        with suppress(RuntimeError):  # the loop may have ended meanwhile
            loop.call_soon_threadsafe(settle, found)

    try:
        Thread(target=ask, name="lookup", daemon=True).start()
    except RuntimeError as error:
        raise OSError(f"no thread for a look-up: {error}") from None
    return await answer


def addresses(host: str) -> list[str] | Exception:
    """The addresses, or why there are none."""
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return error
    return list(dict.fromkeys(str(row[4][0]) for row in rows))
