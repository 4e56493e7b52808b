"""The screen of `chapar top`, by Textual: one text that is replaced each second, and keys."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import Static

from daemon.console.output import visible
from daemon.top import top_acts, top_facts, top_text
from daemon.top.top_facts import TopFacts
from procs.config import Settings
from procs.errors import StoreError
from procs.store.database import Database

#: Seconds between two refreshes.
REFRESH = 1.0
YES = "y"
KEYS = (
    "up/down: choose a job   c: cancel it   r: retry the last failure   d: drain, resume   q: quit"
)


class TopScreen(App[None]):
    """An act is asked about first: `y` does it, any other key does not."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { layout: vertical; } #body { height: 1fr; } #foot { height: 1; dock: bottom; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit"),
        Binding("up", "choose(-1)", "job above"),
        Binding("down", "choose(1)", "job below"),
        Binding("c", "cancel", "cancel"),
        Binding("r", "retry", "retry"),
        Binding("d", "drain", "drain"),
        Binding(YES, "confirm", "yes"),
    ]

    def __init__(self, db: Database, settings: Settings) -> None:
        super().__init__()
        self.db = db
        self.settings = settings
        self.seen: TopFacts | None = None
        self.chosen = 0
        #: What `y` does at the moment.
        self.asked: Callable[[], str] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="body", markup=False)
        yield Static(KEYS, id="foot", markup=False)

    def on_mount(self) -> None:
        self.set_interval(REFRESH, self.show)
        self.show()

    def show(self) -> None:
        """Read and draw. What the store cannot do at the moment is said, and tried again."""
        try:
            self.seen = top_facts.read(self.db, self.settings)
        except StoreError as error:
            self.say(str(error))
            return
        jobs = [job.id for job in self.seen.jobs]
        if self.chosen not in jobs:
            self.chosen = jobs[0] if jobs else 0
        shown = map(visible, top_text.lines(self.seen, chosen=self.chosen))
        self.query_one("#body", Static).update("\n".join(shown))

    def say(self, words: str) -> None:
        """Show a line at the foot."""
        self.query_one("#foot", Static).update(words)

    def ask(self, question: str, act: Callable[[], str]) -> None:
        """Ask before an act; the next key decides."""
        self.asked = act
        self.say(f"{question}  y: yes, any other key: no")

    def on_key(self, event: Key) -> None:
        """Comes before what the key does: any but `y` drops what was asked."""
        if event.key != YES:
            self.asked = None
            self.say(KEYS)

    def action_choose(self, step: int) -> None:
        """Choose the job above or below."""
        jobs = [job.id for job in self.seen.jobs] if self.seen else []
        if jobs:
            place = jobs.index(self.chosen) if self.chosen in jobs else 0
            self.chosen = jobs[(place + step) % len(jobs)]
            self.show()

    def action_cancel(self) -> None:
        """Ask whether to cancel the chosen job."""
        job = self.chosen
        if job:
            self.ask(f"cancel job {job}?", lambda: top_acts.cancel(self.db, job))

    def action_retry(self) -> None:
        """Ask whether to retry the latest failure."""
        failed = self.seen.failures[0].job if self.seen and self.seen.failures else 0
        if failed:
            self.ask(f"retry job {failed}?", lambda: top_acts.retry(self.db, failed))

    def action_drain(self) -> None:
        """Ask whether to pause the whole system, or to resume it."""
        verb = (
            "resume" if self.seen and any(s == "all" for s, _, _ in self.seen.pauses) else "pause"
        )
        self.ask(f"{verb} the whole system?", lambda: top_acts.drain(self.db))

    def action_confirm(self) -> None:
        """Do the act that was asked about, and show what came of it."""
        act, self.asked = self.asked, None
        if act is None:
            return
        try:
            self.say(act())
        except StoreError as error:
            self.say(str(error))
        self.show()
