"""The state of a bot's update sequences: what arrived, and what getDifference must fetch. No
network here.

The rules are those of core.telegram.org/api/updates, with one of our own: numbers decide what is
asked for, never whether a person's message is handed on. Whoever takes it knows by (chat, message)
whether it was heard; a server that counts wrongly can make us ask in vain, but not lose a message.
"""

from dataclasses import dataclass, field
from typing import Any

from pyrogram.raw import types
from pyrogram.utils import get_channel_id

from procs.telegram.updates import short_updates
from procs.telegram.updates.update_contents import (
    AFFECTED,
    COMMON,
    MESSAGES,
    NEW,
    UpdateContents,
    before,
    box_of,
    contents,
    most,
    opened,
    reaches,
)
from procs.telegram.updates.update_sequence import Sequence, Verdict

#: Pushed messages by which a repeated push is told from one that a number went past.
REMEMBERED = 500
#: Events before the place that comes with a channel which is not known yet: the page says that it
#: is where to begin, and other clients take it for the newest. What is heard twice is known.
MARGIN = 100


@dataclass(frozen=True, slots=True)
class DifferenceCall:
    """One call of getDifference on its way: what came after `since` is asked for. `place` and
    `last` are our place, and the last event beyond a gap, when it left."""

    box: int
    since: int | None
    place: int | None
    last: int
    forced: bool


