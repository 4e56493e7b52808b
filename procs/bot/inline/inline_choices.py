"""From a chosen result to a request, exactly once.

Telegram tells of a choice where the owner switched inline feedback on; where it is off, the same
begins when the person presses the button of the placeholder. Both name the message by its inline
id, so whichever comes, or if both do, the message has one request.
"""

import re
from collections.abc import Callable
from functools import partial

from procs.bot.commands.button_actions import PressAnswer, data
from procs.bot.conversation import refusals
from procs.bot.conversation.ban_gate import ban_words
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock, log
from procs.records.inline_records import InlineTarget
from procs.records.job import Ask, Link, Person
from procs.store.database import Database
from procs.store.inline import inline_messages, inline_switches
from procs.store.inline.inline_messages import InlineAsk
from procs.store.modes import link_gate
from procs.store.people import users
from procs.store.people.bans import Ban
from procs.store.requests import buttons
from procs.store.requests.allowances import Allowance
from procs.store.requests.buttons import Button, ButtonMeaning, Outcome
from procs.store.requests.requests import Submitted
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Press
from procs.telegram.chat.inline_updates import InlineChoice
from procs.telegram.delivery.inline_edit import EDIT_INLINE
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: What the button of a placeholder does.
BEGIN = "inline"
#: What a client writes when the private chat is opened by an address with a parameter.
START = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]+)")
#: Seconds that a refusal waits for the leave to be written.
REFUSAL_TIMEOUT = 10.0


class InlineChoices:
    """`call` has the board of inline messages look soon."""

    def __init__(
        self,
        db: Database,
        chat_session: BotSession,
        replies: ReplySender,
        *,
        call: Callable[[], None],
        allowance: Allowance,
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.replies = replies
        self.allowance = allowance
        self.call = call

    def offer(self, person: Person, link: Link) -> str:
        """A token that stands for a link: the id of its result, the data of its button, and the
        parameter that opens the private chat with it."""
        facts = {"url": link.url, "site": link.site, "key": link.key, "variant": link.variant}
        return buttons.mint(self.db, [ButtonMeaning(person.id, 0, BEGIN, facts)], now=clock.now())[
            0
        ]

    async def on_choice(self, chosen: InlineChoice) -> None:
        """Somebody sent a result. One of kept media is there already. Raises as `refuse`."""
        person = chosen.person
        found = buttons.find(self.db, chosen.result, person.id, chat=0, now=clock.now())
        if not found.fresh or not found.button or found.button.meaning.action != BEGIN:
            return
        await self.chat_session.named.wait()
        choice = self.choice(person, chosen.target, found.button)
        done = self.begin(choice)
        inline_switches.note(self.db, inline_switches.FEEDBACK, on=True, now=clock.now())
        if not done.request:
            await self.refuse(choice, done)

    def press(self, press: Press, button: Button) -> PressAnswer:
        """The button of a placeholder, inside of `db.write()`. It may be pressed again: what has
        begun does not begin twice."""
        if press.inline is None or not self.chat_session.named.is_set():
            key = "inline-moment" if press.inline else "unknown-button"
            return PressAnswer(i18n.say(press.language, key))
        choice = self.choice(press.person, press.inline, button)
        done = self.begin(choice)
        if not done.request:
            return PressAnswer(self.refusal(choice, done), partial(self.refuse, choice, done))
        again = done.outcome == "again"
        if not (again or inline_messages.is_repeated(self.db, done.request)):
            # It would have begun before the button could be pressed.
            inline_switches.note(self.db, inline_switches.FEEDBACK, on=False, now=clock.now())
        key = "press-already" if again else "inline-begun"
        return PressAnswer(i18n.say(press.language, key))

    def choice(self, person: Person, target: InlineTarget, button: Button) -> InlineAsk:
        """The request that a chosen result stands for."""
        link, bot = link_of(button.meaning), self.chat_session.username
        return InlineAsk(person, target, link, button.token, bot)

    def begin(self, choice: InlineAsk) -> Submitted:
        """Accept what was chosen."""
        now = clock.now()
        users.remember(self.db, choice.person, now=now)
        done = inline_messages.accept(self.db, choice, allowance=self.allowance, now=now)
        log.info("inline.chosen", user=choice.person.id, request=done.request, outcome=done.outcome)
        self.call()
        return done

    async def refuse(self, choice: InlineAsk, done: Submitted) -> None:
        """A clear end of what may not begin, with the button that tries it again. Raises as
        `Rpc.ask`."""
        await self.end(choice, self.refusal(choice, done))

    async def refuse_banned(self, chosen: InlineChoice, ban: Ban) -> None:
        """The same for somebody who was banned since the result was shown. Raises as `Rpc.ask`."""
        person = chosen.person
        found = buttons.find(self.db, chosen.result, person.id, chat=0, now=clock.now())
        if found.button is None or found.button.meaning.action != BEGIN:
            return
        await self.chat_session.named.wait()
        words = i18n.say(
            person.language, "banned", words=ban_words(ban.until, ban.reason, person.language)
        )
        await self.end(self.choice(person, chosen.target, found.button), words)

    async def end(self, choice: InlineAsk, words: LocalText) -> None:
        """Edit the message to a clear end, with the button that asks again. Raises as
        InlineSender.edit_inline."""
        label = i18n.say(choice.person.language, "inline-again")
        leave = partial(
            self.replies.pace.leave, EDIT_INLINE, urgency=Urgency.ANSWER, patience=REFUSAL_TIMEOUT
        )
        again = (label, data(choice.token))
        await self.chat_session.edit_inline(choice.target, words, buttons=(again,), leave=leave)

    def closed(self, person: Person, link: Link) -> LocalText | None:
        """Why a link is not shown to somebody, though its media may be kept: the bot's mode, or a
        blocked host."""
        ask = Ask(person.id, person.id, 0, 0, link)
        kind = self.allowance.kind(self.db, person.id)
        verdict = link_gate.judged(self.db, ask, kind, now=clock.now())
        if not verdict.why:
            return None
        done = Submitted(0, verdict.why, 0, verdict.reason, verdict.until)
        return refusals.words(self.db, person.id, person.language, done, self.allowance)

    def refusal(self, choice: InlineAsk, done: Submitted) -> LocalText:
        """Why the request was not accepted."""
        person = choice.person
        return refusals.words(self.db, person.id, person.language, done, self.allowance)

    def behind(self, text: str, person: Person) -> Link | None:
        """The link behind `/start token`, which everybody may follow who sees the message with that
        button; None for any other text."""
        named = START.fullmatch(text.strip())
        if named is None:
            return None
        now = clock.now()
        found = buttons.find(self.db, named[1], person.id, chat=0, shared=True, now=now)
        button = found.button if found.outcome is not Outcome.STALE else None
        return link_of(button.meaning) if button and button.meaning.action == BEGIN else None


def link_of(meaning: ButtonMeaning) -> Link:
    """The link that a button of ours was made for."""
    return Link(**{name: str(meaning.data[name]) for name in ("url", "site", "key", "variant")})
