"""A cookie file that an owner sent: it is put into its place, and the message deleted.

A kill loses nothing: the file is in place before the act is written down, the act is committed
before the message is deleted, and Telegram repeats the message until then.
"""

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminCall, AdminReply, back
from procs.bot.admin.cookies.cookie_pages import SEND_COOKIES, CookiePages
from procs.bot.admin.cookies.cookie_shelf import CookieShelf, CookieSlot
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.config import cookie_file
from procs.config.cookie_file import Cookie
from procs.core import clock, log
from procs.errors import TelegramRefused, alert_kinds
from procs.store.admins import conversation_states
from procs.store.admins.audit_log import AuditChange
from procs.store.health import alerts
from procs.store.people import repeat_tallies
from procs.store.sites import cookies
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming
from procs.texts.i18n import LocalText

#: Bytes of the largest file that is read, and the names that a cookie file may have.
LARGEST_SENT = 1024 * 1024
SUFFIXES = (".txt", ".json", ".cookies", ".cookie")
ACTION = "cookies-put"
#: Refusals that one person is told of in a minute.
REFUSALS_TOLD = 2
Target = tuple[str, str]


class CookieInbox:
    """Takes documents from owners who were asked for a cookie file, or who send one by
    themselves."""

    def __init__(self, table: AdminActions, pages: CookiePages, session: BotSession) -> None:
        self.table = table
        self.db = table.db
        self.pages = pages
        self.shelf: CookieShelf = pages.shelf
        self.session = session

    async def take(self, incoming: Incoming) -> bool:
        """Handle a message that may bring a cookie file. False for one that brings none. Raises as
        `MessageSender.fetch_file`, `ReplySender.send`."""
        if not incoming.private:
            return False
        call = self.table.call_of(incoming)
        if call.role < self.table.conversations.rows[SEND_COOKIES].least:
            return await self.refuses(incoming, call)
        target = self.waits(call)
        content = await self.content(incoming, waits=target is not None)
        if content is None:
            return False
        await self.settle(incoming, call, self.store(call, incoming, content, target or ("", "")))
        return True

    async def refuses(self, incoming: Incoming, call: AdminCall) -> bool:
        """Whether somebody who may not sent cookies: they are told so. Nothing is downloaded, and
        what was pasted is neither searched for nor kept. Raises as `ReplySender.send`."""
        if incoming.file is None:
            meant = is_file(incoming.text)
        else:
            meant = "cookie" in incoming.file.name.lower()
        if not meant:
            return False
        told = repeat_tallies.note(self.db, call.person.id, ACTION, now=clock.now())
        log.warning("cookies.refused", person=call.person.id, role=call.role.word)
        if told <= REFUSALS_TOLD:
            page = MenuPage(call.say("cookies-of-owners"), ())
            await self.table.menus.send(incoming, page, about=ACTION)
        return True

    def waits(self, call: AdminCall) -> Target | None:
        """The place for which the conversation waits; None when none waits."""
        state = conversation_states.find(self.db, call.key)
        if state is None or state.name != SEND_COOKIES or not state.is_open(clock.now()):
            return None
        return str(state.data.get("site", "")), str(state.data.get("file", ""))

    async def content(self, incoming: Incoming, *, waits: bool) -> bytes | None:
        """The content of a message that is meant as cookies; None for any other message."""
        if incoming.file is None:
            said = incoming.text
            return said.encode() if cookie_file.looks_so(said) else None
        name = incoming.file.name.lower()
        meant = waits or "cookie" in name
        if not (meant or name.endswith(SUFFIXES)):
            return None
        if incoming.file.size > LARGEST_SENT:
            return b"" if meant else None
        found = await self.session.fetch_file(incoming.file)
        return found if meant or cookie_file.looks_so(found.decode("utf-8", "replace")) else None

    def store(
        self, call: AdminCall, incoming: Incoming, content: bytes, target: Target
    ) -> AdminReply:
        """Put a file into its place, and answer. An answer about a bad file repeats nothing of its
        content."""
        try:
            found = self.parsed(call, content)
            name = incoming.file.name if incoming.file else ""
            chosen = self.slot_of(call, found, name, target)
            if isinstance(chosen, AdminReply):
                return chosen
            before = self.shelf.facts(chosen, now=clock.now().wall)
            self.put(call, chosen, content)
        except EffectRefused as refused:
            return AdminReply(toast=LocalText(f"{refused}\n\n{call.say('cookies-deleted')}"))
        was = f"{before.valid} valid" if before else ""
        facts = cookie_file.facts(found, chosen.site, now=clock.now().wall)
        change = AuditChange(
            f"cookies:{chosen.site}/{chosen.path.name}", was, f"{facts.valid} valid"
        )
        words = call.say("cookies-kept", site=chosen.site, file=chosen.path.name)
        after = (
            call.say("cookies-used-now")
            if chosen.is_named
            else call.say("cookies-name-it", lines=LocalText(self.shelf.lines(chosen)))
        )
        text = LocalText(
            "\n".join(
                [
                    *(words, self.pages.describe(call, facts), after),
                    *self.pages.where(call),
                    call.say("cookies-deleted"),
                ]
            )
        )
        page = MenuPage(text, ((back(call.language, "page-cookies"),),))
        return AdminReply(page, changes=(change,), ends=True)

    def parsed(self, call: AdminCall, content: bytes) -> tuple[Cookie, ...]:
        """Raises EffectRefused with what is wrong with a file."""
        try:
            text = content.decode("utf-8")
            if text.lstrip()[:1] in ("[", "{"):
                raise EffectRefused(call.say("cookies-json"))
            return cookie_file.parse(text)
        except UnicodeDecodeError:
            raise EffectRefused(call.say("cookies-no-cookies")) from None
        except ValueError as error:
            (line,) = error.args
            key = "cookies-bad-line" if line else "cookies-no-cookies"
            raise EffectRefused(call.say(key, line=line)) from None

    def slot_of(
        self, call: AdminCall, found: tuple[Cookie, ...], name: str, target: Target
    ) -> CookieSlot | AdminReply:
        """The place of a file, or the question which one. Raises EffectRefused for a file without
        cookies of its site."""
        now = clock.now().wall
        fitting = self.shelf.fitting(found, name, now=now)
        if target[0]:
            slot = self.shelf.slot(*target)
            if slot is None:
                raise EffectRefused(call.say("cookies-slot-gone"))
            fitting = [slot]
        if not fitting:
            raise EffectRefused(call.say("cookies-no-site"))
        if len(fitting) > 1:
            buttons = [(self.pages.ask_button(call, one),) for one in fitting]
            text = f"{call.say('cookies-which')}\n\n{call.say('cookies-deleted')}"
            return AdminReply(MenuPage(LocalText(text), (*buttons, (back(call.language),))))
        (slot,) = fitting
        if not cookie_file.facts(found, slot.site, now=now).valid:
            mine = any(cookie_file.is_of(one, slot.site) for one in found)
            key = "cookies-all-expired" if mine else "cookies-other-site"
            raise EffectRefused(call.say(key, site=slot.site))
        return slot

    def put(self, call: AdminCall, slot: CookieSlot, content: bytes) -> None:
        """Write the file into its place and end the alerts about the one before. Raises
        EffectRefused when it cannot be written."""
        try:
            self.shelf.put(slot, content)
        except OSError as error:
            log.error("cookies.unwritten", file=slot.path, error=error.strerror)
            why = call.say("cookies-unwritten", file=str(slot.path), why=error.strerror or "")
            raise EffectRefused(why) from error
        log.info("cookies.put", site=slot.site, file=slot.path.name, admin=call.person.id)
        cookies.note_new_file(self.db, slot.site, slot.path.name)
        kinds = alert_kinds.ENDING, alert_kinds.REFUSED
        alerts.clear(self.db, kinds, slot.subject, now=clock.now())

    async def settle(self, incoming: Incoming, call: AdminCall, reply: AdminReply) -> None:
        """Write the act down, delete the message, and answer it."""
        talk = self.table.conversations
        with self.db.write(full=True):
            self.table.settle(ACTION, call, reply)
            answer = talk.render(call, reply)
            talk.keep_answer(call, answer)
        where = incoming.chat, incoming.access, incoming.message
        try:
            await self.session.delete(*where)
        except TelegramRefused as error:
            log.warning("cookies.message-kept", chat=incoming.chat, error=error)
            said = call.say("cookies-deleted"), call.say("cookies-undeleted")
            answer = {**answer, "text": answer["text"].replace(*said)}
        await talk.send(incoming, answer)


def is_file(text: str) -> bool:
    """Whether a text is such a file beyond doubt: other people send tables too."""
    try:
        return cookie_file.looks_so(text) and bool(cookie_file.parse(text))
    except ValueError:
        return False
