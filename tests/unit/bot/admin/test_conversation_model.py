"""Four admins in all conversations at once, with kills, repeats and stale buttons, against a model.

The model is a dictionary per admin, chat and topic; what the store says must be the same, whoever
else does what in between. What the conversations end in is counted by the audit log.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from procs import config
from procs.bot.admin.admin_call import ACT, DO, TOPIC, TURN
from procs.bot.admin.panel.admin_set import AdminSet
from procs.bot.commands.button_actions import ButtonActions, EffectRefused
from procs.bot.conversation.reply_sender import ReplySender
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import Person
from procs.store.admins import admin_rows, audit_log, conversation_states
from procs.store.admins.conversation_states import ConversationKey
from procs.store.database import open_database
from procs.store.people import users
from procs.store.requests import buttons
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.bot_session import BotSession
from procs.telegram.chat.inbound import Incoming, Press
from tests.fresh_database import fresh

ADMINS = {1: Role.OWNER, 2: Role.OWNER, 3: Role.OPERATOR, 4: Role.OPERATOR}
#: Somebody whom they talk about, and who never wrote to the bot.
TARGET, GROUP = 77, -100
#: What begins each conversation, the conversation, its step, and what it is told.
TALKS = {
    "role-whom": ("give-role", "whom", Role.OWNER),
    "person-find": ("find-person", "who", Role.OPERATOR),
    "person-ban": ("ban", "reason", Role.OPERATOR),
    "person-write": ("write-to", "words", Role.OPERATOR),
}
PLACES = st.sampled_from([(0, 0), (GROUP, 5), (GROUP, 9)])
WHO, WHAT = st.sampled_from(sorted(ADMINS)), st.sampled_from(sorted(TALKS))


class SilentSender(ReplySender):
    """Keeps what is said instead of sending it."""

    async def send(self, message, **_):
        self.said = [*getattr(self, "said", []), message]
        return 1


async def nobody(press: Press) -> bool:
    """Who may press the buttons of others, or set those of a group, in a private chat."""
    return False


class Conversations(RuleBasedStateMachine):
    @initialize()
    def begins(self):
        self.home = Path(tempfile.mkdtemp(prefix="ch-", dir="/tmp"))
        (self.home / "run").mkdir()
        texts = {"CHAPAR_HOME": str(self.home)}
        self.settings = config.load(texts, env_file=None, need_telegram=False)
        fresh(self.settings.database_url, run=self.settings.run)
        self.model: dict[ConversationKey, tuple[str, str]] = {}
        self.turns: dict[ConversationKey, list[list[int]]] = {}
        self.acts, self.numbers, self.last = 0, 0, None
        self.starts()
        users.remember(self.db, Person(TARGET, "en", "Target", 5), now=clock.now())
        for number, role in ADMINS.items():
            if role is not Role.OWNER:
                admin_rows.give(self.db, number, role, by=1, now=clock.now())

    def starts(self):
        self.db = open_database(self.settings.database_url, run=self.settings.run)
        self.replies = SilentSender(self.db, BotSession(self.settings))
        owners = [number for number, role in ADMINS.items() if role is Role.OWNER]
        self.set = AdminSet(self.db, self.replies, owners)
        self.presses = ButtonActions(self.db, self.replies, shares=nobody, may_set=nobody)
        self.presses.add(*self.set.actions.button_rows())

    def key(self, who, place):
        return ConversationKey(who, place[0] or who, place[1])

    def press(self, who, place, name, **data):
        key = self.key(who, place)
        self.numbers += 1
        facts = {DO: name, TOPIC: key.topic, **data}
        (token,) = buttons.mint(
            self.db, [ButtonMeaning(who, key.chat, ACT, facts)], now=clock.now()
        )
        pressed = Press(self.numbers, Person(who, "en"), key.chat, 0, 1, f"b:{token}")
        try:
            return self.presses.act(pressed, token, shared=False).toast
        except EffectRefused as error:
            return str(error)

    def state(self, key):
        return conversation_states.find(self.db, key)

    @rule(who=WHO, place=PLACES, name=WHAT, instead=st.booleans())
    def begin(self, who, place, name, instead):
        key, (talk, step, least) = self.key(who, place), TALKS[name]
        before = self.state(key)
        self.press(who, place, name, person=TARGET, days=1, **({"instead": 1} if instead else {}))
        is_open = key in self.model
        fresh = is_open and before.name == talk and before.turn == 1
        if ADMINS[who] >= least and (not is_open or instead or fresh):
            self.model[key] = (talk, step)
            found = self.state(key)
            self.turns.setdefault(key, []).append([found.number, found.turn])

    @rule(who=WHO, place=PLACES, text=st.sampled_from([str(TARGET), "@nobody_here", "what?"]))
    def say(self, who, place, text):
        key = self.key(who, place)
        self.numbers += 1
        incoming = Incoming(Person(who, "en"), key.chat, 0, self.numbers, text, topic=key.topic)
        took = asyncio.run(self.set.conversations.take(incoming))
        assert took is (key in self.model)
        self.last = (incoming, key) if took else self.last
        if not took:
            return
        talk, _ = self.model[key]
        if talk in ("ban", "write-to") or text == str(TARGET):
            del self.model[key]
        self.acts += talk in ("ban", "write-to")

    @precondition(lambda self: self.last)
    @rule()
    def telegram_tells_the_last_message_again(self):
        """Nothing happens, unless it was refused, which left all as it was."""
        incoming, key = self.last
        state = self.state(key)
        if state is not None and state.message == incoming.message:
            said = self.replies.said[-1].random_id if getattr(self.replies, "said", []) else 0
            assert asyncio.run(self.set.conversations.take(incoming))
            again = self.replies.said[-1].random_id
            assert not said or again in {one.random_id for one in self.replies.said}

    @rule(who=WHO, place=PLACES)
    def leave_by_the_last_button(self, who, place):
        key = self.key(who, place)
        if key not in self.model:
            return
        self.press(who, place, "talk-leave", to="page-main", **{TURN: self.turns[key][-1]})
        del self.model[key]

    @rule(who=WHO, place=PLACES, which=st.integers(0, 20))
    def leave_by_a_stale_button(self, who, place, which):
        key = self.key(who, place)
        stale = self.turns.get(key, [])[:-1] if key in self.model else self.turns.get(key, [])
        if stale:
            turn = stale[which % len(stale)]
            said = self.press(who, place, "talk-leave", to="page-main", **{TURN: turn})
            assert "earlier step" in said

    @rule(who=WHO, place=PLACES)
    def cancel(self, who, place):
        key, others = self.key(who, place), []
        self.numbers += 1
        incoming = Incoming(
            Person(who, "en"), key.chat, 0, self.numbers, "/cancel", topic=key.topic
        )

        async def everybodys(incoming):
            others.append(incoming)

        asyncio.run(self.set.conversations.cancel(everybodys, incoming))
        assert bool(others) is (key not in self.model)
        self.model.pop(key, None)

    @rule(who=WHO, place=PLACES)
    def expire(self, who, place):
        """What waited too long says so, and is over."""
        key = self.key(who, place)
        if key not in self.model:
            return
        state = self.state(key)
        self.numbers += 1
        past = {name: getattr(state, name) for name in state.__slots__} | {"until": 1.0}
        conversation_states.write(self.db, key, type(state)(**past))
        incoming = Incoming(Person(who, "en"), key.chat, 0, self.numbers, "hello", topic=key.topic)
        assert asyncio.run(self.set.conversations.take(incoming))
        assert "waited too long" in self.replies.said[-1].text
        del self.model[key]

    @rule()
    def restart(self):
        self.db.close()
        self.starts()

    @invariant()
    def the_store_says_what_the_model_says(self):
        if not hasattr(self, "model"):
            return
        now = clock.now()
        for who in ADMINS:
            for place in ((0, 0), (GROUP, 5), (GROUP, 9)):
                key = self.key(who, place)
                state = self.state(key)
                is_open = state is not None and state.is_open(now)
                there = (state.name, state.step) if is_open else None
                assert there == self.model.get(key)
        assert len(audit_log.latest(self.db, most=1000)) == self.acts

    def teardown(self):
        if hasattr(self, "home"):
            self.db.close()
            shutil.rmtree(self.home, ignore_errors=True)


TestConversations = Conversations.TestCase
TestConversations.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