@dataclass(slots=True)
class UpdateStream:
    """`boxes` hold our places; `date`, `qts` and `seq` are of the common box. `wants` is what must
    be asked for, as box -> the place to ask from (None: ours); a gap may also fill itself.

    Nothing but the date says which channels that are not known yet have something that we missed:
    one that a push brought is believed as late as a place is, and not while the difference is
    asked for.
    """

    boxes: dict[int, Sequence] = field(default_factory=lambda: {COMMON: Sequence()})
    qts: Sequence = field(default_factory=Sequence)
    seq: Sequence = field(default_factory=Sequence)
    date: Sequence = field(default_factory=Sequence)
    wants: dict[int, int | None] = field(default_factory=dict)
    #: Updates whose people we do not know yet: the difference tells them with it.
    incomplete: list[UpdateContents] = field(default_factory=list)
    #: Calls on their way.
    asking: dict[int, DifferenceCall] = field(default_factory=dict)
    seen: dict[tuple[int, int], None] = field(default_factory=dict)

    # --- what Telegram sends -----------------------------------------------------------------

    def push(self, updates: Any, *, now: float) -> list[UpdateContents]:
        """The updates to pass on from a push, or from the answer to one of our calls."""
        if isinstance(updates, types.UpdatesTooLong):
            self.want(COMMON, since=self.boxes[COMMON].sure(now))
            return []
        whole = []
        for one in opened(updates):
            self._number(one.update, now)
            if not isinstance(one.update, MESSAGES) or short_updates.is_complete(
                one.update, one.users
            ):
                whole.append(one)
            else:
                self.incomplete.append(one)
                self.want(box_of(one.update), since=before(one.update))
        if isinstance(updates, (types.Updates, types.UpdatesCombined)):
            self._order(updates, now)
        return whole

    def absorb_answer(self, query: Any, answer: Any, *, now: float) -> list[UpdateContents]:
        """The same for the answer to a call of ours: what we did ourselves has a number too, and
        others' updates may come along with it."""
        if isinstance(answer, AFFECTED):
            channel = getattr(getattr(query, "channel", None), "channel_id", None)
            box = get_channel_id(channel) if channel else COMMON
            ids = getattr(query, "id", None)
            most = len(ids) if isinstance(ids, list) else None
            self._take(box, answer.pts, answer.pts_count, most, now)
            return []
        if isinstance(answer, types.UpdateShortSentMessage):
            self._take(COMMON, answer.pts, answer.pts_count, 1, now)
            return []
        return self.push(answer, now=now) if isinstance(answer, short_updates.CONTAINERS) else []

    def _order(self, updates: Any, now: float) -> None:
        """ "seq: checking and applying": what has no number of its own is counted by container."""
        start = getattr(updates, "seq_start", updates.seq)
        if start:
            count = updates.seq - start + 1
            if self.seq.take(updates.seq, count, now=now) is Verdict.GAP:
                self.want(COMMON)
        if updates.date and COMMON not in self.wants and COMMON not in self.asking:
            self.date.advance(updates.date, now=now)

    def _number(self, update: Any, now: float) -> None:
        """Apply the number of one update to its sequence, if it has one."""
        if isinstance(update, types.UpdateChannelTooLong):
            self._too_long(update)
        elif getattr(update, "qts", None):
            if self.qts.take(update.qts, 1, now=now) is Verdict.GAP:
                self.want(COMMON)
        elif getattr(update, "pts", None) and getattr(update, "pts_count", None) is not None:
            box, number = box_of(update), update.pts
            verdict = self._take(box, number, update.pts_count, most(update), now)
            if isinstance(update, NEW) and short_updates.sender(update):
                key = (box, update.message.id)
                if verdict is Verdict.OLD and key not in self.seen:
                    # Somebody's count went past it; who knows past what else.
                    self.want(box, since=self.boxes[box].sure(now))
                self._remember(key)

    def _take(self, box: int, number: int, count: int, most: int | None, now: float) -> Verdict:
        sequence = self.boxes.setdefault(box, Sequence())
        verdict = sequence.take(number, count, now=now, most=most)
        if verdict is Verdict.GAP and number not in sequence.ahead:
            self.want(box)
        return verdict

    def _too_long(self, update: Any) -> None:
        """core.telegram.org/constructor/updateChannelTooLong: a channel that is not known yet is
        asked from the number that comes with it, or a little before."""
        box = get_channel_id(update.channel_id)
        self.boxes.setdefault(box, Sequence(max(1, (update.pts or 1) - MARGIN)))
        self.want(box)

    def _remember(self, key: tuple[int, int]) -> None:
        self.seen[key] = None
        if len(self.seen) > REMEMBERED:
            del self.seen[next(iter(self.seen))]

    # --- what is asked for -------------------------------------------------------------------

    def want(self, box: int, *, since: int | None = None) -> None:
        """Have getDifference fetch what came after `since`; after our place when that is not
        given."""
        known = self.wants.get(box)
        self.wants[box] = min(known, since) if known and since else known or since

    def misses(self, box: int) -> bool:
        """Whether getDifference has to be called."""
        return box in self.wants or (box in self.boxes and bool(self.boxes[box].ahead))

    @property
    def gaps(self) -> list[int]:
        """The boxes for which getDifference has to be called."""
        return [box for box in self.boxes if self.misses(box)]

    def ask(self, box: int) -> DifferenceCall:
        """The calls to make now. The caller ends each with `differs` or `failed`."""
        sequence, forced = self.boxes[box], box in self.wants
        since, place = self.wants.pop(box, None), sequence.place
        if place is not None:
            since = place if since is None else max(1, min(place, since))
        asking = DifferenceCall(box, since, place, max(sequence.ahead, default=0), forced)
        self.asking[box] = asking
        return asking

    def note_failure(self, asking: DifferenceCall) -> None:
        """Note that a call failed and has to be repeated."""
        self.asking.pop(asking.box, None)
        if asking.forced:
            self.want(asking.box, since=asking.since)

    def begin(self, state: Any, *, now: float) -> None:
        """Take the place of `updates.getState`: this session had none before."""
        self.asking.pop(COMMON, None)
        common = self.boxes[COMMON]
        common.reach(state.pts, asked=common.place, now=now)
        self._state(state, now)

    def differs(self, asking: DifferenceCall, answer: Any, *, now: float) -> list[UpdateContents]:
        """What is to be handed on of the answer to getDifference or getChannelDifference. When
        there is more, that is wanted at once."""
        self.asking.pop(asking.box, None)
        fresh, others = contents(answer)
        for one in others:
            if box_of(one.update) != asking.box:
                self._number(one.update, now)
        state = getattr(answer, "state", None) or getattr(answer, "intermediate_state", None)
        if state is not None:
            self._state(state, now)
        elif isinstance(answer, types.updates.DifferenceEmpty):
            self._confirm_date(answer.date, now)
            self._confirm(self.seq, answer.seq, now)
        self._reach(asking, *reaches(answer, asking.since or 1), now)
        told = [*fresh, *others, *self.incomplete]
        self.incomplete = []
        return told

    def _reach(self, asking: DifferenceCall, reached: int, more: bool, now: float) -> None:
        """What was beyond a gap has been handed on already: a gap that Telegram does not know of
        is shown again by the next event."""
        sequence = self.boxes[asking.box]
        if not more:
            sequence.reach(reached, asked=asking.place, now=now)
            sequence.ahead = {n: c for n, c in sequence.ahead.items() if n > asking.last}
            return
        if sequence.place is None or reached > sequence.place:
            sequence.reach(reached, asked=None, now=now)
        self.want(asking.box, since=reached)

    def _state(self, state: Any, now: float) -> None:
        self._confirm_date(state.date, now)
        self._confirm(self.qts, state.qts, now)
        self._confirm(self.seq, state.seq, now)

    def _confirm_date(self, date: int | None, now: float) -> None:
        """What Telegram told up to here is there; a date never goes back."""
        self._confirm(self.date, max(date or 0, self.date.place or 0), now)

    def _confirm(self, sequence: Sequence, number: int | None, now: float) -> None:
        if number:
            sequence.reach(number, asked=sequence.place, now=now)

    def forget(self, box: int) -> None:
        """Forget a channel that the bot left."""
        self.boxes.pop(box, None)
        self.wants.pop(box, None)
        self.asking.pop(box, None)

    def sure(self, box: int, *, now: float) -> int | None:
        """The place that may be stored: the one before every missing update."""
        asking = self.asking.get(box)
        places = [self.boxes[box].sure(now), self.wants.get(box), asking.since if asking else None]
        return min((place for place in places if place is not None), default=None)

    def given_up(self) -> list[UpdateContents]:
        """Updates whose people cannot be asked for at the moment: better heard with less."""
        told, self.incomplete = self.incomplete, []
        return told
