"""Asking what is wished where words are not clear: in a sentence, with buttons of what they may
mean, so that nobody has to find the right word."""

from collections.abc import Sequence

from procs.bot.cards import card_labels
from procs.bot.conversation.inbound_queue import InboundQueue
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock
from procs.records import press_actions
from procs.store.database import Database
from procs.store.requests import buttons, link_mentions
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import Buttons
from procs.texts import i18n
from procs.wishes import likely_wishes
from procs.wishes.grammar.link import Question
from procs.wishes.grammar.wish_reader import Unclear
from procs.wishes.variant import Variant, parse

#: Buttons in a row.
QUESTION_ROW = 2


class WishQuestions:
    """Asks back once for each message."""

    def __init__(self, db: Database, replies: ReplySender, inbox: InboundQueue) -> None:
        self.db = db
        self.replies = replies
        self.inbox = inbox

    async def ask(self, incoming: Incoming, about: Unclear, questions: Sequence[Question]) -> None:
        """What was wished is not clear, or cannot be: say so, and what can be. Of several links a
        button could not tell which it means."""
        if not self.inbox.count_answer(incoming, "ask"):
            return
        key = f"ask-{about.kind}"
        mine = [one for one in questions if one.about == about]
        offered = self.offers(incoming, mine[0]) if len(mine) == 1 else ()
        told = f"{key}:{about.words}"
        await self.replies.reply(
            incoming, key, buttons=offered, about=told, passing=True, words=about.words
        )

    def offers(self, incoming: Incoming, question: Question) -> Buttons:
        """A button for each likely meaning; the same ones when the message is heard again."""
        key = question.link.key
        request = link_mentions.asked_of(self.db, incoming.chat, incoming.message, key)
        if request is None:
            return ()
        wishes = [
            parse(one) for one in likely_wishes.likely(question.about.kind, question.about.words)
        ]
        meanings = [
            ButtonMeaning(
                incoming.person.id,
                incoming.chat,
                press_actions.AGAIN,
                {"variant": str(wish)},
                request=request,
            )
            for wish in wishes
        ]
        tokens = buttons.offer(self.db, meanings, now=clock.now())
        flat = [
            (label(incoming.language, wish), press_actions.TOKEN_PREFIX + token)
            for wish, token in zip(wishes, tokens, strict=True)
        ]
        return [flat[at : at + QUESTION_ROW] for at in range(0, len(flat), QUESTION_ROW)]


def label(language: str, wish: Variant) -> str:
    """`720p`, `✂️ 1:20-2:05`."""
    if wish.clip is None:
        return card_labels.form_name(language, wish.form)
    ends = (i18n.clock(language, at) for at in (wish.clip.start, wish.clip.end))
    return f"✂️ {i18n.isolated(language, '-'.join(ends))}"
