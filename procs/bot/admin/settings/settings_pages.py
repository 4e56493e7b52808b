"""The pages of settings: what each is and where that comes from; and the conversation that changes
one."""

from collections.abc import Awaitable, Callable

from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    panel_page,
    prompt,
)
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.config import LIVE, LIVE_PAGES, Settings, live_settings
from procs.config.live_settings import ADMIN
from procs.config.setting_table import CHAT_TEXTS, Setting
from procs.config.values import BadSettingText
from procs.core import clock
from procs.records.admin_role import Role
from procs.store import wake
from procs.store.admins.audit_log import AuditChange
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.store.jobs import seats
from procs.telegram.chat.inbound import Incoming
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: The conversation that asks for a value, and its step.
SETTING, VALUE = "setting", "value"
#: Characters of a value in a list, and in the audit log.
LISTED, NOTED = 40, 200
NOTHING = "—"


class SettingsPages:
    """`settings` are the live ones."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def rows(self) -> tuple[AdminAction, ...]:
        """The pages for operators and owners, the changes for owners."""
        return (
            panel_page("settings", Role.OPERATOR, self.page, "config"),
            AdminAction("setting-show", Role.OPERATOR, self.show),
            AdminAction("setting-change", Role.OWNER, self.ask, begins=SETTING),
            AdminAction("setting-none", Role.OWNER, self.none),
            AdminAction("setting-reset", Role.OWNER, self.reset),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for a value."""
        return (AdminConversation(SETTING, Role.OWNER, {VALUE: self.value}),)

    # --- pages

    def page(self, call: AdminCall) -> MenuPage:
        """The kinds of settings; or those of one kind, a button each."""
        kind = call.data.get("kind")
        if kind not in LIVE_PAGES:
            kinds = tuple(
                (act(call.say(f"admin-settings-{one}"), "page-settings", kind=one),)
                for one in LIVE_PAGES
            )
            return MenuPage(call.say("admin-settings"), (*kinds, (back(call.language),)))
        there = [setting for setting in LIVE.values() if setting.live == kind]
        text = call.say(
            "admin-settings-list",
            kind=call.say(f"admin-settings-{kind}"),
            lines=LocalText("\n".join(self.line(call, one) for one in there)),
            about=call.say(f"admin-settings-about-{kind}", field="{name}", example="500MiB"),
        )
        buttons = [
            act(call.say(f"setting-{one.field}"), "setting-show", setting=one.field)
            for one in there
        ]
        rows = tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))
        return MenuPage(text, (*rows, (back(call.language, "page-settings"),)))

    def line(self, call: AdminCall, setting: Setting) -> LocalText:
        """One setting with its value and where that comes from."""
        text, source = live_settings.shown(self.settings, setting.field)
        short = text.replace("\n", " ")
        short = short if len(short) <= LISTED else short[:LISTED] + "…"
        return call.say(
            "admin-settings-line",
            name=call.say(f"setting-{setting.field}"),
            value=self.written(call, short),
            source=call.say(f"admin-source-{source}"),
        )

    def written(self, call: AdminCall, text: str) -> LocalText:
        """A value as the admin reads it; a dash for none."""
        shown = i18n.digits(call.language, text) if text.isdigit() else text
        return i18n.isolated(call.language, shown or NOTHING)

    def one(self, call: AdminCall, setting: Setting) -> MenuPage:
        """One setting, with what can be done with it."""
        text, source = live_settings.shown(self.settings, setting.field)
        said = call.say(
            "admin-setting",
            name=call.say(f"setting-{setting.field}"),
            variable=setting.name,
            value=self.written(call, text),
            source=call.say(f"admin-source-{source}"),
        )
        facts = {"setting": setting.field}
        change = act(call.say("admin-setting-change"), "setting-change", **facts)
        none = act(call.say("admin-setting-none"), "setting-none", **facts)
        reset = act(call.say("admin-setting-reset"), "setting-reset", **facts)
        rows = [(change,)]
        rows += [(none,)] if may_be_none(setting) and text else []
        rows += [(reset,)] if source == ADMIN else []
        rows += [(back(call.language, "page-settings", kind=setting.live),)]
        return MenuPage(said, tuple(rows))

    # --- effects

    def named(self, call: AdminCall, name: object) -> Setting:
        """Raises EffectRefused for a setting of another version."""
        setting = LIVE.get(str(name))
        if setting is None:
            raise EffectRefused(call.say("unknown-button"))
        return setting

    def show(self, call: AdminCall) -> AdminReply:
        """The page of one setting."""
        return AdminReply(self.one(call, self.named(call, call.data.get("setting"))))

    def ask(self, call: AdminCall) -> AdminReply:
        """Ask for a setting's value."""
        setting = self.named(call, call.data.get("setting"))
        text, _ = live_settings.shown(self.settings, setting.field)
        asked = call.say(
            "admin-setting-value",
            name=call.say(f"setting-{setting.field}"),
            value=self.written(call, text),
        )
        page = prompt(call, asked, "setting-show", setting=setting.field)
        return AdminReply(page, place=ConversationPlace(SETTING, VALUE, {"setting": setting.field}))

    def value(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the value, judged as it is in `.env`."""
        setting = self.named(call, call.keep.get("setting"))
        text = incoming.text.strip()
        if setting not in CHAT_TEXTS:
            text = text.translate(i18n.LATIN)
        if not text:
            raise EffectRefused(call.say("admin-words-wanted"))
        try:
            setting.value(text)
        except ValueError as error:
            why = reason(call.language, error)
            raise EffectRefused(call.say("admin-setting-wrong", why=why)) from None
        return self.changed(call, setting, text)

    def none(self, call: AdminCall) -> AdminReply:
        """From now on there is none of it, whatever the environment says."""
        setting = self.named(call, call.data.get("setting"))
        if not may_be_none(setting):
            raise EffectRefused(call.say("unknown-button"))
        return self.changed(call, setting, "")

    def reset(self, call: AdminCall) -> AdminReply:
        """Drop an admin's value, so that the environment's or the default holds again."""
        return self.changed(call, self.named(call, call.data.get("setting")), None)

    def changed(self, call: AdminCall, setting: Setting, text: str | None) -> AdminReply:
        """What an admin sets from now on; with None what the bot was started with."""
        was = noted(self.settings, setting.field)
        if text is None:
            runtime_settings.reset(self.db, setting.field)
        else:
            runtime_settings.write(self.db, setting.field, text, now=clock.now())
        change = AuditChange(f"setting:{setting.field}", was, noted(self.settings, setting.field))
        show = self.filled(setting)
        return AdminReply(
            self.one(call, setting), call.say("admin-done"), changes=(change,), show=show
        )

    def filled(self, setting: Setting) -> Callable[[], Awaitable[None]]:
        """A higher cap lets waiting jobs start at once."""
        is_cap = setting.field == seats.CAP_SETTING
        queued = seats.fill_all(self.db, now=clock.now()) if is_cap else 0

        async def wake_workers() -> None:
            wake.notify_idle(self.db.run, queued)

        return wake_workers


def reason(language: str, error: ValueError) -> LocalText:
    """What is wrong with a value, in the words of the catalogue where it has some."""
    if isinstance(error, BadSettingText):
        return i18n.say(language, f"wrong-{error.kind}", **error.facts)
    return i18n.isolated(language, str(error))


def may_be_none(setting: Setting) -> bool:
    """Whether a setting means something without a value."""
    return not setting.default({})


def noted(settings: Settings, name: str) -> str:
    """A setting as the audit log has it."""
    text, source = live_settings.shown(settings, name)
    return f"{text[:NOTED]} ({source})".strip()
