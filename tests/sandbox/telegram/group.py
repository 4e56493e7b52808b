"""A group or channel in front of a test.

film = await tg.group("Film club", ali, sara, admins=[tg.bot], forum=True)
news = await film.opens_topic("News", ali)
there = ali.at(film, topic=news)
await there.sends("/dl https://example.org/clip.mp4")
await there.sees("clip")
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.person import Person
    from tests.sandbox.telegram.desk import Desk


@dataclass(frozen=True, slots=True)
class Group:
    """`id` is negative, as the server counts; `chat_id` as the client library spells it."""

    desk: "Desk"
    id: int
    title: str

    @property
    def chat_id(self) -> int:
        if -self.id < 1 << 30:  # a basic group
            return self.id
        return int(f"-100{-self.id}")

    async def admits(
        self, who: "Person | int", role: str = "member", rights: list[str] | None = None
    ) -> None:
        """`role`: creator, admin, member, banned (thrown out) or left. `rights` of an admin are
        named as in chatAdminRights ("delete_messages", "anonymous", …); None: the usual ones."""
        args = {"channel": self.id, "account": number(who), "role": role, "rights": rights}
        await self.desk.do("join", **args)

    async def loses(self, who: "Person | int") -> None:
        """Somebody is not in it any more."""
        await self.admits(who, "left")

    async def decides(self, who: "Person | int", *, lets_in: bool) -> None:
        """An administrator answers a join request."""
        await self.desk.do("decide", channel=self.id, account=number(who), lets_in=lets_in)

    async def invites(self, by: "Person | int", *, by_request: bool = False) -> str:
        """An invite link of one of its administrators."""
        args = {"account": number(by), "by_request": by_request}
        return str(await self.desk.do("invite", channel=self.id, **args))

    async def links_in(self) -> dict[str, dict[str, Any]]:
        """Its invite links: {usage, by_request, revoked} of each."""
        found: dict[str, dict[str, Any]] = await self.desk.do("invites", channel=self.id)
        return found

    async def restricts(self, who: "Person | int", *bans: str) -> None:
        """What this member may not, as in chatBannedRights ("send_messages", "send_media",
        "send_videos", …); nothing: all is allowed again."""
        await self.desk.do("restrict", chat=self.id, account=number(who), bans=list(bans))

    async def forbids(self, *bans: str) -> None:
        """The same for all members who are no administrators."""
        await self.allows(forbidden=list(bans))

    async def permits_reactions(self, *emoji: str) -> None:
        """Only these; none at all without a word. At first all are allowed."""
        await self.allows(reactions=list(emoji))

    async def links(self, group: "Group") -> None:
        """Posts of this channel come into that group too, as Telegram forwards them."""
        await self.allows(linked=group.id)

    async def allows(self, **facts: Any) -> None:
        await self.desk.do("allow", chat=self.id, facts=facts)

    async def becomes_supergroup(self) -> "Group":
        """A basic group becomes a supergroup of the same members."""
        return Group(self.desk, int(await self.desk.do("migrate", chat=self.id)), self.title)

    async def opens_topic(self, title: str, by: "Person") -> int:
        """A topic of a forum; its number."""
        return int(await self.desk.do("topic", chat=self.id, person=by.id, title=title))

    async def closes_topic(self, topic: int, closed: bool = True) -> None:
        await self.desk.do("close_topic", chat=self.id, topic=topic, closed=closed)

    async def deletes_topic(self, topic: int) -> None:
        await self.desk.do("delete_topic", chat=self.id, topic=topic)


def number(who: "Person | int") -> int:
    return who if isinstance(who, int) else who.id
