"""Sends, edits and deletes the bot's messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyrogram import raw
from pyrogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from procs.errors import TelegramAway, TelegramRefused
from procs.records.media_records import MessagePicture
from procs.telegram.chat import file_receiver, file_sender, group_news, inbound
from procs.telegram.chat.file_sender import OutgoingFile
from procs.telegram.delivery import media_input, message_lookup
from procs.telegram.delivery.broadcast_sender import BroadcastSender
from procs.telegram.delivery.send_once import ChatTarget, post
from procs.telegram.session.peers import CAPTION_LENGTH, CHANNELS, TEXT_LENGTH, cut, peer
from procs.telegram.session.rpc import Leave, Rpc

#: A button: (label, data). Telegram allows 64 bytes of data. What begins like an address is opened
#: by the client instead, and no data of ours begins so.
ADDRESS = "https://"
Button = tuple[str, str]
#: Rows of buttons; a row of one may be the button itself.
Buttons = Sequence[Button | Sequence[Button]]

#: Where a menu of commands is shown: everywhere, in private chats, in groups, to their admins.
SCOPES: dict[str, Any] = {
    "": raw.types.BotCommandScopeDefault,
    "private": raw.types.BotCommandScopeUsers,
    "groups": raw.types.BotCommandScopeChats,
    "group-admins": raw.types.BotCommandScopeChatAdmins,
}
#: Rows of keys that write their own label.
Keys = Sequence[Sequence[str]]

UNCHANGED, LONG_CAPTION = "MESSAGE_NOT_MODIFIED", "MEDIA_CAPTION_TOO_LONG"
#: The message is gone, or may not be edited.
LOST = frozenset({"MESSAGE_ID_INVALID", "MESSAGE_AUTHOR_REQUIRED", "MESSAGE_EDIT_TIME_EXPIRED"})
#: The press is too old to be answered.
LATE = frozenset({"QUERY_ID_INVALID"})


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A text on its way into a chat; `access` addresses the chat. Telegram answers a repeated
    `random_id` with the first message. `reply_to` is the message that it answers, 0 for none;
    `topic` that of a forum, 0 where there are none; a `silent` one makes no sound; `keys` are those
    of a keyboard in place of the letters."""

    chat: int
    access: int
    text: str
    random_id: int
    reply_to: int = 0
    buttons: Buttons = ()
    topic: int = 0
    silent: bool = False
    keys: Keys = ()


@dataclass(frozen=True, slots=True)
class ForwardTarget:
    """Where a message is passed on to, once by its random id, with its author's name or without."""

    chat: int
    access: int
    random_id: int
    hides_author: bool


