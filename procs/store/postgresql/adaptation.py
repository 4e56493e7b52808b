"""Python's values as PostgreSQL's, and back: the same that the other database takes and gives.

A number goes as the widest of its kind, so that a statement is prepared once whatever the number; a
truth is a number, here as there. A sum of numbers comes back as PostgreSQL's `numeric`.
"""

from typing import Any

from psycopg import Connection as Session
from psycopg.adapt import Buffer, Loader
from psycopg.types.numeric import FloatBinaryDumper, Int8BinaryDumper
from psycopg.types.string import StrDumperUnknown


class TextDumper(StrDumperUnknown):
    """Text of no declared type, so that the server settles it by the place where it stands."""

    def dump(self, obj: str) -> Buffer | None:
        """PostgreSQL's text has no NUL character, which a title from a site may have."""
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class NumericLoader(Loader):
    """A sum of integers is an integer; an average is none."""

    def load(self, data: Buffer) -> Any:
        text = bytes(data).decode("ascii")
        return float(text) if "." in text else int(text)


class TruthLoader(Loader):
    """A condition in a list of columns is 0 or 1."""

    def load(self, data: Buffer) -> Any:
        return int(bytes(data) == b"t")


def adapt(session: Session[Any]) -> None:
    """Have this session take and give values so."""
    known = session.adapters
    known.register_dumper(int, Int8BinaryDumper)
    known.register_dumper(bool, Int8BinaryDumper)
    known.register_dumper(float, FloatBinaryDumper)
    known.register_dumper(str, TextDumper)
    known.register_loader("numeric", NumericLoader)
    known.register_loader("bool", TruthLoader)
