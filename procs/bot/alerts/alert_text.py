"""What admins read of alerts: what happened, where, how often, and what to do about it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from procs.errors import Unknown, alert_kinds
from procs.texts import i18n, untrusted_text

#: The most alerts in one message, subjects in one alert, and characters of its detail.
ALERTS_TOLD, SUBJECTS_NAMED, DETAIL_LENGTH = 8, 5, 160

#: The order of alerts in a message.
ORDER = ("new", "again", "over")

Fact = dict[str, Any]


def render(language: str, body: Sequence[Fact]) -> str:
    """One message; alerts of one kind that began together are one of its paragraphs."""

    def alike(one: Fact) -> tuple[int, str]:
        return ORDER.index(one["word"]), one["kind"]

    groups = [list(group) for _, group in groupby(sorted(body, key=alike), alike)]
    shown = [paragraph(language, group) for group in groups[:ALERTS_TOLD]]
    if len(groups) > ALERTS_TOLD:
        shown.append(i18n.say(language, "alerts-more", count=len(groups) - ALERTS_TOLD))
    return "\n\n".join(shown)


def paragraph(language: str, group: list[Fact]) -> str:
    """The alerts of one kind, those that go on with the remedy."""
    latest = group[-1]
    # The row may be of another version: the bot must not fail on a kind that it does not know.
    kind = latest["kind"] if i18n.knows(f"alert-{latest['kind']}") else Unknown().name
    name = subjects([subject(language, one) for one in group if one["subject"]])
    what = i18n.say(language, f"alert-{kind}", subject=name or "–")
    if name and kind in alert_kinds.JUDGED_ALERTS:  # of several machines one, whose figure it is
        what = i18n.say(language, "alerts-at", subject=name, what=what)
    lines = [i18n.say(language, f"alerts-{latest['word']}", what=what), when(language, group)]
    if latest["word"] != "over":
        detail = i18n.isolated(language, told(language, latest))
        lines += [detail] if detail else []
        lines.append(i18n.say(language, "alerts-fix", fix=fix(language, kind)))
    return "\n".join(lines)


def subject(language: str, one: Fact) -> str:
    """What an alert is about; a mode by its name in the reader's language."""
    key = f"mode-{one['subject']}"
    is_mode = one["kind"] == alert_kinds.MODE and i18n.knows(key)
    return i18n.say(language, key) if is_mode else str(one["subject"])


def told(language: str, one: Fact) -> str:
    """The detail of an alert; the rule by which a mode changed in the reader's language."""
    key = f"mode-rule-{one['detail']}"
    if one["kind"] == alert_kinds.MODE and i18n.knows(key):
        return i18n.say(language, key)
    return untrusted_text.text(one["detail"], DETAIL_LENGTH)


def fix(language: str, kind: str) -> i18n.LocalText:
    """What to do about a kind of alert."""
    return i18n.say(language, f"fix-{kind}")


def subjects(names: list[str]) -> str:
    """The first subjects by name, and how many more there are."""
    more = f" +{len(names) - SUBJECTS_NAMED}" if len(names) > SUBJECTS_NAMED else ""
    return ", ".join(names[:SUBJECTS_NAMED]) + more


def when(language: str, group: list[Fact]) -> str:
    """How often and for how long; and the last job or worker, if there is one."""
    latest, count = group[-1], sum(one["count"] for one in group)
    span = i18n.span(language, max(one["seconds"] for one in group))
    key = "alerts-lasts" if latest["lasts"] else "alerts-count"
    words = [i18n.say(language, key, count=count, span=span)]
    if latest["job"]:
        words.append(i18n.say(language, "alerts-job", job=str(latest["job"])))
    if latest["worker"]:
        words.append(i18n.isolated(language, latest["worker"]))
    return " · ".join(words)
