"""Figures of use and of the server, as text and as pictures, over a day, a week or a month."""

from collections.abc import Callable
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.admin.figures.picture_reply import PictureReply
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.charts import use_charts, use_text
from procs.charts.chart_plan import ChartPlan
from procs.core import clock, disk
from procs.records.admin_role import Role
from procs.store.health import workers
from procs.store.reports import system_report, use_report
from procs.store.reports.use_report import PERIODS, UseReport
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The pages, and what they say and draw.
TEXTS: dict[str, Callable[[UseReport, str, str], LocalText]] = {
    "use": use_text.use,
    "server": use_text.server,
}
CHARTS: dict[str, Callable[[UseReport, str, str], ChartPlan]] = {
    "use": use_charts.use,
    "server": use_charts.server,
}
USUAL = "24h"


class FigurePages:
    """Pages of figures, each with its picture."""

    def __init__(self, table: AdminActions) -> None:
        self.db = table.db
        self.pictures = PictureReply(table)

    def rows(self) -> tuple[AdminAction, ...]:
        """Both pages and the picture, for every admin."""
        return (
            panel_page("use", Role.VIEWER, partial(self.page, "use"), "use"),
            panel_page("server", Role.VIEWER, partial(self.page, "server"), "server"),
            AdminAction("picture", Role.VIEWER, self.picture),
        )

    def page(self, name: str, call: AdminCall) -> MenuPage:
        """The figures of a period as text, with buttons for the other periods and for the
        picture."""
        period = self.period(call)
        text = TEXTS[name](self.report(period), period, call.language)
        if name == "server":
            text = LocalText(f"{text}\n\n{self.present(call)}")
        others = tuple(
            act(
                ("✅ " if one == period else "") + call.say(f"use-button-{one}"),
                f"page-{name}",
                period=one,
            )
            for one in PERIODS
        )
        draw = act(call.say("chart-button"), "picture", page=name, period=period)
        again = act(call.say("use-refresh"), f"page-{name}", period=period)
        return MenuPage(text, (others, (draw, again), (back(call.language),)))

    def present(self, call: AdminCall) -> LocalText:
        """The figures of this moment, which no sum holds."""
        jobs = system_report.counts(self.db)
        return call.say(
            "server-now",
            running=jobs.get("leased", 0),
            queued=jobs.get("queued", 0) + jobs.get("waiting", 0),
            workers=len(workers.present(self.db)),
            free=i18n.size(call.language, disk.free(self.db.run)),
        )

    def picture(self, call: AdminCall) -> AdminReply:
        """The figures of a period as a picture."""
        name, period = str(call.data.get("page")), self.period(call)
        if name not in CHARTS:
            raise EffectRefused(call.say("unknown-button"))
        return self.pictures.reply(
            call, name, lambda: CHARTS[name](self.report(period), period, call.language)
        )

    def period(self, call: AdminCall) -> str:
        """The period that a button or a word behind the command names."""
        named = str(call.data.get("period") or call.words or USUAL)
        return named if named in PERIODS else USUAL

    def report(self, period: str) -> UseReport:
        """The sums of a period, until now."""
        return use_report.read(self.db, PERIODS[period], now=clock.now())
