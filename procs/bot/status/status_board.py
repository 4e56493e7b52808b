"""Keeps one status message per message of a person in step with the store.

Nothing is remembered here that a restart would miss: whether a message exists, what it says, and
under which random_id it is sent stand in the row of its request, of several in that of the first.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from procs.bot.conversation.failure_boundary import logged, until_tick
from procs.bot.conversation.reply_sender import EDIT
from procs.bot.status import edit_throttle, status_text
from procs.bot.status.edit_queue import EditQueue
from procs.bot.status.status_messages import MessageState, StatusMessage, gather
from procs.bot.status.status_text import OwnWords, StatusView
from procs.bot.status.status_writer import StatusWriter
from procs.core import clock, log
from procs.core.clock import Now
from procs.errors import ChatClosed, StoreUnready, TelegramAway, TelegramRefused, TelegramWait
from procs.store import wake
from procs.store.database import Database
from procs.store.media.cards import CHOOSING
from procs.store.requests import link_groups, request_status
from procs.store.server_absence import ServerAbsence
from procs.store.wake import WakeSocket
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.message_limits import EDITS, Urgency
from procs.telegram.server_clock import told

#: Seconds between two queries: the longest without a wake-up, the shortest with many.
IDLE_INTERVAL, BUSY_INTERVAL = 1.0, 0.2
#: Seconds after which the board queries though nothing changed: time alone makes a worker seem to
#: stall, and brings the next attempt nearer.
CLOCK_INTERVAL = 5.0
#: Seconds that a known media has to arrive before its request gets a status message, and of rest
#: for a message that could not be written.
MEDIA_GRACE, RETRY_REST = 1.5, 2.0
MESSAGES_AT_ONCE = 4  # of one person, that are written

Edit = Coroutine[Any, Any, None]


class CardDeeds(Protocol):
    """Who writes a message while its person is asked what they want of a link: cards know of
    statuses, not the other way round."""

    def write(self, post: StatusMessage, *, sure: bool) -> Edit:
        """Make the message say it; `sure` that nobody made the message before."""


class StatusBoard:
    """Decides what is to be done with each message, and has the status writer do one edit at a
    time. `beside` are looked at together with the status messages; each returns whether to look
    again soon. `own_words` are what the operator says to who waits in line, in a language."""

    def __init__(
        self,
        db: Database,
        chat_session: BotSession,
        status_writer: StatusWriter,
        cards: CardDeeds,
        beside: Sequence[Callable[[Now], bool]] = (),
        *,
        own_words: OwnWords = lambda language: "",
    ) -> None:
        self.db = db
        self.chat_session = chat_session
        self.status_writer = status_writer
        self.replies = status_writer.replies
        self.cards = cards
        self.beside = tuple(beside)
        self.own_words = own_words
        self.turns = EditQueue()
        self.busy: dict[int, asyncio.Task[str]] = {}
        #: Messages that are being written, by person.
        self.load: Counter[int] = Counter()
        self.memories: dict[int, MessageState] = {}
        self.absence = ServerAbsence("status board")
        #: `next_look`: the boot instant at which something of what was seen becomes due.
        self.next_edit, self.looked, self.next_look = 0.0, 0.0, 0.0
        self.hear: Callable[[set[bytes]], None] = lambda words: None  # also what it is told

    # --- first answers, asked for by intake --------------------------------------------------

    def withhold(self, request: int, *, fresh: bool = True, alone: bool = False) -> None:
        """Send none yet. `fresh`: nobody can have sent one; `alone`: its message had one link."""
        speaker = request if alone else link_groups.speaker(self.db, request)
        if speaker not in self.busy:
            memory = self.memory(speaker)
            memory.withheld, memory.fresh = clock.now().boot + MEDIA_GRACE, fresh
            self.look_by(memory.withheld)

    def answer(self, request: int, *, fresh: bool = True) -> asyncio.Task[str] | None:
        """Send a new request's status message now; None when that is being sent already."""
        speaker = link_groups.speaker(self.db, request)
        if speaker in self.busy:
            return None
        memory = self.memory(speaker)
        memory.withheld, memory.fresh = 0.0, fresh
        now = clock.now()
        posts = gather(request_status.together(self.db, speaker, now=now))
        if not posts or self.is_crowded(posts[0]):
            return None
        return self.begin(posts[0], self.first(posts[0], now))

    def refresh(self, request: int) -> asyncio.Task[str] | None:
        """Write the message of a request that a person just changed, before those that only move
        on; None when it is being written already, and is looked at again after that."""
        speaker, now = link_groups.speaker(self.db, request), clock.now()
        posts = gather(request_status.together(self.db, speaker, now=now))
        self.look_by(now.boot)
        if not posts or speaker in self.busy:
            return None
        post = posts[0]
        edit = self.edit(post, now)
        if edit is None and post.is_open:
            view = self.current_view(post, now)
            edit = self.status_writer.rewrite(post, view, urgency=Urgency.ANSWER)
        return self.begin(post, edit) if edit else None

    # --- keeping true ------------------------------------------------------------------------

    async def run(self) -> None:
        """Query when something is told or due, until the connection is given up."""
        wake_socket = WakeSocket(self.db.run, wake.BOT)
        try:
            while not self.chat_session.dead:
                called, due = await wake_socket.wait(self.patience()), True
                with self.absence.tolerated():
                    self.hear(called)
                    if due := bool(called) or self.is_due():
                        self.look()
                    await self.chat_session.save()
                if due:
                    await asyncio.sleep(BUSY_INTERVAL)
        finally:
            wake_socket.close()

    def is_due(self) -> bool:
        """Whether a query may find something new though nobody called."""
        return self.db.changed() or not self.patience() or self.is_stale()

    def patience(self) -> float:
        """Seconds until the next query, if nobody calls; 0 when something is due."""
        return min(max(0.0, self.next_look - clock.now().boot), until_tick(IDLE_INTERVAL))

    def look_by(self, at: float) -> None:
        """Query at this boot instant, if nothing calls sooner."""
        self.next_look = min(self.next_look, at)

    def is_stale(self) -> bool:
        """Whether the clock alone may have changed what was seen last."""
        return bool(self.memories) and clock.now().boot - self.looked >= CLOCK_INTERVAL

    def call(self) -> None:
        """Query soon: a change by this process's own connection is not seen otherwise."""
        self.next_look = 0.0
        wake.notify(self.db.run, wake.BOT)

    async def settle(self, patience: float) -> None:
        """Let what is being written finish."""
        if self.busy:
            await asyncio.wait(self.busy.values(), timeout=patience)

    def look(self) -> None:
        """Compare the messages with the store, and begin the edits that are needed."""
        now = clock.now()
        self.looked = now.boot
        posts = gather(request_status.open_statuses(self.db, now=now))
        known = {post.id for post in posts}
        self.memories = {n: kept for n, kept in self.memories.items() if n in known}
        self.turns.keep(post.head for post in posts)
        self.next_look = math.inf
        idle = [
            post for post in posts if post.id not in self.busy and not self.is_resting(post, now)
        ]
        for post in idle:
            if self.is_crowded(post):
                continue
            if (edit := self.edit(post, now)) is not None:
                self.begin(post, edit)
        self.progress([post for post in idle if post.id not in self.busy and post.is_open], now)
        for look in self.beside:
            if look(now):
                self.look_by(now.boot + BUSY_INTERVAL)

    def is_resting(self, post: StatusMessage, now: Now) -> bool:
        """Whether a message is to be left alone for the moment."""
        memory = self.memory(post.id)
        until = max(memory.resting, memory.withheld if post.is_open else 0.0)
        self.look_by(until if until > now.boot else math.inf)
        return until > now.boot

    def edit(self, post: StatusMessage, now: Now) -> Edit | None:
        """What a message needs, progress apart."""
        head = post.head
        if head.state == CHOOSING and not post.is_group:
            return self.first(post, now)
        if head.status_message is None:
            if self.memory(post.id).withheld and post.is_past:
                return self.status_writer.silence(post)
            return self.first(post, now)
        if head.status_message and not head.shown:
            return self.status_writer.look(post, self.current_view(post, now))
        if found := post.unlisted:
            return self.status_writer.show(post, found, status_text.render(found, now))
        return None if post.is_open else self.end(post, now)

    def end(self, post: StatusMessage, now: Now) -> Edit | None:
        """What a message needs whose requests are over; None while its person had many ends."""
        if not self.turns.may_end(post.head.user, now.boot):
            self.look_by(self.turns.may_end_at(post.head.user))
            return None
        if post.needs_no_word:
            return self.status_writer.delete_all(post)
        return self.status_writer.last(post, self.current_view(post, now))

    def is_crowded(self, post: StatusMessage) -> bool:
        """Whether so many messages of a person are being written that the rest waits for one's end:
        the next in that chat, perhaps the answer to /cancel, must not wait behind all of them."""
        return self.load[post.head.user] >= MESSAGES_AT_ONCE

    def first(self, post: StatusMessage, now: Now) -> Edit:
        """The first text of a message. When it fails, its outcome is unknown."""
        memory = self.memory(post.id)
        sure, memory.fresh = memory.fresh, False
        if post.head.state == CHOOSING and not post.is_group:
            return self.cards.write(post, sure=sure)
        return self.status_writer.first(post, self.current_view(post, now), sure=sure)

    def progress(self, posts: list[StatusMessage], now: Now) -> None:
        """Rewrite at most one message: that of the person whose turn it is."""
        ready, at = {}, told()
        for post in posts:
            if not post.head.status_message:
                continue
            new, old = self.current_view(post, now), edit_throttle.shown(post.head)
            if edit_throttle.due(new, old, at.wall):
                ready[post.id] = post, new
            else:
                self.look_by(at.boot + edit_throttle.due_at(new, old) - at.wall)
        if not ready:
            return
        if (wait := max(self.next_edit - now.boot, self.replies.pace.wait(EDIT))) > 0:
            self.look_by(now.boot + wait)
            return
        self.next_edit = now.boot + EDITS.gap
        turn = self.turns.next([(post.head, new) for post, new in ready.values()], at.wall)
        if turn is not None:
            self.begin(ready[turn][0], self.status_writer.rewrite(*ready[turn]))

    def current_view(self, post: StatusMessage, now: Now) -> StatusView:
        """What the message should say; worked out again only when a row changed."""
        memory = self.memory(post.id)
        if memory.view is None or memory.post != post or post.depends_on_time:
            own = self.own_words(post.head.language)
            memory.post, memory.view = post, post.render(now).below(own)
        return memory.view

    def memory(self, request: int) -> MessageState:
        """What the board knows of a message, made at its first mention."""
        return self.memories.setdefault(request, MessageState())

    # --- doing -------------------------------------------------------------------------------

    def begin(self, post: StatusMessage, edit: Edit) -> asyncio.Task[str]:
        """Edit a message in a task; one person has a bounded number at a time."""
        task = asyncio.create_task(logged(self.carry(post, edit), request=post.id))
        self.busy[post.id] = task
        self.load[post.head.user] += 1
        task.add_done_callback(lambda _: self.note_edit_end(post))
        return task

    def note_edit_end(self, post: StatusMessage) -> None:
        """An edit is over: query, since a change by our own connection is not seen otherwise."""
        self.busy.pop(post.id, None)
        self.load -= Counter({post.head.user: 1})
        self.call()

    async def carry(self, post: StatusMessage, edit: Edit) -> None:
        """Make one edit, and handle its failure."""
        memory = self.memory(post.id)
        memory.resting = clock.now().boot + RETRY_REST
        try:
            await edit
        except TelegramWait as wait:
            self.replies.pace.note(wait)
        except ChatClosed as error:
            await self.status_writer.leave(post, error)
        except TelegramRefused as error:
            log.warning("status.refused", request=post.id, error=error)
            await self.status_writer.reactions.end(post.head)
            self.status_writer.give_up(post)
        except (TelegramAway, StoreUnready) as error:
            log.warning("status.late", request=post.id, error=error)
        else:
            memory.resting = 0.0
