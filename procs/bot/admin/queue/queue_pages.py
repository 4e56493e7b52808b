"""Pages of the queue: what runs and waits by site and person, and failures in groups."""

from collections import Counter
from collections.abc import Iterable

from procs.bot.admin.admin_call import AdminAction, AdminCall, act, back, panel_page
from procs.bot.admin.admin_words import person
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import State
from procs.store.database import Database
from procs.store.health import failed_attempts
from procs.store.health.failed_attempts import FailureGroup
from procs.store.reports import job_record
from procs.store.reports.job_record import JobRecord
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Jobs that are read, jobs and groups on one page, sites and people that are named.
LOOKED_AT, PAGE_JOBS, NAMED = 500, 6, 5
#: Seconds of the failures that are shown.
LATELY = 7 * 24 * 3600.0
STATE_MARKS = {State.LEASED: "▶️", State.LATER: "🕓", State.HELD: "⏸"}


class QueuePages:
    """Shows what runs, waits and fails."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def rows(self) -> tuple[AdminAction, ...]:
        """Both pages, for every admin."""
        return (
            panel_page("queue", Role.VIEWER, self.queue, "jobs"),
            panel_page("failures", Role.VIEWER, self.failures, "failed"),
        )

    def queue(self, call: AdminCall) -> MenuPage:
        """The queue, running jobs first, with a button for the story of each job."""
        alive = job_record.alive(self.db, most=LOOKED_AT)
        alive = sorted(alive, key=lambda job: (job.state is not State.LEASED, job.at, job.id))
        first = call.number("place")
        shown = alive[first : first + PAGE_JOBS]
        running = sum(job.state is State.LEASED for job in alive)
        text = call.say(
            "admin-queue",
            running=running,
            waiting=len(alive) - running,
            sites=self.counts(call, (job.site or "—" for job in alive)),
            people=self.counts(call, (person(self.db, job.user, call.language) for job in alive)),
            lines=LocalText("\n".join(self.line(call, job) for job in shown) or "—"),
        )
        buttons = tuple(job_button(job.id) for job in shown)
        rows = (buttons[:3], buttons[3:], turns(call, "page-queue", first, len(alive)))
        failures = act(call.say("admin-page-failures"), "page-failures")
        return MenuPage(text, (*filter(None, rows), (failures,), (back(call.language),)))

    def counts(self, call: AdminCall, names: Iterable[str]) -> LocalText:
        """`youtube 12 · vimeo 3`, the most first."""
        most = Counter(names).most_common(NAMED)
        parts = [
            f"{i18n.fit(call.language, name)} {i18n.number(call.language, n)}" for name, n in most
        ]
        return LocalText(" · ".join(parts) or "—")

    def line(self, call: AdminCall, job: JobRecord) -> LocalText:
        """One job of the queue."""
        return call.say(
            "admin-queue-line",
            mark=LocalText(STATE_MARKS.get(job.state, "⏳")),
            job=str(job.id),
            site=job.site or "—",
            person=person(self.db, job.user, call.language),
            state=call.say(f"admin-state-{job.state.name.lower()}"),
        )

    def failures(self, call: AdminCall) -> MenuPage:
        """Each group of equal failures as one line, the latest first, as `chapar errors` shows
        them."""
        found = failed_attempts.groups(self.db, since=clock.now().wall - LATELY)
        first = call.number("place")
        shown = found[first : first + PAGE_JOBS]
        if not shown:
            return MenuPage(
                call.say("admin-failures-none"), ((back(call.language, "page-queue"),),)
            )
        lines = "\n\n".join(group_line(group, call.language) for group in shown)
        text = call.say(
            "admin-failures",
            count=sum(group.count for group in found),
            groups=len(found),
            lines=LocalText(lines),
        )
        buttons = tuple(job_button(group.job) for group in shown)
        rows = (buttons[:3], buttons[3:], turns(call, "page-failures", first, len(found)))
        return MenuPage(text, (*filter(None, rows), (back(call.language, "page-queue"),)))


def group_line(group: FailureGroup, language: str) -> LocalText:
    """One group of failures: how many, of which error and site, the latest with its code."""
    return i18n.say(
        language,
        "admin-failures-line",
        count=group.count,
        error=group.error,
        site=group.site or "—",
        at=i18n.moment(language, group.last_at),
        code=group.code or "—",
        example=group.example,
    )


def job_button(job: int) -> MenuButton:
    """A button that shows the story of a job."""
    return act(f"🔎 {job}", "job-show", job=job)


def turns(call: AdminCall, page: str, first: int, count: int) -> tuple[MenuButton, ...]:
    """Buttons to the page before and the next one."""
    there = (("page-before", first - PAGE_JOBS), ("page-next", first + PAGE_JOBS))
    return tuple(act(call.say(key), page, place=n) for key, n in there if 0 <= n < count)
