"""The commands as a tree, read from the parser that also prints their help."""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A metavar that is a list of words which may be written: `1|7|30`.
WORDS_LISTED = re.compile(r"[a-z0-9.]+(?:\|[a-z0-9.]+)+")
#: Metavars behind which a file or folder is meant.
PATHS = re.compile(r"\b(?:FILE|DIR)\b")


@dataclass(frozen=True, slots=True)
class Word:
    """An option by its `flags`, or a positional word without any. `takes` is what follows it, ""
    for nothing; `choices` what may be written there."""

    flags: tuple[str, ...]
    takes: str
    help: str
    choices: tuple[str, ...]

    @property
    def is_path(self) -> bool:
        """Whether what follows is a file or a folder."""
        return bool(PATHS.search(self.takes))


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command by its `path` (`engine update`), "" for `chapar` itself."""

    path: str
    help: str
    words: tuple[Word, ...]
    below: tuple["CommandHelp", ...]

    @property
    def name(self) -> str:
        """The last word of the path."""
        return self.path.rpartition(" ")[2]

    def walk(self) -> Iterator["CommandHelp"]:
        """This command and all below it."""
        yield self
        for one in self.below:
            yield from one.walk()


def read(parser: argparse.ArgumentParser, path: str = "", help: str = "") -> CommandHelp:
    """The tree below a parser."""
    words, below = [], list[CommandHelp]()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            said = {one.dest: one.help or "" for one in action._choices_actions}
            for name, one in action.choices.items():
                below.append(read(one, f"{path} {name}".strip(), said.get(name, "")))
        else:
            words.append(word(action))
    return CommandHelp(path, help or parser.description or "", tuple(words), tuple(below))


def word(action: argparse.Action) -> Word:
    """An option or a positional word, from what argparse knows of it."""
    named = action.metavar or action.dest.upper()
    metavar = named if isinstance(named, str) else " ".join(named)
    takes = "" if action.nargs == 0 else metavar
    choices = tuple(map(str, action.choices or ()))
    if not choices and WORDS_LISTED.fullmatch(takes):
        choices = tuple(takes.split("|"))
    return Word(tuple(action.option_strings), takes, action.help or "", choices)