class MessageSender:
    """Sends over one connection. Every method raises as `Rpc.ask`, unless its docstring says
    otherwise."""

    line: Rpc | None = None

    async def send(self, message: OutgoingMessage, *, leave: Leave) -> int | None:
        """Send a text once, as soon as `leave` paid for it. Returns the message's id, the first
        one's when this random_id was used before; None when Telegram says only that it was."""
        query = partial(
            raw.functions.messages.SendMessage,
            peer=peer(message.chat, message.access),
            message=cut(message.text, TEXT_LENGTH),
            random_id=message.random_id,
            no_webpage=True,
            silent=message.silent or None,
            reply_markup=keyboard(message.keys) or await self._keyboard(message.buttons),
        )
        return await post(
            self._line(),
            lambda header: query(reply_to=header),
            ChatTarget(message.chat, message.access, message.reply_to, message.topic),
            message.random_id,
            leave=leave,
        )

    @property
    def broadcasts(self) -> BroadcastSender:
        """Sends what is to be broadcast to one chat. Raises TelegramAway."""
        return BroadcastSender(self._line())

    async def forward(
        self, chat: int, access: int, message: int, to: ForwardTarget, *, leave: Leave
    ) -> int | None:
        """Pass a message on, whatever it holds. Returns as `send`."""
        query = raw.functions.messages.ForwardMessages(
            from_peer=peer(chat, access),
            id=[message],
            random_id=[to.random_id],
            to_peer=peer(to.chat, to.access),
            drop_author=to.hides_author or None,
        )
        return await post(
            self._line(),
            lambda header: query,
            ChatTarget(to.chat, to.access),
            to.random_id,
            leave=leave,
        )

    async def send_file(self, file: OutgoingFile, *, leave: Leave) -> int | None:
        """The same for a small file of our own."""
        return await file_sender.send(self._line(), file, leave=leave)

    async def fetch_file(self, file: inbound.SentFile) -> bytes:
        """The content of a small file that somebody sent."""
        return await file_receiver.fetch(self._line(), file)

    async def edit(
        self,
        chat: int,
        access: int,
        message: int,
        text: str,
        *,
        buttons: Buttons = (),
        picture: MessagePicture | None = None,
        leave: Leave,
    ) -> bool:
        """Give a message of ours another text, as soon as `leave` paid for it, and a picture, of
        which it is the caption from then on. False when it is not there any more. A picture that
        Telegram does not take raises ReferenceStale, TelegramRefused, GroupMediaForbidden."""
        query = raw.functions.messages.EditMessage(
            peer=peer(chat, access),
            id=message,
            message=cut(text, TEXT_LENGTH),
            no_webpage=True,
            media=media_input.pictured(picture) if picture else None,
            reply_markup=await self._keyboard(buttons),
        )
        try:
            await self._line().ask(query, leave=leave)
        except TelegramRefused as error:
            if error.detail in LOST:
                return False
            if error.detail == LONG_CAPTION:  # the message has a picture already
                words = cut(text, CAPTION_LENGTH)
                return await self.edit(chat, access, message, words, buttons=buttons, leave=leave)
            if error.detail != UNCHANGED:
                raise
        return True

    async def text_of(self, chat: int, access: int, message: int) -> str | None:
        """The present text of one of the bot's messages; None when the message is gone."""
        found = await message_lookup.messages(
            self._line(), chat, access, range(message, message + 1)
        )
        return str(found[0].message) if found else None

    async def words_of(self, chat: int, access: int, message: int) -> tuple[str, tuple[str, ...]]:
        """What anybody's message says, and the addresses that Telegram marked in it; nothing for
        one that is not there."""
        found = await message_lookup.messages(
            self._line(), chat, access, range(message, message + 1)
        )
        text = str(found[0].message or "") if found else ""
        return text, tuple(inbound.urls(text, found[0].entities or [])) if found else ()

    async def is_admin(self, chat: int, access: int, user: int, user_access: int) -> bool:
        """Whether somebody is an admin of a group."""
        return await group_news.is_admin(self._line(), chat, access, user, user_access)

    async def react(self, chat: int, access: int, message: int, emoji: str, leave: Leave) -> None:
        """Put our one reaction on a message, or take it away with "", as soon as `leave` paid for
        it. What is so already is no error; a message that is gone is one, MESSAGE_ID_INVALID."""
        query = raw.functions.messages.SendReaction(
            peer=peer(chat, access),
            msg_id=message,
            reaction=[raw.types.ReactionEmoji(emoticon=emoji)] if emoji else [],
        )
        try:
            await self._line().ask(query, leave=leave)
        except TelegramRefused as error:
            if error.detail != UNCHANGED:
                raise

    async def show_typing(self, chat: int, access: int) -> None:
        """Show for six seconds that an answer is being written."""
        action = raw.types.SendMessageTypingAction()
        await self._line().ask(
            raw.functions.messages.SetTyping(peer=peer(chat, access), action=action)
        )

    async def delete(self, chat: int, access: int, message: int) -> None:
        """Delete one of the bot's messages; one that is already gone is no error."""
        if chat <= CHANNELS:
            channel = peer(chat, access)
            target = raw.types.InputChannel(
                channel_id=channel.channel_id, access_hash=channel.access_hash
            )
            query: Any = raw.functions.channels.DeleteMessages(channel=target, id=[message])
        else:
            query = raw.functions.messages.DeleteMessages(id=[message], revoke=True)
        try:
            await self._line().ask(query)
        except TelegramRefused as error:
            if error.detail not in LOST:
                raise

    async def answer(self, press: int, text: str = "", *, alert: bool = False) -> None:
        """Answer a press with a notification at the top of the chat."""
        query = raw.functions.messages.SetBotCallbackAnswer(
            query_id=press, cache_time=0, message=text or None, alert=alert or None
        )
        try:
            await self._line().ask(query)
        except TelegramRefused as error:
            if error.detail not in LATE:
                raise

    async def set_commands(
        self, language: str, commands: Sequence[tuple[str, str]], *, scope: str = ""
    ) -> None:
        """The menu of commands (name, what it does) for people whose Telegram speaks `language`;
        with "" for all for whom there is none of their own; in one of `SCOPES`
        (core.telegram.org/method/bots.setBotCommands)."""
        query = raw.functions.bots.SetBotCommands(
            scope=SCOPES[scope](),
            lang_code=language,
            commands=[
                raw.types.BotCommand(command=name, description=text) for name, text in commands
            ],
        )
        await self._line().ask(query)

    async def set_chat_commands(
        self, person: int, access: int, language: str, commands: Sequence[tuple[str, str]]
    ) -> None:
        """The menu in the private chat with one person, over all others; nothing takes it away
        (core.telegram.org/api/bots/commands)."""
        scope = raw.types.BotCommandScopePeer(peer=peer(person, access))
        if not commands:
            query: Any = raw.functions.bots.ResetBotCommands(scope=scope, lang_code=language)
        else:
            rows = [raw.types.BotCommand(command=name, description=text) for name, text in commands]
            query = raw.functions.bots.SetBotCommands(
                scope=scope, lang_code=language, commands=rows
            )
        await self._line().ask(query)

    async def _keyboard(self, buttons: Buttons) -> Any:
        if not buttons:
            return None
        rows = [[button(label, data) for label, data in row] for row in map(row_of, buttons)]
        return await InlineKeyboardMarkup(rows).write(self._line().client)

    def _line(self) -> Rpc:
        if self.line is None:
            raise TelegramAway("not connected")
        return self.line


def keyboard(keys: Keys) -> Any:
    """A keyboard of keys as Telegram's type; None for none."""
    if not keys:
        return None
    rows = [
        raw.types.KeyboardButtonRow(
            buttons=[
                raw.types.KeyboardButton(text=key, type=raw.types.ButtonTypeDefault())
                for key in row
            ]
        )
        for row in keys
    ]
    return raw.types.ReplyKeyboardMarkup(rows=rows, resize=True, persistent=True)


def button(label: str, data: str) -> InlineKeyboardButton:
    """A button that tells us its data, or one that opens an address."""
    if data.startswith(ADDRESS):
        return InlineKeyboardButton(label, url=data)
    return InlineKeyboardButton(label, callback_data=data)


def row_of(given: Any) -> Sequence[Button]:
    """A row of buttons, also where one stands for itself."""
    return [given] if isinstance(given[0], str) else given
