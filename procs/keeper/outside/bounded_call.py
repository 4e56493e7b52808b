"""Calls of services, none of which holds its caller up for longer than a service may take: a server
that sends a byte now and then, or a resolver that hangs, stays within every timeout of a socket."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from procs.keeper.outside.outside_channels import UNDELIVERED

Answer = TypeVar("Answer")
#: Seconds that a call may take as a whole: a connection, a handshake and an answer.
LONGEST_CALL = 20.0


class BoundedCall(Generic[Answer]):
    """One call after the other, each in a thread of its own. One that is given up ends by itself
    some time; until then no other begins, so that there is one thread at most."""

    def __init__(self, seconds: float = LONGEST_CALL) -> None:
        self.seconds = seconds
        self.thread: threading.Thread | None = None

    def run(self, act: Callable[[], Answer]) -> Answer:
        """What the call returns. Raises what it raises of UNDELIVERED, and TimeoutError."""
        if self.thread is not None and self.thread.is_alive():
            raise TimeoutError("the call before this one still goes on")
        answer: Future[Answer] = Future()
        self.thread = threading.Thread(
            target=carry, args=(act, answer), name="outside-call", daemon=True
        )
        self.thread.start()
        try:
            return answer.result(timeout=self.seconds)
        except TimeoutError:
            if answer.done():
                raise
            raise TimeoutError(f"no end within {self.seconds:g} s") from None


def carry(act: Callable[[], Answer], answer: "Future[Answer]") -> None:
    """Do it in this thread, and hand over what became of it."""
    try:
        answer.set_result(act())
    except UNDELIVERED as error:
        answer.set_exception(error)
