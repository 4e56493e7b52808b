"""Each admin action by each role and by a stranger: as a command, a button, and a forged press."""

from dataclasses import replace
from itertools import count

import pytest

from procs.bot.admin.admin_actions import ASKED
from procs.bot.admin.admin_call import ACT, DO, SURE, AdminReply
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.conversation.failure_boundary import logged
from procs.core import clock
from procs.records.admin_role import Role
from procs.records.job import Person
from procs.store.admins import admin_rows, conversation_states
from procs.store.admins.conversation_states import ConversationKey, ConversationState
from procs.store.requests import buttons
from procs.store.requests.buttons import ButtonMeaning
from procs.telegram.chat.inbound import Incoming, Press
from procs.texts import i18n

#: Whoever comes, by their role: the owner is of the configuration.
PEOPLE = {role: 900_000 + int(role) for role in Role if role is not Role.OWNER}


@pytest.fixture
def everybody(bot, olga) -> dict[Role, Person]:
    for role, number in PEOPLE.items():
        if role is not Role.EVERYONE:
            admin_rows.give(bot.db, number, role, by=olga.id, now=clock.now())
    return {role: Person(number, "en") for role, number in {**PEOPLE, Role.OWNER: olga.id}.items()}


@pytest.fixture
def done(bot) -> list[tuple[str, int]]:
    """Who did what: every action of the table notes it, and does nothing else."""
    made: list[tuple[str, int]] = []
    table = bot.intake.admins.actions

    def noting(name):
        def effect(call):
            made.append((name, call.person.id))
            return AdminReply(toast="Done.")

        return effect

    for name, row in table.rows.items():
        table.rows[name] = replace(row, effect=noting(name))
    return made


@pytest.fixture
def press(bot):
    """Press a button that means an action, as its owner or as somebody else."""
    numbers = count(1)

    def make(person: Person, name: str, *, of: int = 0, action: str = ACT, **data):
        meaning = ButtonMeaning(of or person.id, person.id, action, {DO: name, **data})
        (token,) = buttons.mint(bot.db, [meaning], now=clock.now())
        pressed = Press(next(numbers), person, person.id, 0, 1, f"b:{token}")
        try:
            return bot.intake.actions.act(pressed, token, shared=False).toast
        except EffectRefused as error:
            return str(error)

    return make


def wanted(bot, everybody, name: str) -> set[int]:
    least = bot.intake.admins.actions.rows[name].least
    assert least > Role.EVERYONE
    return {person.id for role, person in everybody.items() if role >= least}


async def test_a_button_is_done_by_its_least_role_and_those_above_alone(
    bot, everybody, done, press
):
    for name, row in bot.intake.admins.actions.rows.items():
        done.clear()
        for person in everybody.values():
            press(person, name)
            if row.twice:
                assert (name, person.id) not in done
                press(person, name, action=SURE, **{ASKED: clock.now().wall})
        assert (name, {one for _, one in done}) == (name, wanted(bot, everybody, name))


async def test_a_button_of_an_owner_does_nothing_for_anybody_else(bot, everybody, done, press):
    owner = everybody.pop(Role.OWNER)
    for name in bot.intake.admins.actions.rows:
        for person in everybody.values():
            for action in (ACT, SURE):
                said = press(person, name, of=owner.id, action=action, **{ASKED: clock.now().wall})
                assert said == i18n.say("en", "press-foreign")
    assert done == []


async def test_forged_data_does_nothing(bot, everybody, done):
    names = list(bot.intake.admins.actions.rows)
    forged = [form.format(name) for name in names for form in ("{}", "admin:{}", "b:{}", "b:admin")]
    for person in everybody.values():
        for data in forged:
            pressed = Press(1, person, person.id, 0, 1, data)
            row, _ = bot.intake.router.callback(data)
            assert row is None
            token = data.removeprefix("b:")
            bot.intake.actions.act(pressed, token, shared=False)
    assert done == []


async def test_a_command_is_done_by_its_least_role_and_those_above_alone(bot, everybody, done):
    """Each comes from a chat of its own: one chat is answered once in a second."""
    places = count(5_000_000)
    router, rows = bot.intake.router, bot.intake.admins.actions.rows.values()
    for row in (row for row in rows if not row.twice):
        for command in row.commands:
            done.clear()
            for role, person in everybody.items():
                place = next(places)
                told = Incoming(person, place, 0, place, f"/{command} 5")
                found = router.command(told.text, person)
                assert (found is router.unknown) is (role is Role.EVERYONE)
                if found is not router.unknown:
                    await logged(found.handle(told))
            assert (command, {one for _, one in done}) == (
                command,
                wanted(bot, everybody, row.name),
            )


async def test_a_command_that_asks_twice_does_nothing_by_itself(bot, everybody, done):
    places = count(6_000_000)
    router, rows = bot.intake.router, bot.intake.admins.actions.rows.values()
    twice = [(row, command) for row in rows if row.twice for command in row.commands]
    assert twice
    for _, command in twice:
        for role, person in everybody.items():
            place = next(places)
            told = Incoming(person, place, 0, place, f"/{command} {PEOPLE[Role.EVERYONE]} 2h spam")
            found = router.command(told.text, person)
            assert (found is router.unknown) is (role is Role.EVERYONE)
            if found is not router.unknown:
                await logged(found.handle(told))
    assert done == []


async def test_a_role_that_is_taken_away_holds_for_buttons_that_lie_about(
    bot, everybody, done, press
):
    viewer = everybody[Role.VIEWER]
    press(viewer, "page-main")
    admin_rows.take(bot.db, viewer.id)
    assert press(viewer, "page-main") == i18n.say("en", "unknown-button")
    assert done == [("page-main", viewer.id)]


async def test_what_asks_twice_is_not_done_by_an_answer_that_comes_late(
    bot, everybody, done, press
):
    operator = everybody[Role.OPERATOR]
    late = clock.now().wall - 3600
    said = press(operator, "person-ban-all", action=SURE, asked=late)
    assert "too old" in said
    assert done == []


async def test_a_step_is_taken_by_its_least_role_and_those_above_alone(bot, everybody, done):
    """Who began a conversation may have lost the role before they answer."""
    talk, places = bot.intake.admins.actions.conversations, count(7_000_000)
    taken: list[tuple[str, str, int]] = []

    def noting(name, step):
        def take(call, incoming):
            taken.append((name, step, call.person.id))
            return AdminReply(toast="Done.")

        return take

    for name, row in list(talk.rows.items()):
        steps = {step: noting(name, step) for step in row.steps}
        talk.rows[name] = replace(row, steps=steps)
        able = {person.id for role, person in everybody.items() if role >= row.least}
        for step in steps:
            taken.clear()
            for person in everybody.values():
                place = next(places)
                state = ConversationState(place, 1, name, step, until=clock.now().wall + 600)
                with bot.db.write():
                    conversation_states.write(bot.db, ConversationKey(person.id, place), state)
                await logged(talk.take(Incoming(person, place, 0, place, "an answer")))
                after = conversation_states.find(bot.db, ConversationKey(person.id, place))
                assert after.step == ""
            assert (name, step, {one for *_, one in taken}) == (name, step, able)
    assert done == []
