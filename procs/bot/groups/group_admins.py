"""Who decides in a group: its admins, as Telegram reports them, and whether they let members
press."""

from procs.core import clock, log
from procs.errors import ChatClosed, StoreError, StoreUnready, TelegramRefused
from procs.records.job import Person
from procs.records.preference_values import ADMINS, EVERYONE
from procs.store.database import Database
from procs.store.people import group_moves, member_roles, preferences
from procs.store.people.member_roles import ADMIN, MEMBER
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.group_news import GroupNews, MemberNews
from procs.telegram.chat.inbound import Incoming, Press


class GroupAdmins:
    """Asks Telegram who the admins are, and keeps the answer for a while."""

    def __init__(self, db: Database, chat_session: BotSession) -> None:
        self.db = db
        self.chat_session = chat_session

    async def shares(self, press: Press) -> bool:
        """Whether this person may press other people's buttons in this group."""
        if press.chat > 0:
            return False
        who = preferences.read_group(self.db, press.chat).who_presses
        if who == EVERYONE:
            return True
        return who == ADMINS and await self.is_admin(press.chat, press.access, press.person)

    async def may_set(self, incoming: Incoming | Press) -> bool:
        """Whether this person may change the group's settings. An author in the name of the group
        is one of its admins."""
        if incoming.person.id == incoming.chat:
            return True
        return await self.is_admin(incoming.chat, incoming.access, incoming.person)

    async def is_admin(self, chat: int, access: int, person: Person) -> bool:
        """Whether this person is an admin of the group. Raises TelegramWait, TelegramAway,
        SessionRevoked."""
        if person.id < 0:
            return False
        known = member_roles.read(self.db, chat, person.id, now=clock.now())
        return (known or await self.ask_role(chat, access, person)) == ADMIN

    async def ask_role(self, chat: int, access: int, person: Person) -> str:
        """Ask Telegram for a person's role, and store it. A person of whom Telegram says nothing
        counts as no admin."""
        try:
            admin = await self.chat_session.is_admin(chat, access, person.id, person.access_hash)
        except (ChatClosed, TelegramRefused) as error:
            log.info("member.unknown", chat=chat, person=person.id, error=error)
            return MEMBER
        role = ADMIN if admin else MEMBER
        try:
            member_roles.note(self.db, chat, person.id, role, now=clock.now())
        except StoreUnready as error:
            log.warning("member.unkept", chat=chat, person=person.id, error=error)
        return role

    def learn(self, news: GroupNews) -> None:
        """Handle a group event: a member's role changed, or the group became another chat."""
        try:
            if isinstance(news, MemberNews):
                member_roles.drop(self.db, news.chat, news.person)
            elif (
                news.access
            ):  # otherwise the message of the other chat reports it, with the access hash
                chats = self.db, news.old, news.new
                count = group_moves.move(*chats, access=news.access, now=clock.now())
                log.info("group.moved", chat=news.old, to=news.new, requests=count)
        except StoreError as error:  # a role is asked for again after a while
            log.error("group.unkept", error=error)
