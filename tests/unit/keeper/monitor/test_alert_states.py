"""When an alert begins and ends: by the table, whatever the figure does in between."""

import pytest

from procs.core.clock import Now
from procs.keeper.monitor import alert_states
from procs.keeper.monitor.alert_rules import RULED_KINDS, RULES, AlertRule
from procs.keeper.monitor.alert_states import AlertState

STEP = 5.0


class Course:
    """One alert under figures that come every five seconds."""

    def __init__(self, rule: AlertRule) -> None:
        self.rule = rule
        self.state: AlertState | None = None
        self.at = 1000.0

    def sees(self, value: float | None, seconds: float = 0.0) -> bool:
        """Whether the alert is there after so many seconds of this figure."""
        end = self.at + seconds
        while True:
            now = Now(1_790_000_000.0 + self.at, self.at)
            self.state = alert_states.follow(self.state, self.rule, value, "why", now=now)
            if self.at + STEP > end:
                return self.is_there
            self.at += STEP

    @property
    def is_there(self) -> bool:
        return self.state is not None and self.state.is_there


def above(rule: AlertRule) -> float:
    return max(rule.fires, rule.clears) * 1.01 + 0.001


def below(rule: AlertRule) -> float:
    return min(rule.fires, rule.clears) * 0.99 - 0.001


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_it_begins_after_its_time_above_and_not_before(rule: AlertRule) -> None:
    course = Course(rule)

    early = course.sees(above(rule), rule.hold - STEP) if rule.hold else False

    assert (early, course.sees(above(rule), 4 * STEP)) == (False, True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_what_only_touches_its_value_begins_nothing(rule: AlertRule) -> None:
    assert not Course(rule).sees(rule.fires, 2 * rule.hold + 60)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_it_ends_after_its_time_below_and_not_before(rule: AlertRule) -> None:
    course = Course(rule)
    course.sees(above(rule), rule.hold + STEP)

    early = course.sees(below(rule), rule.quiet - STEP) if rule.quiet else True

    assert (early, course.sees(below(rule), 4 * STEP)) == (True, False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_what_comes_back_meanwhile_begins_the_quiet_time_anew(rule: AlertRule) -> None:
    if not rule.quiet:
        return
    course = Course(rule)
    course.sees(above(rule), rule.hold + STEP)
    course.sees(below(rule), rule.quiet - STEP)

    course.sees(rule.clears)

    assert course.sees(below(rule), rule.quiet - STEP)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_a_figure_that_cannot_be_had_neither_begins_nor_ends_it(rule: AlertRule) -> None:
    course = Course(rule)
    unknown = course.sees(None, rule.hold + 60)
    course.sees(above(rule), rule.hold + STEP)

    assert (unknown, course.sees(None, rule.quiet + 60)) == (False, True)


def test_a_figure_between_the_two_values_changes_nothing() -> None:
    rule = next(one for one in RULES if one.clears < one.fires)
    middle, course = (rule.fires + rule.clears) / 2, Course(rule)
    before = course.sees(middle, 3600)
    course.sees(above(rule), rule.hold + STEP)

    assert (before, course.sees(middle, 3600)) == (False, True)


def test_what_only_flickers_begins_nothing() -> None:
    rule = next(one for one in RULES if one.hold >= 60)
    course = Course(rule)

    seen = [course.sees(above(rule) if n % 2 else below(rule), STEP) for n in range(100)]

    assert not any(seen)


def test_after_a_start_what_was_there_stays_and_what_was_about_to_begin_is_judged_anew() -> None:
    held = [one for one in RULES if one.hold >= 30]
    there, begins = Course(held[0]), Course(held[1])
    there.sees(above(held[0]), held[0].hold + STEP)
    begins.sees(above(held[1]))
    states = {"a": there.state, "b": begins.state}

    after = alert_states.after_start(states, now=Now(1_790_000_000.0, 3.0))

    assert [(key, one.is_there, one.since) for key, one in after.items()] == [("a", True, 3.0)]


def test_a_kind_has_one_row() -> None:
    assert len(RULED_KINDS) == len(RULES)
