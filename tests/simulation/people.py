"""Who acts upon requests: the bot that takes what people send, and people who change their minds.

Each has a connection of its own, so that two of them are as two processes are.
"""

from collections import Counter
from typing import Any

from procs.core import clock
from procs.records import press_actions
from procs.records.job import Ask, Link, Media, Person
from procs.store.media import references
from procs.store.people import users
from procs.store.requests import (
    buttons,
    link_groups,
    renewals,
    request_status,
    requests,
    status_columns,
)
from procs.store.requests.allowances import Allowance
from procs.store.requests.renewals import RenewalAsker
from tests.simulation import broadcast_acts, followers, inline_choices
from tests.simulation.actor import Actor
from tests.simulation.bot_delivery import SteppedFirstHand
from tests.simulation.work import kinds
from tests.simulation.world import HOSTS, PEOPLE

#: The group that most people write in.
GROUP_CHAT = -7
FILMS, LISTS = 9, 3
#: Where people ask alone, the part of the messages that are one link in a private chat; and how
#: often one comes, and the bot goes on with what it sends itself, beside its other acts.
ALONE, OWN = 0.8, 8
#: Requests on the way beyond which the bot takes no more: an episode would not end.
CROWD = 30
#: The same where most people ask alone, so that there is mostly no line before the bot's own hands.
ALONE_OPEN = 4
ALLOWANCE = Allowance(most=10, entries=12, group=24)


class Bot(Actor):
    """Takes links, some of them twice, and sends known media itself; and says the last word about
    what is over."""

    def begin(self) -> None:
        """In a rush, and where people ask alone, all films are with Telegram already; where it is
        about followed lists, all people follow all of them."""
        self.first_hand = SteppedFirstHand(self)
        if self.world.lists:
            followers.all_follow(self)
        for number in range(FILMS) if self.world.known else ():
            link = film(number)
            if not references.find(self.db, link.key, link.variant):
                upload = self.world.telegram.upload
                parts = tuple(upload(link.key, n, one) for n, one in enumerate(kinds(link.key)))
                got = Media(link.key, link.variant, "a title", link.site, link.url, parts)
                references.save(self.db, got, keys={link.key}, now=self.now())

    def act(self) -> None:
        if self.calm:
            self.first_hand.go_on_with_all()
            self.watch_broadcasts()
            return self.close()
        acts = (*(self.take,) * self.takes(), self.take_again, self.close, self.show)
        acts = (*acts, self.first_hand.go_on, self.first_hand.restart)
        if self.world.alone:
            acts = (*acts, *(self.first_hand.go_on,) * OWN)
        if not self.world.known:
            acts = (*acts, self.choose_inline, self.edit_inline, self.watch_broadcasts, self.follow)
        return self.random.choice(acts)()

    def forget(self) -> None:
        super().forget()
        self.first_hand: Any = None

    def bury(self) -> None:
        if self.first_hand:
            self.first_hand.bury()

    def takes(self) -> int:
        """How often a message comes, beside the other acts."""
        few = LISTS if self.world.lists else ALONE_OPEN if self.world.alone else CROWD
        often = OWN if self.world.alone else 3
        return 0 if self.world.oracle.open > few else often

    def choose_inline(self) -> None:
        if self.world.oracle.open < CROWD:
            link = film(self.random.randrange(FILMS))
            inline_choices.choose(self, self.random.choice(PEOPLE), link, ALLOWANCE)

    def follow(self) -> None:
        followers.change(self, self.random.choice(PEOPLE))

    def edit_inline(self) -> None:
        inline_choices.edit(self)

    def watch_broadcasts(self) -> None:
        broadcast_acts.watch(self)

    def take(self) -> None:
        """Somebody sends a message with links."""
        if self.world.oracle.open > CROWD:
            return self.close()
        self.world.messages += 1
        user = self.random.choice(PEOPLE)
        alone = self.world.alone and self.random.random() < ALONE
        in_group = self.world.rush or self.random.random() < 0.5
        chat = GROUP_CHAT if user > 1 and in_group and not alone else user
        films, lists = map(film, range(FILMS)), map(list_of, range(LISTS))
        count = 6 if self.world.rush else self.random.choice((1, 1, 2, 4, 6))
        count = 1 if alone else count
        links = self.random.sample([*films, *(() if self.world.known else lists)], count)
        asks = [Ask(user, chat, self.world.messages, n, one) for n, one in enumerate(links)]
        self.world.inbox.append(asks)
        return self.submit(asks)

    def take_again(self) -> None:
        """Telegram repeats an update that was not acknowledged, or was."""
        if self.world.inbox:
            self.submit(self.random.choice(self.world.inbox[-3:]))

    def submit(self, asks: list[Ask]) -> None:
        user, telegram = asks[0].user, self.world.telegram
        names = ", ".join(ask.link.key for ask in asks)
        self.says(f"takes {names} of person {user} in chat {asks[0].chat}")
        wanted = Counter(key for ask in asks for key in keys(ask.link))
        for key, count in wanted.items():
            where = (asks[0].chat, asks[0].message, key)
            telegram.asked[where] = max(count, telegram.asked[where])
        users.remember(self.db, Person(user, "en", f"person {user}"), now=self.now())
        mark = (asks[0].chat, asks[0].message, 0)
        done = self.first_hand.submit(asks, allowance=ALLOWANCE, mark=mark)
        for one in done:
            if one.request:
                self.world.oracle.tell_taken(one.request)

    def close(self) -> None:
        """Say the last word about what is over."""
        now = self.now()
        inline = request_status.inline(self.db, now=now)
        statuses = [*request_status.open_statuses(self.db, now=now), *inline]
        over = [one.request for one in statuses if one.state != "open"]
        if over:
            self.says(f"closes {', '.join(map(str, over))}")
            requests.close_all(self.db, over, now=self.now())

    def show(self) -> None:
        """Send or edit a status message, its row written before and after."""
        statuses = request_status.open_statuses(self.db, now=self.now())
        if not statuses:
            return
        one = self.random.choice(statuses)
        speaker = one.speaker or one.request
        if one.status_message is None:
            if not status_columns.begins(self.db, speaker, now=self.now()):
                return
            self.point("sends a status message")
            requests.note_answered(
                *(self.db, speaker),
                message=one.request,
                shown="text",
                shown_at=self.now().wall,
                now=self.now(),
            )
        else:
            status_columns.changes(
                self.db, speaker, stage=str(one.step), share=None, now=self.now()
            )
            self.point("edits a status message")
            status_columns.note_shown(self.db, speaker, "text", now=self.now())


