"""Which commands have `--json`: every one that is not listed here, so that a new command answers
programs too, or says here that it need not."""

import argparse
from collections.abc import Iterator

#: Commands that change something, and tell people how far they are.
ACTING = frozenset(
    (
        *("up", "stop", "retry", "cancel", "forget", "pause", "resume", "drain"),
        *("engine update", "engine use", "engine rollback"),
        *("backup", "backup now", "backup prune"),
        *("init", "reload", "upgrade", "rolling-restart", "load"),
    )
)
#: Commands that print what another program reads in a form of its own.
DOCUMENTS = frozenset(("completion", "man"))
#: Where the answer is more than one object, or stands for a screen.
MEANINGS = {"logs": "a JSON object for each line, for programs", "top": "once, for programs"}


def offer(top: argparse.ArgumentParser) -> None:
    """Give every command that reads its `--json`."""
    for path, one in commands(top):
        if path not in ACTING | DOCUMENTS:
            one.add_argument("--json", action="store_true", help=MEANINGS.get(path, "for programs"))


def commands(
    top: argparse.ArgumentParser, path: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each command that can be run, by its words: `status`, `backup verify`."""
    below = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
    if path and not any(one.required for one in below):
        yield path, top
    for one in below:
        for name, parser in one.choices.items():
            yield from commands(parser, f"{path} {name}".strip())
