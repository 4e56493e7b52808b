"""What a run of words says, as one piece; and a reader that takes tokens one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procs.wishes.grammar.tokenizer import Token

#: Pieces that ask for something we can do; `odd` and `backwards` ask for what we cannot.
WISHES = frozenset({"form", "look", "subs", "inside", "clip", "pick", "anew", "clean", "wordless"})
#: A form that is 720p where no other height is said: people call 1080p so, too.
HD = "hd"
UNMET = frozenset({"odd", "backwards"})
TALK = Token("talk", "", "")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is one of WISHES or UNMET, `asks` (a verb that asks), `fill` (says nothing) or `talk`.
    `strong`: nobody says it in passing. `words` is how it was written."""

    kind: str
    value: Any = ""
    words: str = ""
    strong: bool = False

    @property
    def wishes(self) -> bool:
        """Whether the piece wants something that there is."""
        return self.kind in WISHES

    @property
    def unmet(self) -> bool:
        """Whether the piece wants something that there is not."""
        return self.kind in UNMET


class Reader:
    """Tokens, and how far they were read. Behind the last there is talk."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    @property
    def over(self) -> bool:
        """Whether all tokens were read."""
        return self.place >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token:
        """A token ahead, which stays unread; talk where there is none."""
        there = self.place + ahead
        return self.tokens[there] if 0 <= there < len(self.tokens) else TALK

    def take(self) -> Token:
        """Read one token."""
        token = self.peek()
        self.place += 1
        return token

    def took(self, *kinds: str) -> Token | None:
        """The next token, taken, if it is of these kinds."""
        return self.take() if self.peek().kind in kinds else None

    def skip(self, *kinds: str) -> None:
        """Read on while tokens are of these kinds."""
        while not self.over and self.peek().kind in kinds:
            self.place += 1

    @property
    def follows_verb(self) -> bool:
        """Whether what stands before the last token asks: `send me`, `for us`."""
        before = self.peek(-2)
        verbs = ("give", "get", "make", "let", "download", "please")
        return before.kind in ("asks", "for") or before.word in verbs

    def since(self, place: int) -> str:
        """How the words since a place were written."""
        return " ".join(token.text for token in self.tokens[place : self.place])
