"""What is told outside of the chat: when, and in which words. They are English, as all that
operators read outside of Telegram."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from procs.core import codec, disk, log
from procs.core.clock import Now
from procs.errors import alert_kinds, remedies
from procs.texts import i18n

#: Seconds for which what begins or ends together is gathered, and between two words about what goes
#: on (docs/alerts.md).
GATHERED, REPEATED = 30.0, 4 * 3600.0
BEGAN, GOES_ON, OVER = "new", "again", "over"
CRITICAL, WARNING = "critical", "warning"
#: How many messages wait for a channel that fails; the oldest goes first.
MOST_WAITING = 50


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """One alert that is there: since when, and when it was last told, both on the wall clock."""

    kind: str
    subject: str
    began: float
    told_at: float = 0.0
    detail: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other alerts."""
        return f"{self.kind} {self.subject}"


@dataclass(slots=True)
class OutsideMessage:
    """One message. A receiver that gets it twice, after a kill, knows it by its `id`; `left` are
    the channels that did not take it yet."""

    id: str
    at: float
    alerts: list[dict[str, Any]]
    left: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, raw: Any) -> "OutsideMessage":
        """A message from its JSON. Raises TypeError, ValueError for what is none."""
        return codec.record(cls, raw)

    @property
    def subject(self) -> str:
        """One line: how many began and ended, and the first of them."""
        words = [one["state"] for one in self.alerts]
        parts = [f"{words.count(word)} {word}" for word in (BEGAN, GOES_ON, OVER) if word in words]
        return f"[Chapar {disk.host()}] {', '.join(parts)}: {self.alerts[0]['summary']}"

    @property
    def text(self) -> str:
        """The message for people, a paragraph for each alert."""
        return "\n\n".join(paragraph(one) for one in self.alerts)

    @property
    def body(self) -> dict[str, Any]:
        """As JSON; `text` is what chat services show of a webhook."""
        return {
            "version": 1,
            "id": self.id,
            "host": disk.host(),
            "sent_at": self.at,
            "status": "resolved" if all(a["state"] == OVER for a in self.alerts) else "firing",
            "text": f"{self.subject}\n\n{self.text}",
            "alerts": self.alerts,
        }


def paragraph(alert: Mapping[str, Any]) -> str:
    """What one alert says to people, with its fix while it is there."""
    lines = [f"{alert['state'].upper()} ({alert['severity']}): {alert['summary']}"]
    lines += [alert["detail"]] if alert["detail"] else []
    if alert["state"] != OVER and alert["fix"]:
        lines.append(f"-> {alert['fix']}")
    return "\n".join(lines)


def changes(
    there: Mapping[str, ToldAlert], told: Mapping[str, ToldAlert], *, now: Now
) -> list[tuple[str, ToldAlert]]:
    """What is to be told: what began, what goes on for hours, as it is now, and what is over."""
    found = [(BEGAN, one) for key, one in there.items() if key not in told]
    found += [
        (GOES_ON, replace(told[key], detail=one.detail))
        for key, one in there.items()
        if key in told and is_old(told[key], now=now)
    ]
    return found + [(OVER, one) for key, one in told.items() if key not in there]


def is_old(one: ToldAlert, *, now: Now) -> bool:
    """Whether it is time for another word. A clock that was put back mutes nothing."""
    return not 0 <= now.wall - one.told_at < REPEATED


def tell(
    told: dict[str, ToldAlert],
    found: Iterable[tuple[str, ToldAlert]],
    channels: Iterable[str],
    *,
    now: Now,
) -> OutsideMessage:
    """One message of all changes, which are noted as told."""
    alerts = []
    for word, one in found:
        alerts.append(fact(word, one))
        if word == OVER:
            del told[one.key]
        else:
            told[one.key] = replace(one, told_at=now.wall)
    return OutsideMessage(uuid.uuid4().hex, now.wall, alerts, list(channels))


def fact(word: str, one: ToldAlert) -> dict[str, Any]:
    """One alert as programs read it; `word` is its state."""
    return {
        "state": word,
        "kind": one.kind,
        "subject": one.subject,
        "severity": severity(one.kind),
        "since": one.began,
        "summary": summary(one.kind, one.subject),
        "detail": log.mask(one.detail),  # what a command or a server said may have a password in it
        "fix": remedies.of(one.kind) or "",
    }


def severity(kind: str) -> str:
    """CRITICAL or WARNING, by the kind."""
    return CRITICAL if kind in alert_kinds.CRITICAL_ALERTS else WARNING


def summary(kind: str, subject: str) -> str:
    """What admins read of it in the chat; the bare name of a kind of another version."""
    key = f"alert-{kind}"
    return i18n.say("en", key, subject=subject or "-") if i18n.knows(key) else f"{kind} {subject}"
