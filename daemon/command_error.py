"""Errors of commands, and their exit codes."""

from procs.errors import ChaparError


class Refusal(ChaparError):
    """The message says why in one sentence, and what to do."""


class RestartUnderWay(Refusal):
    """Another rolling restart, or a move, replaces processes at this moment."""


class NotServing(ChaparError):
    """Everything was started and goes on trying, and something does not serve yet."""


class NotUp(ChaparError):
    """No supervisord answers on this home."""


class NotRunning(ChaparError):
    """A process that should get a signal does not run at this moment."""
