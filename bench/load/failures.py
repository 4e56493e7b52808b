"""What may end a run that is nobody's mistake in the code, told as one sentence."""

import psutil

from bench.load.remote_people import BadServer
from bench.load.scenario import BadScenario
from daemon.command_error import NotUp
from procs.errors import StoreError
from tests.sandbox.telegram.desk import Refused

#: Nobody signs in, the product ended or does not come up, the disk is full, a port is taken, the
#: database or a server is gone. OSError has TimeoutError and ConnectionError in it.
PLAIN = (
    *(BadScenario, BadServer, NotUp, StoreError, Refused),
    *(OSError, psutil.Error, AssertionError),
)


def sentence(error: BaseException) -> str:
    """What to tell of such an error, or of a group of nothing else; empty for any other, which is
    to be seen with its trace."""
    if isinstance(error, BaseExceptionGroup):
        told = [sentence(one) for one in error.exceptions]
        return "; ".join(dict.fromkeys(told)) if all(told) else ""
    if not isinstance(error, PLAIN):
        return ""
    if isinstance(error, TimeoutError) and not str(error):
        return "the product, or what it runs beside, took longer than it may"
    return str(error) or type(error).__name__
