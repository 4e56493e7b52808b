"""A message that a service refuses holds nothing up; a service that refuses all loses none."""

import smtplib

import pytest

from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.keeper.outside import outside_channels
from procs.keeper.outside.channel_queue import WEBHOOK, ChannelQueue
from procs.keeper.outside.outside_message import OutsideMessage
from tests.unit.keeper.monitor.conftest import Hook
from tests.unit.keeper.monitor.test_monitor import settings
from tests.unit.keeper.monitor.test_outside import message

__all__ = ["settings"]
KINDS = (alert_kinds.MEMORY, alert_kinds.WORKERS_DOWN, alert_kinds.CLOCK)


def sent(hook: Hook, settings, kinds=KINDS) -> tuple[list[OutsideMessage], list[str]]:
    """What is left after one round of messages, and the kinds that the service was sent."""
    messages = [message(kind) for kind in kinds]
    ChannelQueue(settings).send(messages, Now(0.0, 1.0))
    return messages, [body["alerts"][0]["kind"] for body in hook.bodies]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_message_that_is_refused_while_the_next_is_taken_is_given_up(hook, settings, status):
    hook.status_of = {alert_kinds.MEMORY: status}

    assert sent(hook, settings) == ([], list(KINDS))


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_an_answer_that_is_about_all_messages_holds_them_in_their_order(hook, settings, status):
    hook.status_of = {alert_kinds.MEMORY: status}

    left, asked = sent(hook, settings)

    assert ([one.left for one in left], asked) == ([[WEBHOOK]] * 3, [alert_kinds.MEMORY])


def test_a_service_that_refuses_everything_loses_nothing_and_is_asked_twice(hook, settings):
    hook.status = 400

    left, asked = sent(hook, settings)

    assert ([one.left for one in left], asked) == ([[WEBHOOK]] * 3, list(KINDS[:2]))


def test_one_that_is_refused_alone_is_kept_until_another_is_taken(hook, settings):
    hook.status_of = {alert_kinds.MEMORY: 400}

    left, _ = sent(hook, settings, KINDS[:1])

    assert [one.left for one in left] == [[WEBHOOK]]


@pytest.mark.parametrize(
    ("error", "about_one"),
    [
        (smtplib.SMTPDataError(554, b"spam"), True),
        (smtplib.SMTPDataError(451, b"later"), False),
        (smtplib.SMTPAuthenticationError(535, b"who"), False),
        (smtplib.SMTPRecipientsRefused({"me@example.org": (550, b"unknown")}), False),
        (TimeoutError("no answer"), False),
    ],
)
def test_of_a_mail_server_only_its_last_word_on_a_letter_is_about_that_letter(error, about_one):
    assert outside_channels.is_refusal(error) is about_one
