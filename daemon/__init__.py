"""The operator's side of Chapar: starts, watches and explains the processes."""

#: `daemon` is also the import name of an unrelated package on PyPI (python-daemon); this marker
#: tells whose `daemon` was imported.
PROJECT = "chapar-bot"

__version__ = "0.1.0"
