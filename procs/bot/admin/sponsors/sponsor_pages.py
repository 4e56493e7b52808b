"""The pages of sponsors: all of them with their figures, one of them, and the rules for all."""

import csv
from functools import partial
from io import StringIO

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.admin.figures.picture_reply import PictureReply
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.reply_sender import once
from procs.charts import sponsor_charts
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.sponsor_records import Sponsor, SponsorTotals
from procs.store.sponsors import sponsor_rows, sponsor_rules, sponsor_visits
from procs.telegram.chat.file_sender import OutgoingFile
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText

#: Letters of a chat's name; sponsors with a button each.
SPONSOR_TITLE, BUTTONS_SHOWN = 60, 30
#: What the buttons of the rules set.
MOST, CAMPAIGN_DAYS = (0, 1, 2, 3, 4, 5), (0, 7, 30, 90)
ROLES = (Role.EVERYONE, Role.VIEWER, Role.OPERATOR)
SPONSOR_LANGUAGES = ("", "fa", "en")
CSV_HEAD = (
    *("title", "chat", "state", "language", "weight", "goal", "shown", "pressed", "joined"),
    *("there_after_24h", "joined_by_goal_count"),
)


class SponsorPages:
    """Shows sponsors with their figures."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table
        self.db = table.db
        self.pictures = PictureReply(table)

    def rows(self) -> tuple[AdminAction, ...]:
        """The pages and files, for those who may manage sponsors."""
        return (
            panel_page("sponsors", Role.SPONSORS, self.page, "sponsor", "sponsors"),
            panel_page("sponsor-rules", Role.SPONSORS, self.rules),
            AdminAction("sponsor-show", Role.SPONSORS, self.show),
            AdminAction("sponsor-csv", Role.SPONSORS, self.table_file),
            AdminAction("sponsor-picture", Role.SPONSORS, self.picture),
        )

    # --- all of them

    def page(self, call: AdminCall) -> MenuPage:
        """All sponsors in the order in which people are shown them."""
        sponsors = sponsor_rows.listed(self.db)
        lines = [self.line(call, one, at + 1) for at, one in enumerate(sponsors)]
        text = call.say(
            "admin-sponsors",
            lines=LocalText("\n".join(lines)) if lines else call.say("admin-sponsors-none"),
        )
        each = [(act(f"📢 {name(one)}", "sponsor-show", sponsor=one.id),) for one in sponsors]
        add = act(call.say("admin-sponsor-add"), "sponsor-add")
        rules = act(call.say("admin-page-sponsor-rules"), "page-sponsor-rules")
        numbers = act(call.say("admin-sponsor-csv"), "sponsor-csv")
        notes = act(call.say("admin-page-sponsor-notes"), "page-sponsor-notes")
        picture = act(call.say("chart-button"), "sponsor-picture")
        last = ((picture, numbers), (rules, notes), (back(call.language),))
        return MenuPage(text, (*each[:BUTTONS_SHOWN], (add,), *last))

    def line(self, call: AdminCall, sponsor: Sponsor, place: int) -> LocalText:
        """One sponsor: its state, and how many were shown it, pressed, joined, stayed."""
        totals = sponsor_visits.totals(self.db, sponsor.id, now=clock.now())
        return call.say(
            "admin-sponsors-line",
            place=place,
            name=name(sponsor),
            state=call.say(f"admin-sponsor-{state(sponsor)}"),
            shown=totals.shown,
            pressed=totals.pressed,
            joined=totals.joined,
            stayed=totals.stayed,
        )

    # --- one of them

    def show(self, call: AdminCall) -> AdminReply:
        """The page of the sponsor of a button. Raises EffectRefused when it is gone."""
        return AdminReply(self.one(call, self.sponsor_of(call)))

    def sponsor_of(self, call: AdminCall) -> Sponsor:
        """The sponsor of a button. Raises EffectRefused."""
        number = call.number("sponsor") or int(call.keep.get("sponsor", 0))
        sponsor = sponsor_rows.find(self.db, number)
        if sponsor is None:
            raise EffectRefused(call.say("admin-sponsor-gone"))
        return sponsor

    def one(self, call: AdminCall, sponsor: Sponsor) -> MenuPage:
        """The page of one sponsor: all that is set, its figures, its buttons."""
        totals = sponsor_visits.totals(self.db, sponsor.id, now=clock.now())
        text = call.say(
            "admin-sponsor",
            name=name(sponsor),
            link=sponsor.link,
            own=call.say("admin-sponsor-own" if sponsor.own else "admin-sponsor-theirs"),
            state=call.say(f"admin-sponsor-{state(sponsor)}"),
            when=span(call, sponsor),
            goal=sponsor.goal or call.say("admin-sponsor-no-goal"),
            counted=sponsor.joined,
            speaks=call.say(f"admin-sponsor-speaks-{sponsor.language or 'all'}"),
            weight=sponsor.weight,
            shown=totals.shown,
            pressed=totals.pressed,
            joined=totals.joined,
            stayed=totals.stayed,
        )
        return MenuPage(text, self.choices(call, sponsor))

    def choices(self, call: AdminCall, sponsor: Sponsor) -> tuple[tuple[MenuButton, ...], ...]:
        """The buttons that change one sponsor."""

        def button(key: str, action: str, **data: object) -> MenuButton:
            return act(call.say(key), action, sponsor=sponsor.id, **data)

        fields = [
            button(f"admin-sponsor-set-{it}", "sponsor-edit", field=it)
            for it in ("starts", "ends", "goal", "weight")
        ]
        speaks = tuple(
            act(
                mark(sponsor.language == it) + call.say(f"admin-sponsor-speaks-{it or 'all'}"),
                "sponsor-set",
                sponsor=sponsor.id,
                language=it,
            )
            for it in SPONSOR_LANGUAGES
        )
        asks = act(
            mark(sponsor.asks) + call.say("admin-sponsor-asks"),
            "sponsor-set",
            sponsor=sponsor.id,
            asks=not sponsor.asks,
        )
        counts = act(
            mark(sponsor.by_request) + call.say("admin-sponsor-by-request"),
            "sponsor-set",
            sponsor=sponsor.id,
            by_request=not sponsor.by_request,
        )
        order = (
            button("admin-sponsor-up", "sponsor-move", by=-1),
            button("admin-sponsor-down", "sponsor-move", by=1),
        )
        remove = (button("admin-sponsor-remove", "sponsor-remove"),)
        rows = (tuple(fields[:2]), tuple(fields[2:]), speaks, (asks,), (counts,), order, remove)
        return (*rows, (back(call.language, "page-sponsors"),))

    # --- the rules for all

    def rules(self, call: AdminCall) -> MenuPage:
        """The rules: how many sponsors are shown, who is exempt, and what applies while Telegram
        does not answer."""
        rules = sponsor_rules.read(self.db)

        def button(field: str, value: int, label: str) -> MenuButton:
            chosen = mark(getattr(rules, field) == value)
            return act(chosen + label, "sponsor-rule", field=field, value=value)

        most = [
            button("most", it, call.say("admin-sponsor-most", count=it) if it else every(call))
            for it in MOST
        ]
        days = [
            button(
                "exempt_days",
                it,
                call.say("admin-sponsor-days" if it else "admin-sponsor-days-none", days=it),
            )
            for it in CAMPAIGN_DAYS
        ]
        roles = [
            button("exempt_role", int(it), call.say(f"admin-sponsor-role-{it.word}"))
            for it in ROLES
        ]
        closed = [
            button("fails_closed", int(it), call.say(f"admin-sponsor-fails-{word}"))
            for it, word in ((False, "open"), (True, "closed"))
        ]
        rows = (most[:3], most[3:], days[:2], days[2:], roles, closed)
        leave = (back(call.language, "page-sponsors"),)
        return MenuPage(call.say("admin-sponsor-rules"), (*map(tuple, rows), leave))

    # --- the numbers as a picture and as a file

    def picture(self, call: AdminCall) -> AdminReply:
        """The numbers of all, as bars."""
        return self.pictures.reply(
            call, "sponsors", lambda: sponsor_charts.sponsors(self.numbers(), call.language)
        )

    def numbers(self) -> list[tuple[str, SponsorTotals]]:
        """The figures of all sponsors, by title."""
        now = clock.now()
        listed = sponsor_rows.listed(self.db)
        return [(one.title, sponsor_visits.totals(self.db, one.id, now=now)) for one in listed]

    def table_file(self, call: AdminCall) -> AdminReply:
        """The figures of all sponsors, as CSV."""
        text = StringIO()
        written = csv.writer(text)
        written.writerow(CSV_HEAD)
        for one in sponsor_rows.listed(self.db):
            it = sponsor_visits.totals(self.db, one.id, now=clock.now())
            facts = one.language, one.weight, one.goal, it.shown, it.pressed, it.joined, it.stayed
            written.writerow((safe(one.title), one.chat, state(one), *facts, one.joined))
        return AdminReply(
            toast=call.say("admin-done"), show=partial(self.send, call, text.getvalue())
        )

    async def send(self, call: AdminCall, text: str) -> None:
        """Send the table of figures as a file. Raises as ReplySender.send_file."""
        content = text.encode("utf-8-sig")  # spreadsheets read a file without this mark as Latin-1
        file = OutgoingFile(
            call.chat,
            call.access,
            "sponsors.csv",
            content,
            call.say("admin-page-sponsors"),
            once("sponsors-csv", call.mark),
            "text/csv",
        )
        await self.table.menus.replies.send_file(file)


def name(sponsor: Sponsor) -> str:
    """A sponsor's title, shortened and without what could pass for our own text."""
    return untrusted_text.text(sponsor.title, SPONSOR_TITLE)


def state(sponsor: Sponsor) -> str:
    """The state of a campaign, in a word."""
    wall = clock.now().wall
    if sponsor.fault:
        return "lost"
    if sponsor.is_full:
        return "full"
    if sponsor.starts is not None and wall < sponsor.starts:
        return "early"
    return "active" if sponsor.is_active(wall) else "over"


def span(call: AdminCall, sponsor: Sponsor) -> LocalText:
    """From when to when it is shown."""
    ends = {"starts": sponsor.starts, "ends": sponsor.ends}
    there = {name: i18n.moment(call.language, at) for name, at in ends.items() if at is not None}
    which = "both" if len(there) == len(ends) else next(iter(there), "always")
    return call.say(f"admin-sponsor-when-{which}", **there)


def mark(chosen: bool) -> str:
    """The tick of a chosen button."""
    return "✅ " if chosen else ""


def every(call: AdminCall) -> LocalText:
    """The words for a limit that is off: all sponsors have to be joined."""
    return call.say("admin-sponsor-most-all")


def safe(title: str) -> str:
    """A name as text that no spreadsheet evaluates as a formula."""
    shown = untrusted_text.text(title, SPONSOR_TITLE)
    return f"'{shown}" if shown[:1] in "=+-@" else shown
