"""A bar below what a long command says, on a terminal alone: which step goes on, and for how long.

How far a step is, nobody knows beforehand, so the bar moves to and fro.
"""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from daemon.console import colours

#: Seconds between two looks of the bar, and its characters.
BAR_TURN, BAR_WIDTH = 0.2, 12
#: Seconds for which no bar is shown: what is over by then needs none.
BEFORE = 0.5
#: Erase the line and go to its beginning (ECMA-48).
CLEAR_LINE = "\r\x1b[2K"


@contextmanager
def shown(say: Callable[[str], None], step: str = "") -> Iterator[Callable[[str], None]]:
    """A `say` that keeps a bar below its lines, while standard error is a terminal. The bar is
    about `step` until the first line."""
    if not sys.stderr.isatty() or colours.is_dumb():
        yield say
        return
    bar = StepBar(say, step)
    bar.thread.start()
    try:
        yield bar.say
    finally:
        bar.end()


class StepBar:
    """A bar that a thread of its own draws on standard error."""

    def __init__(self, say: Callable[[str], None], step: str) -> None:
        self.below = say
        self.step, self.began = step, time.monotonic()
        self.over = threading.Event()
        self.turns = 0
        #: One of the two writes at a time.
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.run, name="step-bar", daemon=True)

    def say(self, line: str) -> None:
        """Print a line above the bar, which is about this step from now on."""
        with self.lock:
            self.write(CLEAR_LINE)
            self.below(line)
            self.step, self.began = line, time.monotonic()

    def run(self) -> None:
        """Draw until the end, as soon as a step lasts."""
        while not self.over.wait(BAR_TURN):
            with self.lock:
                if time.monotonic() - self.began > BEFORE:
                    self.write(CLEAR_LINE + self.drawn())

    def drawn(self) -> str:
        """The bar, the seconds, the step; no longer than the line."""
        self.turns += 1
        place = abs((self.turns + BAR_WIDTH - 1) % (2 * BAR_WIDTH - 2) - (BAR_WIDTH - 1))
        bar = "".join("=" if n == place else " " for n in range(BAR_WIDTH))
        line = f"[{bar}] {time.monotonic() - self.began:3.0f} s  {self.step}"
        return line[: shutil.get_terminal_size().columns - 1]

    def write(self, text: str) -> None:
        """Write to standard error at once."""
        sys.stderr.write(text)
        sys.stderr.flush()

    def end(self) -> None:
        """Remove the bar, and end the thread."""
        self.over.set()
        self.thread.join()
        self.write(CLEAR_LINE)
