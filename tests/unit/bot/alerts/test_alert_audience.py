"""Which admins an alert reaches: all whose role can act on it, and nobody else."""

import pytest

from procs.bot.alerts import alert_audience
from procs.bot.alerts.alert_sender import AlertSender
from procs.core import clock
from procs.errors import alert_kinds
from procs.records.admin_role import Role
from procs.store.admins import admin_rows
from procs.store.health import alert_choices, alerts, notifications
from tests.sandbox.bot_parts import until
from tests.unit.bot.admin.conftest import appointed, bot, olga
from tests.unit.bot.alerts.test_alert_choices import ALL_DAY, at_once, labels

__all__ = ["appointed", "at_once", "bot", "olga"]

OPERATOR, MANAGER, VIEWER = Role.OPERATOR, Role.SPONSORS, Role.VIEWER


@pytest.fixture
def sender(bot, olga) -> AlertSender:
    return AlertSender(bot.db, bot.intake.replies, [olga.id])


@pytest.fixture
async def team(bot, olga, appointed):
    """Somebody of each role, all of whom wrote to the bot."""
    given = (("Omid", OPERATOR), ("Mani", MANAGER), ("Vera", VIEWER))
    people = {role: await appointed(name, role) for name, role in given}
    for person in (olga, *people.values()):
        await person.starts()
        await person.sees("Hi")
    return {Role.OWNER: olga, **people}


async def shown(team) -> dict[Role, int]:
    """How many alerts each was told."""
    chats = {role: await person.chat() for role, person in team.items()}
    return {
        role: sum("👁 show" in labels(message) for message in chat) for role, chat in chats.items()
    }


async def told(team, sender, bot, kind: str, subject: str = "it.example") -> set[Role]:
    """Who is told of an alert."""
    before = await shown(team)
    alerts.note(bot.db, kind, subject, now=clock.now())
    await sender.look()
    assert not [one for one in notifications.unsent(bot.db) if not sender.must_wait(one)]
    return {role for role, count in (await shown(team)).items() if count > before[role]}


#: One kind for each least role; the long test has all.
FEW = sorted({alert_audience.least(kind): kind for kind in alert_kinds.ALL_ALERTS}.values())


@pytest.mark.parametrize(
    "kinds", [FEW, pytest.param(sorted(alert_kinds.ALL_ALERTS), marks=pytest.mark.long)]
)
async def test_every_role_that_can_act_on_a_kind_is_told_and_no_other(bot, team, sender, kinds):
    for kind in kinds:
        able = {role for role in team if role >= alert_audience.least(kind)}
        assert (kind, await told(team, sender, bot, kind, f"{kind}.example")) == (kind, able)


def test_managers_of_sponsors_look_after_sponsors_and_operators_after_all_that_has_a_button():
    for kind in alert_kinds.ALL_ALERTS:
        assert alert_audience.least(kind) in (MANAGER, OPERATOR, Role.OWNER)
    assert alert_audience.chosen_by(MANAGER) == ["sponsor-lost", "sponsor-unsure"]
    assert alert_audience.chosen_by(VIEWER) == []
    assert alert_kinds.CRITICAL_ALERTS.isdisjoint(alert_audience.chosen_by(Role.OWNER))
    assert all(alert_audience.least(one) is OPERATOR for one in alert_kinds.CRITICAL_ALERTS)


def test_owners_alone_are_told_of_cookies_and_backups():
    kinds = {kind for kind in alert_kinds.ALL_ALERTS if kind.startswith(("cookies-", "backup-"))}
    alone = {one for one in alert_kinds.ALL_ALERTS if alert_audience.least(one) is Role.OWNER}

    assert alone == kinds


async def test_an_operators_choices_hold_but_never_for_what_is_critical(bot, team, sender):
    operator = team[OPERATOR]
    alert_choices.mute(bot.db, operator.id, "bot-check")
    alert_choices.mute(bot.db, operator.id, alert_kinds.LOW)
    assert OPERATOR not in await told(team, sender, bot, "bot-check", "quiet.example")
    assert OPERATOR in await told(team, sender, bot, alert_kinds.LOW, "the host")
    alert_choices.set_hours(bot.db, operator.id, ALL_DAY)
    assert OPERATOR not in await told(team, sender, bot, "site-filtered", "night.example")
    assert OPERATOR in await told(team, sender, bot, alert_kinds.REVOKED, "slot 4")


async def test_quiet_hours_hold_though_somebody_elses_part_of_it_is_critical(bot, team, sender):
    """What begins together is one notification: of it a manager reads that of sponsors alone."""
    alert_choices.set_hours(bot.db, team[MANAGER].id, ALL_DAY)
    alerts.note(bot.db, alert_kinds.LOW, "the host", now=clock.now())
    assert MANAGER not in await told(team, sender, bot, alert_kinds.SPONSOR_LOST, "Film News")
    alert_choices.set_hours(bot.db, team[MANAGER].id, None)
    await sender.look()
    said = await team[MANAGER].sees("Film News")
    assert "the host" not in said.text
    assert "📢 Sponsors" in labels(said)


async def test_who_lost_the_role_before_it_was_sent_is_not_told(bot, team, sender, monkeypatch):
    alerts.note(bot.db, "bot-check", "it.example", now=clock.now())
    notifications.plan(bot.db, sender.audience(), now=clock.now())
    admin_rows.take(bot.db, team[OPERATOR].id)
    await sender.look()
    await team[Role.OWNER].sees("it.example")
    await until(lambda: not notifications.unsent(bot.db))
    assert not [one for one in await team[OPERATOR].chat() if "it.example" in one.text]


async def test_who_is_told_nothing_by_choice_does_not_count_as_reached(bot, team, sender):
    operator = team[OPERATOR]
    await operator.blocks()
    await told(team, sender, bot, "bot-check", "one.example")
    assert [one[0] for one in notifications.deaf(bot.db)] == [operator.id]
    alert_choices.mute(bot.db, operator.id, "site-filtered")
    await told(team, sender, bot, "site-filtered", "two.example")
    assert [one[0] for one in notifications.deaf(bot.db)] == [operator.id]


async def test_a_manager_chooses_among_what_concerns_sponsors_and_a_viewer_has_no_choice(bot, team):
    await team[MANAGER].sends("/alerts")
    page = await team[MANAGER].sees("Nothing is wrong now")
    await team[MANAGER].presses("⚙️ what I am told of", page)
    page = await team[MANAGER].sees_edit(page, "What you want to be told of")
    chosen = [one for one in labels(page) if one.startswith("✅ ")]
    assert len(chosen) == 3  # two kinds, and no quiet hours
    await team[VIEWER].sends("/alerts")
    page = await team[VIEWER].sees("Nothing is wrong now")
    assert labels(page) == ["⬅️ Back"]
