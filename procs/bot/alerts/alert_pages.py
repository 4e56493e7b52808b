"""The pages and buttons of alerts: what goes on, what each admin wants to be told of, and what one
press can mend."""

from collections.abc import Sequence

from procs import errors
from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.alerts import alert_audience, alert_text
from procs.bot.alerts.alert_text import Fact
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.core import clock
from procs.errors import alert_kinds
from procs.records.admin_role import Role
from procs.store import wake
from procs.store.admins.audit_log import AuditChange
from procs.store.health import alert_choices, alerts, notifications
from procs.store.reports import job_record
from procs.store.sites import breakers, cookies
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Seconds for which a kind is quiet after a press.
QUIET = 4 * 3600.0
#: The hours that a button offers, as minutes of the day.
HOURS: dict[str, tuple[int, int] | None] = {
    "none": None,
    "23-8": (23 * 60, 8 * 60),
    "21-9": (21 * 60, 9 * 60),
}
CHOSEN = "✅ "
#: Kinds against which a site is visited again, or the job done once more, by one press.
SITE_KINDS = frozenset(
    kind().name
    for kind in (
        *(errors.BotCheck, errors.SiteFiltered, errors.ProxyBroken),
        errors.ExtractorBroken,
        errors.TokenMissing,
    )
)
JOB_KINDS = frozenset(
    kind().name
    for kind in (
        *(errors.DiskFull, errors.EngineDied, errors.Quarantined, errors.Unknown),
        errors.UploadRefused,
    )
)

#: The page on which other kinds are mended.
MEND_PAGES = {
    alert_kinds.ENDING: "cookies",
    alert_kinds.REFUSED: "cookies",
    alert_kinds.SPONSOR_LOST: "sponsors",
    alert_kinds.SPONSOR_UNSURE: "sponsors",
    alert_kinds.LOW: "queue",
    alert_kinds.MODE: "mode",
}


def under(body: Sequence[Fact], language: str) -> MenuPage:
    """The buttons under a notification; its text is written elsewhere."""
    rows = [
        (
            act(i18n.say(language, "alert-show"), "page-alerts"),
            *_quiet(body, language),
        )
    ]
    if mend := _mend(body, language):
        rows.append((mend,))
    return MenuPage(LocalText(""), tuple(rows))


def _quiet(body: Sequence[Fact], language: str) -> list[MenuButton]:
    kinds = sorted({one["kind"] for one in body} - alert_kinds.CRITICAL_ALERTS)
    label = i18n.say(language, "alert-quiet")
    return [act(label, "alert-quiet", kinds=kinds)] if kinds else []


def _mend(body: Sequence[Fact], language: str) -> MenuButton | None:
    """What the remedy of the first alert does where one press can: a site is visited again, a job
    is done once more; else the page where it is mended."""
    for one in body:
        if one["word"] == "over":
            continue
        if one["kind"] in SITE_KINDS and one["subject"]:
            label = i18n.say(language, "alert-site", site=one["subject"])
            return act(label, "alert-site", site=one["subject"])
        if one["kind"] in JOB_KINDS and one["job"]:
            label = i18n.say(language, "alert-job", job=str(one["job"]))
            return act(label, "alert-job", job=one["job"])
        if page := MEND_PAGES.get(one["kind"]):
            return act(i18n.say(language, f"admin-page-{page}"), f"page-{page}")
    return None


