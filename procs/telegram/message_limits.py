"""Telegram's limits as rules of the budget: of one chat, of all messages, of edits and reactions.

Telegram publishes about 30 messages a second for a bot, one a second in a chat with short bursts,
20 a minute in a group (core.telegram.org/bots/faq), and says that the exact numbers vary.
"""

from enum import IntEnum

from procs.store.limits.send_budget import EVERYBODY, CountLimit, GapLimit

Rules = list[GapLimit | CountLimit]


class Urgency(IntEnum):
    """Who leaves first. What somebody waits for in front of the screen passes all that waits in
    its chat; deliveries queue up; the others wait until there is no queue, and the less urgent they
    are, the more of the burst they leave to the others."""

    COMMAND = 0
    DELIVERY = 1
    ANSWER = 2
    ADMIN = 3
    PROGRESS = 4
    BROADCAST = 5


#: Seconds by which a message may be written later than it is paid for: among all messages, and in
#: its chat, whose rules have a second to spare.
LATE, LATE_IN_CHAT = 0.08, 0.5
#: Seconds between two messages, and how far a burst may run ahead: at most 30 in any second, late
#: ones among them (1 + BURST / GLOBAL_GAP + (1 + LATE) / GLOBAL_GAP).
GLOBAL_GAP, BURST = 1 / 25, 2 / 25
#: In a chat: one a second, four at once. What does not keep its place in line leaves some of that
#: to what does: the answer to a command finds it free.
CHAT, CHAT_BURST, LEFT = 1.0, 3.0, 1.0
#: In a group besides: messages in any minute, those of an album each for itself; some of them are
#: kept for commands.
GROUP, MINUTE, COMMAND_RESERVE = 20, 60.0, 2
#: Progress edits, of the whole bot: one a second, the first of two being late.
EDITS = GapLimit("edits", 1.0 + LATE, 0.0)
#: Reactions, of the whole bot and in one chat. Telegram publishes no number for them (bots/faq
#: speaks of messages, core.telegram.org/method/messages.sendReaction names no wait), so these are a
#: guess below what it says of messages. Whether they count as messages it does not say either: they
#: take a place among all, but none of a group's twenty a minute.
REACTIONS, IN_CHAT = GapLimit("reactions", 0.2, 2.0), (1.0, 3.0)
#: The call that puts one, by whose name Telegram's waits are kept.
REACT = "messages.SendReaction"
#: Share of the burst that each urgency may use.
SHARE = (1.0, 1.0, 1.0, 0.75, 0.5, 0.0)
#: Those that keep their place in line, in all messages and in a chat.
IN_LINE = (Urgency.COMMAND, Urgency.DELIVERY)


def scope(chat: int) -> str:
    """What the waits and the budget of one chat are kept under."""
    return f"chat:{chat}"


def chat_rules(chat: int, urgency: Urgency) -> Rules:
    """The limits of one chat: a gap, in groups so many a minute too, some of them for commands."""
    in_line = urgency in IN_LINE
    any_chat = GapLimit(scope(chat), CHAT, CHAT_BURST if in_line else CHAT_BURST - LEFT)
    most = GROUP if in_line else GROUP - COMMAND_RESERVE
    return [any_chat] if chat > 0 else [any_chat, CountLimit(scope(chat), most, MINUTE)]


def departures(chat: int) -> Rules:
    """What leaves a chat, whoever waits for it, by the instants at which it does."""
    if not chat:
        return []
    any_chat = GapLimit(f"left:{chat}", CHAT, CHAT_BURST, apart=LATE_IN_CHAT)
    return [any_chat] if chat > 0 else [any_chat, CountLimit(f"left:{chat}", GROUP, MINUTE)]


def reactions(chat: int) -> Rules:
    """Those of reactions alone, of the whole bot and in a chat, by the instants at which they
    leave."""
    return [REACTIONS, GapLimit(f"reactions:{chat}", *IN_CHAT)]


def bot_rules(urgency: Urgency) -> Rules:
    """The limits over all chats; less urgent messages may use a smaller share of the burst."""
    everything = GapLimit(EVERYBODY, GLOBAL_GAP, BURST * SHARE[urgency], strict=True)
    return [everything, EDITS] if urgency is Urgency.PROGRESS else [everything]
