"""Updates that do not name the people in them: shortened ones, and those with a `min` person.

Sources: core.telegram.org/constructor/updateShortMessage, /api/min, and "incomplete update" in
/api/updates: what is missing comes with the difference.
"""

from typing import Any

from pyrogram.raw import types

#: Updates that Telegram pushes, or sends as the answer to a call with an effect.
CONTAINERS = (
    types.Updates,
    types.UpdatesCombined,
    types.UpdateShort,
    types.UpdateShortMessage,
    types.UpdateShortChatMessage,
    types.UpdatesTooLong,
)


def lengthened(update: Any) -> Any:
    """A shortened update as the one it stands for."""
    if isinstance(update, types.UpdateShortMessage):
        peer: Any = types.PeerUser(user_id=update.user_id)
        sender = peer
    else:
        peer = types.PeerChat(chat_id=update.chat_id)
        sender = types.PeerUser(user_id=update.from_id)
    message = types.Message(
        id=update.id,
        peer_id=peer,
        from_id=sender,
        date=update.date,
        message=update.message,
        out=update.out,
        entities=update.entities,
        reply_to=update.reply_to,
    )
    return types.UpdateNewMessage(message=message, pts=update.pts, pts_count=update.pts_count)


def sender(update: Any) -> int:
    """The person whom an update is about, 0 for one whom we would not answer."""
    message = getattr(update, "message", None)
    if isinstance(message, types.Message):
        who = message.from_id or message.peer_id
        return 0 if message.out else int(getattr(who, "user_id", 0))
    if isinstance(update, types.UpdateBotCallbackQuery):
        return int(update.user_id)
    return 0


def is_complete(update: Any, users: dict[int, Any]) -> bool:
    """Whether the person is there, with all that we need to answer."""
    who = sender(update)
    if not who:
        return True
    user = users.get(who)
    return user is not None and not getattr(user, "min", False)


def known(who: int, access: int, user: Any = None) -> Any:
    """A person of whom we know only how to address them, and what a `min` form says."""
    return types.User(
        id=who,
        access_hash=access,
        bot=getattr(user, "bot", None),
        first_name=getattr(user, "first_name", None),
        lang_code=getattr(user, "lang_code", None),
    )
