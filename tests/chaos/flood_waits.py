"""Flood waits that the loopback Telegram gave: each has a cause, or is the bot's fault.

Telegram counts what arrives (core.telegram.org/api/errors, 420). What a bad way, or a machine on
which a process got no turn, brings at once is refused though it was written far enough apart: then
the wait is to be obeyed, and is no fault. One that was refused where more were written in a stretch
than a rate allows has no such cause, and what filled the stretch is told. No ordered flood excuses
it either: that is another wait than a rate's.

Edits are apart: Telegram publishes no number for them, and the storm's own (`storm_limits`) is met
by last words and answers to presses, which somebody waits for and nothing paces. Those that only
move a number are judged by the strict Telegram itself (`manners`), whatever else is edited.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.spans import Spans, within
from tests.sandbox.telegram.desk import Desk

#: Seconds by which a call of an ordered flood may be answered after its end.
LATE = 1.0
#: What bunches calls, and seconds for which that is felt after its end: a dead connection is buried
#: late, and what was lost is sent again.
BUNCHES = ("telegram", "stop ", "kill ", "clock ")
FELT = 15.0
ORDERED, BUSY = "an ordered flood", "a busy machine"
EDIT, ENDS = "messages.editMessage", "more edits at once than the storm lets pass"


@dataclass
class FloodWaits:
    """`by_cause` counts those with one, `unexplained` tells the others."""

    by_cause: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def judge(
        self, refused: Iterable[Mapping[str, Any]], floods: Spans, spans: Mapping[str, Spans]
    ) -> None:
        """Find the cause of each."""
        for call in refused:
            if not call["beside"] and within(call["at"], floods, LATE):
                self.by_cause[ORDERED] += 1
            elif call["bunched"]:
                self.by_cause[f"{call['method']} bunched by {trouble(call['at'], spans)}"] += 1
            elif call["method"] == EDIT:
                self.by_cause[ENDS] += 1
            else:
                said = f"{call['method']} {call['result']} in {call['peer']} at {call['at']:.3f}"
                way = f"{call['age']:.3f} s under way"
                self.unexplained.append(f"{said}, {way}, beside {call['beside'] or 'nothing'}")

    def lines(self) -> list[str]:
        """What the verdict says of them."""
        causes = [f"  {count} {cause}" for cause, count in self.by_cause.most_common()]
        return ["flood waits, by their cause:", *causes]


def trouble(at: float, spans: Mapping[str, Spans]) -> str:
    """The trouble that bunched what arrived at this instant: of several the one that began last."""
    near = [
        (began, kind)
        for kind, found in spans.items()
        if kind.startswith(BUNCHES)
        for began, end in found
        if began <= at <= end + FELT
    ]
    return max(near)[1] if near else BUSY


async def refused(telegram: Desk) -> list[dict[str, Any]]:
    """The calls that Telegram refused for their rate since it was started."""
    return await telegram.refusals()
