"""The first answer to a message: a status message, a refusal, a question, or the reason of a
failure."""

import asyncio
from collections import Counter

from procs.bot.cards.wish_questions import WishQuestions
from procs.bot.chat_actions import ChatActions
from procs.bot.conversation import refusals
from procs.bot.conversation.hints import Hints
from procs.bot.conversation.reply_sender import once
from procs.bot.status.status_board import StatusBoard
from procs.core import clock, log
from procs.store.modes import bot_modes
from procs.store.modes.bot_modes import LESSER
from procs.store.requests.allowances import FULL, GROUP_FULL, LISTS_FULL, Allowance
from procs.store.requests.requests import Submitted
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage
from procs.telegram.pace import Urgency
from procs.texts import i18n
from procs.wishes.grammar import link
from procs.wishes.grammar.link import Parsed

#: Seconds: what is too old is told once a day.
TOO_LATE_PERIOD = 24 * 3600.0
#: Outcomes of what is to be fetched.
FETCHED = frozenset({"queued", "joined"})
#: Reasons that pass when something has come: said once in a minute, whichever it is.
CROWDED = frozenset({FULL, LISTS_FULL, GROUP_FULL})


class FirstAnswers:
    """Answers once what was asked for is kept. `allowance` is how much one may have on the way."""

    def __init__(
        self,
        status_board: StatusBoard,
        hints: Hints,
        wishes: WishQuestions,
        allowance: Allowance,
    ) -> None:
        self.status_board = status_board
        self.hints = hints
        self.wishes = wishes
        self.allowance = allowance
        self.db = status_board.db
        pace = hints.replies.pace
        self.chat_actions = ChatActions(self.db, status_board.chat_session, pace, hints.inbox)

    async def too_late(self, incoming: Incoming) -> None:
        """Answer what is too old: one message for everything of a day."""
        if not self.hints.inbox.count_answer(incoming, "too-late"):
            return
        text = i18n.say(incoming.language, "too-late")
        random_id = once("too-late", incoming.chat, int(incoming.at // TOO_LATE_PERIOD))
        await self.hints.replies.send(
            OutgoingMessage(
                incoming.chat,
                incoming.access,
                text,
                random_id,
                incoming.message,
                (),
                incoming.topic,
            )
        )
        log.info("message.too-late", chat=incoming.chat, message=incoming.message)

    async def answer(self, incoming: Incoming, parsed: Parsed, done: list[Submitted]) -> None:
        """The first answer about every link of a message."""
        accepted = [one for one in done if one.request]
        refused = [one for one in done if not one.request]
        for one in accepted:
            event = "request.repeated" if one.outcome == "again" else "request.received"
            log.info(event, request=one.request, job=one.job, outcome=one.outcome)
        alone = len(done) == 1 and not incoming.edited
        answers = [task for one in accepted if (task := self.first(one, incoming, alone=alone))]
        if accepted:
            self.chat_actions.follow(accepted[0].request, incoming.chat)
        complaints = [self.hints.complain(incoming, problem) for problem in parsed.problems]
        asked = parsed.questions
        questions = [self.wishes.ask(incoming, it, asked) for it in {one.about for one in asked}]
        rest = [self.rest(incoming, parsed.left_out)] if parsed.left_out else []
        if accepted and refused and {one.outcome for one in refused} == {FULL}:
            rest += [self.refuse_rest(incoming, len(accepted), len(refused))]
        elif refused:
            rest += [self.refuse(incoming, refused)]
        rest += [self.note_mode(incoming)] if any(one.outcome in FETCHED for one in done) else []
        await asyncio.gather(*answers, *complaints, *questions, *rest)

    def first(
        self, accepted: Submitted, incoming: Incoming | None = None, *, alone: bool = False
    ) -> asyncio.Task[str] | None:
        """Begin the first answer to a request. A known media is in the chat in a moment: its status
        message would only flicker. A repeated update is answered already, or will be. To what was
        written before this process listened another one may have answered, whose record was lost
        with the last seconds of the database."""
        fresh = incoming is None or self.status_board.chat_session.is_new(incoming)
        if accepted.outcome == "cached":
            self.status_board.withhold(accepted.request, fresh=fresh, alone=alone)
        elif accepted.outcome != "again":
            return self.status_board.answer(accepted.request, fresh=fresh)
        return None

    async def note_mode(self, incoming: Incoming) -> None:
        """Say, once in a minute, that less than what was asked for may come."""
        mode = bot_modes.current(self.db, now=clock.now()).mode
        if mode in LESSER and self.hints.inbox.count_answer(incoming, f"mode-{mode}") == 1:
            await self.hints.replies.reply(incoming, f"mode-note-{mode}", about="mode")

    async def refuse(self, incoming: Incoming, refused: list[Submitted]) -> None:
        """Say, each reason once in a minute, why no more is taken: of a message with several links
        each time."""
        for outcome, count in Counter(one.outcome for one in refused).items():
            one = next(it for it in refused if it.outcome == outcome)
            about = "refused" if outcome in CROWDED else f"refused-{outcome}"
            told = self.hints.inbox.count_answer(incoming, about, count=count)
            if told or len(refused) > 1:
                urgency = Urgency.COMMAND  # behind a hundred first answers it would be too late
                who = incoming.person.id, incoming.language
                words = refusals.words(self.db, *who, one, self.allowance)
                await self.hints.replies.reply(
                    incoming,
                    "refused-words",
                    about=about,
                    urgency=urgency,
                    passing=True,
                    words=words,
                )

    async def refuse_rest(self, incoming: Incoming, taken: int, left: int) -> None:
        """Say of how many links of a message no more is taken: the person sends those again."""
        self.hints.inbox.count_answer(incoming, "refused", count=left)
        await self.hints.replies.reply(
            incoming,
            "refused-rest",
            about="refused",
            urgency=Urgency.COMMAND,
            taken=taken,
            left=left,
            most=self.allowance.most,
        )

    async def rest(self, incoming: Incoming, count: int) -> None:
        """Say how many links of a message were left out."""
        await self.hints.replies.reply(
            incoming, "links-left-out", most=link.LINKS_TAKEN, count=count
        )
