"""Around the processes: start, watch, explain. The sysadmin's side of Chapar."""

#: `daemon` is also the import name of an unrelated package on PyPI (python-daemon); this marker
#: tells whose `daemon` was imported.
PROJECT = "chapar-bot"

__version__ = "0.1.0"
