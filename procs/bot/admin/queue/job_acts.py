"""One job as admins see it: its story, and the actions on it."""

from collections.abc import Callable
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back
from procs.bot.admin.admin_words import person
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import State
from procs.records.job_payload import LinkPayload
from procs.store import wake
from procs.store.admins import queue_exceptions
from procs.store.admins.audit_log import AuditChange
from procs.store.health import failed_attempts
from procs.store.reports import job_people, job_record
from procs.store.reports.job_record import BADLY, JobRecord
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Events of a story and people of a job that are shown: the last, and the first.
EVENTS, ASKERS = 12, 5
#: Seconds in which like failures are counted.
ALIKE_SPAN = 24 * 3600.0
#: The actions on a job, each with the states in which it is offered.
CHOICES: tuple[tuple[str, Callable[[State], bool]], ...] = (
    ("job-cancel", lambda state: not state.over),
    ("job-retry", lambda state: state in BADLY),
    ("job-first", lambda state: state in (State.QUEUED, State.WAITING)),
)


class JobActs:
    """Shows one job, and cancels, retries or prefers it."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table
        self.db = table.db

    def rows(self) -> tuple[AdminAction, ...]:
        """The page for every admin, the acts for operators and owners."""
        return (
            AdminAction("job-show", Role.VIEWER, self.show, commands=("e", "why")),
            AdminAction("job-cancel", Role.OPERATOR, self.cancel),
            AdminAction("job-retry", Role.OPERATOR, self.retry, commands=("retry",)),
            AdminAction("job-first", Role.OPERATOR, self.first),
        )

    def show(self, call: AdminCall) -> AdminReply:
        """The page of a job, found by its number or the code that a person was given."""
        return AdminReply(self.page(call, self.job_of(call)))

    def job_of(self, call: AdminCall) -> JobRecord:
        """The job of a button, or of a number or code behind a command. Raises EffectRefused."""
        name = str(call.number("job") or call.words).upper().removeprefix("E-")
        is_job = name.isdecimal() and len(name) <= 18 and not call.words.upper().startswith("E-")
        found = job_record.find(self.db, str(int(name)) if is_job else f"E-{name}")
        if found is None:
            raise EffectRefused(call.say("admin-job-unknown"))
        return found

    def page(self, call: AdminCall, job: JobRecord) -> MenuPage:
        """A job's facts, its story, and who waits for it."""
        language = call.language
        asked = job_people.of_job(self.db, job.id)
        link = job.payload.url if isinstance(job.payload, LinkPayload) else ""
        codes = ", ".join(dict.fromkeys(one.code for one in asked if one.code))
        text = call.say(
            "admin-job",
            job=str(job.id),
            state=call.say(f"admin-state-{job.state.name.lower()}"),
            kind=job.kind,
            link=link or next((one.url for one in asked), "—"),
            site=job.site or "—",
            attempt=job.attempt,
            worker=job.worker or "—",
            code=codes or "—",
            people=LocalText(
                " · ".join(person(self.db, one.user, language) for one in asked[:ASKERS]) or "—"
            ),
            failure=self.failure(call, job),
            story=LocalText("\n".join(i18n.isolated(language, it) for it in self.story(job))),
        )
        buttons = [
            act(call.say(f"admin-{name}"), name, job=job.id)
            for name, fits in CHOICES
            if fits(job.state) and self.table.may(call.person.id, name)
        ]
        who = self.asker(call, asked[0].user) if asked else ()
        rows = (tuple(buttons), who, (back(language, "page-queue"),))
        return MenuPage(text, tuple(filter(None, rows)))

    def asker(self, call: AdminCall, user: int) -> tuple[MenuButton, ...]:
        """The button of the person who asked, for admins who may see them."""
        if not user or not self.table.may(call.person.id, "person-show"):
            return ()
        return (act(call.say("admin-job-person"), "person-show", person=user),)

    def failure(self, call: AdminCall, job: JobRecord) -> LocalText:
        """The class of the last failure, its message without secrets, and how often the same one
        occurred in the last day."""
        if not job.error:
            return LocalText("—")
        since = clock.now().wall - ALIKE_SPAN
        alike = [
            group
            for group in failed_attempts.groups(self.db, since=since)
            if group.error == job.error and group.site in ("", job.site)
        ]
        example = next((one.example for one in alike if one.job == job.id), "")
        said = i18n.isolated(call.language, f"{job.error} {example}".strip())
        count = sum(group.count for group in alike)
        return call.say("admin-job-alike", error=said, count=count)

    def story(self, job: JobRecord) -> list[str]:
        """The last events, each with the seconds since the job was added."""
        if not job.story:
            return []
        began = float(job.story[0].partition(" ")[0])
        told = []
        for line in job.story[-EVENTS:]:
            at, _, rest = line.partition(" ")
            told.append(f"+{float(at) - began:.1f} s {rest}")
        return told

    # --- effects

    def cancel(self, call: AdminCall) -> AdminReply:
        """Cancel the job for all who wait. Raises EffectRefused when it is over."""
        job = self.job_of(call)
        runner = job_record.withdraw(self.db, job.id, now=clock.now())
        if runner is None:
            raise EffectRefused(call.say("admin-job-over"))
        return self.reply_changed(
            call, job, partial(job_record.tell_withdrawn, self.db, job.id, runner)
        )

    def retry(self, call: AdminCall) -> AdminReply:
        """Queue a failed job again. Raises EffectRefused when it cannot be."""
        job = self.job_of(call)
        if not job_record.retry(self.db, job.id, now=clock.now()):
            raise EffectRefused(call.say("admin-job-no-retry"))
        return self.reply_changed(call, job, self.wake)

    def first(self, call: AdminCall) -> AdminReply:
        """Put a job first in its lane. The audit log records this exception from fair turns."""
        job = self.job_of(call)
        if not queue_exceptions.put_first(self.db, job.id, now=clock.now()):
            raise EffectRefused(call.say("admin-job-no-first"))
        return self.reply_changed(call, job, self.wake)

    def wake(self) -> None:
        """After the commit, wake the idle workers."""
        wake.notify_all(self.db.run)

    def reply_changed(
        self, call: AdminCall, job: JobRecord, then: Callable[[], None]
    ) -> AdminReply:
        """The reply to a change of a job; `then` runs after the commit."""
        after = job_record.find(self.db, str(job.id)) or job
        was, became = (one.state.name.lower() for one in (job, after))
        change = AuditChange(f"job:{job.id}", was, became)

        async def show() -> None:
            then()

        page = self.page(call, after)
        return AdminReply(page, call.say("admin-done"), changes=(change,), show=show)