class AlertPages:
    """Shows alerts and keeps what each admin wants to be told."""

    def __init__(self, table: AdminActions) -> None:
        self.db = table.db

    def rows(self) -> tuple[AdminAction, ...]:
        """The pages and buttons, for those who are sent alerts; what acts on sites and jobs is for
        operators and owners."""
        return (
            panel_page("alerts", Role.VIEWER, self.page, "alerts"),
            panel_page("alert-kinds", alert_audience.LOWEST, self.kinds),
            AdminAction("alert-quiet", alert_audience.LOWEST, self.quiet),
            AdminAction("alert-kind", alert_audience.LOWEST, self.toggle),
            AdminAction("alert-hours", alert_audience.LOWEST, self.set_hours),
            AdminAction("alert-site", Role.OPERATOR, self.visit),
            AdminAction("alert-job", Role.OPERATOR, self.retry),
        )

    # --- pages

    def page(self, call: AdminCall) -> MenuPage:
        """What goes on now, each with its remedy."""
        now = clock.now()
        facts = [notifications.alert_facts(one, now) for one in alerts.standing(self.db)]
        text = alert_text.render(call.language, facts) if facts else call.say("alerts-none")
        choose = (act(call.say("alert-choose"), "page-alert-kinds"),)
        told = (choose,) if call.role >= alert_audience.LOWEST else ()
        return MenuPage(LocalText(text), (*told, (back(call.language),)))

    def kinds(self, call: AdminCall) -> MenuPage:
        """A button for each kind that this admin is told of and may switch off, and one for each
        choice of quiet hours."""
        off = alert_choices.muted(self.db, call.person.id, now=clock.now())
        chosen = alert_choices.hours(self.db, call.person.id)
        kinds = [
            act(("🔕 " if kind in off else CHOSEN) + self.name(call, kind), "alert-kind", kind=kind)
            for kind in alert_audience.chosen_by(call.role)
        ]
        hours = tuple(
            act(
                (CHOSEN if value == chosen else "") + call.say(f"alert-hours-{name}"),
                "alert-hours",
                hours=name,
            )
            for name, value in HOURS.items()
        )
        rows = tuple(tuple(kinds[at : at + 2]) for at in range(0, len(kinds), 2))
        return MenuPage(
            call.say("alert-kinds"), (*rows, hours, (back(call.language, "page-alerts"),))
        )

    def name(self, call: AdminCall, kind: str) -> LocalText:
        """A kind of alert in the admin's language."""
        return call.say(f"alert-kind-{kind}")

    # --- effects

    def quiet(self, call: AdminCall) -> AdminReply:
        """The kinds of a notification are quiet for this admin for some hours."""
        named = call.data.get("kinds")
        kinds = set(named) if isinstance(named, list) else set()
        now = clock.now()
        off = alert_choices.muted(self.db, call.person.id, now=now)
        for kind in kinds & alert_kinds.ALL_ALERTS - alert_kinds.CRITICAL_ALERTS:
            if off.get(kind, 0.0) is not None:  # what is off for ever stays so
                alert_choices.mute(self.db, call.person.id, kind, until=now.wall + QUIET)
        return AdminReply(toast=call.say("alert-is-quiet"))

    def toggle(self, call: AdminCall) -> AdminReply:
        """A kind is told of or not. Raises EffectRefused for one that everybody is told of."""
        kind, admin = str(call.data.get("kind")), call.person.id
        if kind not in alert_kinds.ALL_ALERTS - alert_kinds.CRITICAL_ALERTS:
            raise EffectRefused(call.say("alert-critical"))
        if kind in alert_choices.muted(self.db, admin, now=clock.now()):
            alert_choices.unmute(self.db, admin, kind)
        else:
            alert_choices.mute(self.db, admin, kind)
        return AdminReply(self.kinds(call))

    def set_hours(self, call: AdminCall) -> AdminReply:
        """Set the admin's quiet hours to those of the button."""
        name = str(call.data.get("hours"))
        if name in HOURS:
            alert_choices.set_hours(self.db, call.person.id, HOURS[name])
        return AdminReply(self.kinds(call))

    def visit(self, call: AdminCall) -> AdminReply:
        """A site is visited again at once, with all its cookies."""
        site = str(call.data.get("site"))
        closed = breakers.close(self.db, site, now=clock.now()) + cookies.release(self.db, site)
        if not closed:
            raise EffectRefused(call.say("alert-site-open", site=site))
        change = AuditChange(f"site:{site}", "resting", "visited")
        return AdminReply(toast=call.say("alert-site-done"), changes=(change,), show=self.wake_idle)

    async def wake_idle(self) -> None:
        """Let idle workers take what was retried, and the bot show it."""
        wake.notify_all(self.db.run)

    def retry(self, call: AdminCall) -> AdminReply:
        """A job that ended badly is done once more. Raises EffectRefused where there is none."""
        job = call.number("job")
        if not job_record.retry(self.db, job, now=clock.now()):
            raise EffectRefused(call.say("alert-job-not"))
        change = AuditChange(f"job:{job}", "failed", "retried")
        return AdminReply(toast=call.say("alert-job-done"), changes=(change,), show=self.wake_idle)
