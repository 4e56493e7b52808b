"""Two-way support: a person's words go to the support chat with who they are and their last codes;
a reply to them there goes back, whoever of the agents wrote it, as text, picture or voice.
Everybody in that chat is an agent: each may answer, and close a thread.

A thread is a row for each person. A message carries a random id derived from its number, so that a
repeated update sends nothing twice.
"""

from dataclasses import dataclass
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminAction, AdminCall, AdminReply, act, back, panel_page
from procs.bot.admin.admin_words import person as named
from procs.bot.commands.button_actions import ButtonAction, EffectRefused, PressAnswer
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.bot.conversation.reply_sender import once
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramRefused
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


@dataclass(frozen=True, slots=True)
class SupportChat:
    """Where the agents are: the chat, what addresses it, and the language of who made it the
    support chat, "" where that is not known."""

    number: int
    access: int
    language: str


class SupportDesk:
    """Carries words between people and the support chat."""

    def __init__(self, table: AdminActions) -> None:
        self.db, self.menus = table.db, table.menus

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts, for operators and owners."""
        return (
            panel_page("support", Role.OPERATOR, self.page),
            AdminAction("support-here", Role.OPERATOR, self.here, commands=("supporthere",)),
            AdminAction("support-off", Role.OPERATOR, self.off),
        )

    def button_rows(self) -> tuple[ButtonAction, ...]:
        """The buttons that close a thread: the agents' in the support chat, and the person's
        own."""
        return (
            ButtonAction(CLOSE, self.close, own=True, members=True),
            ButtonAction(END, self.close, own=True),
        )

    def chat(self) -> SupportChat | None:
        """The support chat, where there is one."""
        number, access, language, *_ = [
            *runtime_settings.read(self.db, SUPPORT_CHAT, "").split(),
            *("", "", ""),
        ]
        return SupportChat(int(number), int(access), language) if number else None

    # --- the panel

    def page(self, call: AdminCall) -> MenuPage:
        """Whether there is a support chat, and which."""
        found = self.chat()
        if found is None:
            return MenuPage(call.say("support-is-off"), ((back(call.language),),))
        off = act(call.say("support-turn-off"), "support-off")
        text = call.say("support-is-on", chat=str(found.number))
        return MenuPage(text, ((off,), (back(call.language),)))

    def here(self, call: AdminCall) -> AdminReply:
        """Make this group the support chat. Raises EffectRefused outside a group."""
        if call.chat > 0:
            raise EffectRefused(call.say("support-is-off"))
        return self.set_chat(call, f"{call.chat} {call.access} {call.language}")

    def off(self, call: AdminCall) -> AdminReply:
        """Have no support chat."""
        return self.set_chat(call, "")

    def set_chat(self, call: AdminCall, value: str) -> AdminReply:
        """Store the support chat, empty for none."""
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
        is_there = found is not None and incoming.chat == found.number and not incoming.edited
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
        try:
            await self.pass_on(incoming, found)
        except (ChatClosed, TelegramRefused) as error:
            log.error("support.unreachable", chat=found.number, error=error)
            await self.menus.replies.reply(incoming, "support-unreachable")
        return True

    async def pass_on(self, incoming: Incoming, desk: SupportChat) -> None:
        """To the agents: who it is, before their first words, and the words. Raises as
        `ReplySender.send`."""
        number, where = incoming.person.id, (desk.number, desk.access)
        if not support_threads.is_told(self.db, number, now=clock.now()):
            who = await self.introduce(number, incoming, desk)
            support_threads.note_message(self.db, number, desk.number, who, now=clock.now())
        words = await self.menus.replies.forward(incoming, *where, hides_author=False)
        support_threads.note_message(self.db, number, desk.number, words, now=clock.now())

    async def introduce(self, number: int, incoming: Incoming, desk: SupportChat) -> int:
        """Who it is, in the agents' language, with the button that closes the thread."""
        language = desk.language or incoming.language
        codes = support_threads.codes(self.db, number)
        text = i18n.say(
            language,
            "support-who",
            person=named(self.db, number, language),
            codes=", ".join(codes) or "—",
        )
        close = MenuButton(i18n.say(language, "support-close"), CLOSE)
        page = MenuPage(text, ((close,),))
        made = self.menus.mint(page, number, desk.number)
        random_id = once("support", incoming.chat, incoming.message)
        return await self.menus.replies.send(
            OutgoingMessage(desk.number, desk.access, text, random_id, 0, made)
        )

    async def answer(self, incoming: Incoming) -> None:
        """To the person, without the agent's name. Who is answered may answer again, though the
        thread was closed. Raises as `ReplySender.send`."""
        number = support_threads.whose(self.db, incoming.chat, incoming.answers)
        access = users.access(self.db, number)
        try:
            await self.menus.replies.forward(incoming, number, access, hides_author=True)
        except (ChatClosed, TelegramRefused) as error:
            log.info("support.unsent", person=number, error=error)
            return await self.menus.replies.reply(incoming, "support-unsent")
        if not support_threads.is_open(self.db, number, now=clock.now()):
            support_threads.begin(self.db, number, now=clock.now())

    def close(self, press: Press, button: Button) -> PressAnswer:
        """Close the thread; its person is told, whoever closed it."""
        number = button.meaning.person
        if not support_threads.close(self.db, number):
            return PressAnswer(i18n.say(press.language, "support-closed"))
        tell = partial(self.send_closed, number, press.id)
        return PressAnswer(i18n.say(press.language, "support-closed"), tell)

    async def send_closed(self, number: int, press: int) -> None:
        """Tell a person that their thread was closed, once for each press."""
        text = i18n.say(users.language(self.db, number), "support-is-closed")
        access, random_id = users.access(self.db, number), once("support-closed", number, press)
        await self.menus.replies.send(OutgoingMessage(number, access, text, random_id))