class People(Actor):
    """Cancels, and presses buttons, twice where a finger is nervous."""

    def act(self) -> None:
        if self.calm or self.random.random() < 0.5:
            return None
        acts = (self.cancel, self.cancel_many, self.press, self.press, self.press, self.follow)
        return self.random.choice(acts)()

    def follow(self) -> None:
        if not self.world.known:
            followers.change(self, self.random.choice(PEOPLE))

    def cancel(self) -> None:
        statuses = request_status.open_of(self.db, self.random.choice(PEOPLE))
        if statuses and self.random.random() < 0.5:
            one = self.random.choice(statuses)
            self.says(f"cancels request {one.request}")
            if requests.cancel(self.db, one.request, user=one.user, now=self.now()):
                self.world.oracle.tell_cancelled(one.request)

    def cancel_many(self) -> None:
        """All of a chat, or the links of one message."""
        if self.random.random() < 0.8:
            return
        user = self.random.choice(PEOPLE)
        statuses = request_status.open_of(self.db, user)
        groups = sorted({one.speaker for one in statuses if one.speaker})
        if groups and self.random.random() < 0.7:
            speaker = self.random.choice(groups)
            self.says(f"cancels the links of one message, {speaker}")
            link_groups.cancel(self.db, speaker, user=user, now=self.now())
        elif statuses:
            self.says(f"cancels all of person {user}")
            chat, before = statuses[0].chat, self.world.messages
            requests.cancel_all(self.db, user, chat=chat, before=before, now=self.now())

    def press(self) -> None:
        """A button under a medium: the same once more, in another form."""
        if not self.world.telegram.buttons:
            return
        token, person, chat = self.random.choice(self.world.telegram.buttons[-6:])
        self.says(f"presses a button in chat {chat}")
        now = clock.now()
        with self.db.write(full=True):
            found = buttons.press(self.db, token, person, chat=chat, now=now)
            button = found.button
            if not found.fresh or button is None or button.meaning.action != press_actions.AGAIN:
                return
            asker = RenewalAsker(person, chat, 0)
            ask = renewals.origin(self.db, button.meaning.request or 0, asker)
            if ask is None:
                return
            variant = str(button.meaning.data["variant"])
            self.world.telegram.asked[(chat, ask.message, ask.link.key)] += 1
            done = renewals.renew(self.db, ask, variant, allowance=ALLOWANCE, now=now)
        if done.request:
            self.world.oracle.tell_taken(done.request)


def film(number: int) -> Link:
    site, key = HOSTS[number % len(HOSTS)], f"film:{number}"
    return Link(f"https://{site}/{key}", site, key)


def list_of(number: int) -> Link:
    """One that may be a list of three films, or, every other, turns out to be a medium."""
    kind = ("list", "post")[number % 2]
    site, key = HOSTS[number % len(HOSTS)], f"{kind}:{number}"
    return Link(f"https://{site}/{key}", site, key, "best#1-3")


def keys(link: Link) -> list[str]:
    """The keys of the media that a link brings."""
    kind, _, number = link.key.partition(":")
    if kind != "list":
        return [link.key]
    return [f"film:{(int(number) + step) % FILMS}" for step in range(3)]
