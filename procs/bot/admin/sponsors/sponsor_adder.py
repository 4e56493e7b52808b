"""Adds the chats that admins named as sponsors: asks Telegram what they are, and answers the admin.

A wish is a row until the admin was answered, so it survives the process.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import TOPIC, act, stamped
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.failure_boundary import logged
from procs.bot.conversation.reply_sender import once
from procs.core import clock, log
from procs.errors import ChatClosed, TelegramRefused
from procs.records.admin_role import Role
from procs.records.sponsor_records import Sponsor
from procs.store.admins import audit_log
from procs.store.admins.audit_log import AuditChange
from procs.store.people import users
from procs.store.server_absence import until_back
from procs.store.sponsors import sponsor_rows, sponsor_wishes
from procs.store.sponsors.sponsor_wishes import SponsorWish
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.chat.sponsor_calls import SponsorCalls, SponsorChat
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Seconds after which a failed wish is tried again.
RETRY_WAIT = 20.0
#: Letters of the name of an invite link (core.telegram.org/method/messages.exportChatInvite).
LINK_NAME = 32
PUBLIC, PRIVATE = "https://t.me/", "https://t.me/+"


class SponsorAdder:
    """Works off the wishes in the store, one after the other."""

    def __init__(self, table: AdminActions) -> None:
        self.table = table
        self.db = table.db
        self.front = table.menus.replies.chat_session
        self.calls = SponsorCalls(self.front)
        self.wanted = asyncio.Event()

    async def nudge(self) -> None:
        """Wake the loop: there is a new wish."""
        self.wanted.set()

    async def run(self) -> None:
        """Work off the wishes until cancelled."""
        while True:
            self.wanted.clear()
            listed = partial(sponsor_wishes.listed, self.db)
            for wish in await until_back("SponsorAdder.run", listed):
                await logged(self.settle(wish))
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_WAIT):
                    await self.wanted.wait()

    async def settle(self, wish: SponsorWish) -> None:
        """Work off one wish, and answer the admin. Raises TelegramAway and TelegramWait: the wish
        stays, and is tried again."""
        say = partial(i18n.say, users.language(self.db, wish.admin))
        text: str = wish.answer or await self.try_add(wish, say)
        page = MenuPage(LocalText(text), ((act(say("admin-page-sponsors"), "page-sponsors"),),))
        page = stamped(page, **{TOPIC: wish.topic})
        made = self.table.menus.mint(page, wish.admin, wish.chat)
        random_id = once("sponsor-wish", wish.mark)
        where = wish.chat, wish.access
        message = OutgoingMessage(*where, text, random_id, wish.message, made, wish.topic)
        await self.table.menus.replies.send(message)
        sponsor_wishes.end(self.db, wish.id)

    async def try_add(self, wish: SponsorWish, say: Any) -> str:
        """Add the chat, or find the reason why not. Returns the answer."""
        try:
            chat = await self.chat(wish)
            link = await self.link(wish, chat) if chat and chat.is_admin else ("", False)
        except (ChatClosed, TelegramRefused) as error:
            log.info("sponsor.refused", admin=wish.admin, error=error)
            chat, link = None, ("", False)
        with self.db.write(full=True):
            text = str(self.store(wish, chat, link, say))
            sponsor_wishes.answer(self.db, wish.id, text)
        return text

    def store(
        self, wish: SponsorWish, chat: SponsorChat | None, link: tuple[str, bool], say: Any
    ) -> LocalText:
        """Insert the sponsor, or return the reason why not."""
        if self.table.role(wish.admin) < Role.SPONSORS:
            return say("admin-role-gone")
        if chat is None:
            return say("admin-sponsor-unseen")
        if not chat.is_admin:
            return say("admin-sponsor-no-admin", name=chat.title)
        address, own = link
        if not address:
            return say("admin-sponsor-no-link", name=chat.title)
        facts = {"chat": chat.chat, "access": chat.access, "title": chat.title, "nick": chat.nick}
        now, before = clock.now(), sponsor_rows.of_chat(self.db, chat.chat)
        if wish.renew and before is None:
            return say("admin-sponsor-gone")
        sponsor = sponsor_rows.add(self.db, {**facts, "link": address, "own": own}, now=now)
        change = AuditChange(
            f"sponsor:{sponsor.id}", before.link if before else "", f"{chat.title} {address}"
        )
        mark = f"{wish.mark}:sponsor-added"
        audit_log.note(self.db, wish.admin, "sponsor-added", change, mark=mark, now=now)
        key = "admin-sponsor-renewed" if before else "admin-sponsor-added"
        return say(key, name=chat.title, link=address)

    async def chat(self, wish: SponsorWish) -> SponsorChat | None:
        """The chat that an admin named. Raises as `Rpc.ask`."""
        if wish.origin:
            return await self.calls.about(wish.origin, wish.origin_access)
        if wish.hash:
            return await self.calls.behind(wish.hash)
        return await self.calls.named(wish.nick)

    async def link(self, wish: SponsorWish, chat: SponsorChat) -> tuple[str, bool]:
        """The link that people open, and whether the bot made it: only the bot's own link counts
        who joined. Raises as `Rpc.ask`."""
        before = sponsor_rows.of_chat(self.db, chat.chat)
        if before is not None and before.own and not wish.renew:
            return before.link, True
        if chat.may_invite:
            return await self.invite(chat, before), True
        if wish.hash:
            return PRIVATE + wish.hash, False
        if chat.nick:
            return PUBLIC + chat.nick, False
        return (before.link if before else ""), False

    async def invite(self, chat: SponsorChat, before: Sponsor | None) -> str:
        """An invite link to the chat, named after the bot. Raises as SponsorCalls.invite."""
        name = f"@{self.front.username}"[:LINK_NAME] if self.front.username else ""
        asks = before is not None and before.asks
        return await self.calls.invite(chat.chat, chat.access, by_request=asks, title=name)
