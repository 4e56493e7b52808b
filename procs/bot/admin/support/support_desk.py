"""Support in both directions: a person's message goes to the support chat with their name and their
last codes; a reply there goes back to them, as text, picture or voice.

A thread is a row for each person. A message carries a random id derived from its number, so that a
repeated update sends nothing twice.
"""

from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.admin.admin_words import person as named
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.reply_sender import once
from procs.core import clock
from procs.records.admin_role import Role
from procs.store.admins import support_threads
from procs.store.admins.audit_log import AuditChange
from procs.store.health import runtime_settings
from procs.store.people import users
from procs.store.requests.buttons import Button
from procs.telegram.chat.inbound import Incoming, Press
from procs.telegram.chat.sender import OutgoingMessage
from procs.texts import i18n

#: The row of `settings` with the support chat: its id and access hash; "" for none.
SUPPORT_CHAT = "support_chat"
CLOSE, END = "support-close", "support-end"


class SupportDesk:
    def __init__(self, table: AdminActions) -> None:
        self.db, self.menus = table.db, table.menus

    def rows(self) -> tuple[AdminAction, ...]:
        return (
            panel_page("support", Role.OPERATOR, self.page),
            AdminAction("support-here", Role.OPERATOR, self.here, commands=("supporthere",)),
            AdminAction("support-off", Role.OPERATOR, self.off),
        )

    def button_rows(self) -> tuple[ButtonAction, ...]:
        return (
            ButtonAction(CLOSE, self.close, own=True, admins=True),
            ButtonAction(END, self.close, own=True),
        )

    def chat(self) -> tuple[int, int] | None:
        """The support chat and its access hash, where one is set."""
        number, _, access = runtime_settings.read(self.db, SUPPORT_CHAT, "").partition(" ")
        return (int(number), int(access)) if number else None

    # --- the panel

    def page(self, call: AdminCall) -> MenuPage:
        found = self.chat()
        if found is None:
            return MenuPage(call.say("support-is-off"), ((back(call.language),),))
        off = act(call.say("support-turn-off"), "support-off")
        text = call.say("support-is-on", chat=str(found[0]))
        return MenuPage(text, ((off,), (back(call.language),)))

    def here(self, call: AdminCall) -> AdminReply:
        """Make this group the support chat. Raises EffectRefused outside a group."""
        if call.chat > 0:
            raise EffectRefused(call.say("support-is-off"))
        return self.set_chat(call, f"{call.chat} {call.access}")

    def off(self, call: AdminCall) -> AdminReply:
        return self.set_chat(call, "")

    def set_chat(self, call: AdminCall, value: str) -> AdminReply:
        was = runtime_settings.read(self.db, SUPPORT_CHAT, "")
        runtime_settings.write(self.db, SUPPORT_CHAT, value, now=clock.now())
        change = AuditChange("support", was.partition(" ")[0], value.partition(" ")[0])
        return AdminReply(self.page(call), changes=(change,))

    # --- people

    async def begin(self, incoming: Incoming) -> bool:
        """Handle /support. False when there is no support chat, or the command is not in a private
        chat."""
        if self.chat() is None or not incoming.private:
            return False
        support_threads.begin(self.db, incoming.person.id, now=clock.now())
        language = incoming.language
        end = MenuButton(i18n.say(language, "support-end"), END)
        page = MenuPage(i18n.say(language, "support-begin"), ((end,),))
        await self.menus.send(incoming, page, about="support")
        return True

    def expects(self, incoming: Incoming) -> bool:
        """Whether a message in the support chat answers a person."""
        found = self.chat()
        is_there = found is not None and incoming.chat == found[0] and not incoming.edited
        return is_there and bool(support_threads.whose(self.db, incoming.chat, incoming.answers))

    async def take(self, incoming: Incoming) -> bool:
        """Pass a message on. False for one that does not belong to support."""
        if self.expects(incoming):
            await self.answer(incoming)
            return True
        found = self.chat()
        writes = found is not None and incoming.private and not incoming.edited
        if not writes or found is None:
            return False
        if not support_threads.is_open(self.db, incoming.person.id, now=clock.now()):
            return False
        await self.pass_on(incoming, *found)
        return True

    async def pass_on(self, incoming: Incoming, chat: int, access: int) -> None:
        """Send a message to the agents, before the first one a card of the person. Raises as
        `ReplySender.send`."""
        number = incoming.person.id
        if not support_threads.is_told(self.db, number, now=clock.now()):
            who = await self.introduce(number, incoming, chat, access)
            support_threads.note_message(self.db, number, chat, who, now=clock.now())
        words = await self.menus.replies.forward(incoming, chat, access, hides_author=False)
        support_threads.note_message(self.db, number, chat, words, now=clock.now())

    async def introduce(self, number: int, incoming: Incoming, chat: int, access: int) -> int:
        language = incoming.language
        codes = support_threads.codes(self.db, number)
        text = i18n.say(
            language,
            "support-who",
            person=named(self.db, number, language),
            codes=", ".join(codes) or "—",
        )
        close = MenuButton(i18n.say(language, "support-close"), CLOSE)
        page = MenuPage(text, ((close,),))
        made = self.menus.mint(page, number, chat)
        random_id = once("support", incoming.chat, incoming.message)
        return await self.menus.replies.send(
            OutgoingMessage(chat, access, text, random_id, 0, made)
        )

    async def answer(self, incoming: Incoming) -> None:
        """Send a reply to the person, without the agent's name. Raises as `ReplySender.send`."""
        number = support_threads.whose(self.db, incoming.chat, incoming.answers)
        access = users.access(self.db, number)
        await self.menus.replies.forward(incoming, number, access, hides_author=True)

    def close(self, press: Press, button: Button) -> PressAnswer:
        """Close the thread; its person is told, whoever closed it."""
        number = button.meaning.person
        if not support_threads.close(self.db, number):
            return PressAnswer(i18n.say(press.language, "support-closed"))
        tell = partial(self.send_closed, number, press.id)
        return PressAnswer(i18n.say(press.language, "support-closed"), tell)

    async def send_closed(self, number: int, press: int) -> None:
        text = i18n.say(users.language(self.db, number), "support-is-closed")
        access, random_id = users.access(self.db, number), once("support-closed", number, press)
        await self.menus.replies.send(OutgoingMessage(number, access, text, random_id))
