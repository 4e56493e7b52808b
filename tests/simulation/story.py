"""Tells a run as a story: who does what, and which statements of whom come between."""

import re
from typing import Any

from tests.simulation.scheduler import IDLE, Turns

READS = re.compile(r"\bFROM\s+(\w+)")


class Story:
    """Collects lines; the points of one actor in a row are one line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.who = ""
        self.said: list[str] = []
        self.actors: set[str] = set()
        self.points = 0

    def point(self, actor: Turns, what: str, facts: Any) -> None:
        if what == IDLE:
            return
        if actor.name != self.who:
            self.flush()
        self.who = actor.name
        self.said.append(short(what))
        self.actors.add(actor.name)
        self.points += 1

    def event(self, what: str) -> None:
        self.flush()
        self.lines.append(f"* {what}")

    def flush(self) -> None:
        if self.said:
            self.lines.append(f"    {self.who}: {', '.join(self.said)}")
        self.said = []

    def end(self, outcome: Any) -> None:
        self.flush()
        self.lines.append(f"! {outcome.violation}")

    def __str__(self) -> str:
        return "\n".join(self.lines)


def short(sql: str) -> str:
    """A statement by its verb and its table."""
    words = sql.split()
    verb = words[0]
    if verb == "UPDATE":
        return f"UPDATE {words[1]}"
    if verb in ("INSERT", "DELETE"):
        return f"{verb} {words[2]}"
    if verb in ("SELECT", "WITH"):
        found = READS.search(sql)
        return f"SELECT {found[1] if found else ''}".strip()
    return sql
