"""The texts about a broadcast for admins: before it begins, while it runs, and at its end."""

import math

from procs.bot.broadcast.broadcast_draft import BroadcastDraft
from procs.records.broadcast_records import Broadcast, BroadcastContent, BroadcastState, Segment
from procs.telegram.message_limits import GLOBAL_GAP
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText

#: Letters of its text that a summary shows, and reasons that a report names.
EXCERPT, REASONS = 80, 5


def seconds(people: int, content: BroadcastContent) -> float:
    """How long so many people take, when nothing else is sent."""
    return people * len(content.items) * GLOBAL_GAP


def minutes(language: str, length: float) -> LocalText:
    """A duration in whole minutes: an hour rounded up would say two for 67 of them."""
    whole = max(1, math.ceil(length / 60))
    return i18n.measure(language, whole, "duration-minute", i18n.UNIT_WIDTHS[language]["time"])


def excerpt(content: BroadcastContent, language: str) -> LocalText:
    """The beginning of its text."""
    text = next((item.text for item in content.items if item.text), "")
    shown = untrusted_text.text(text, EXCERPT)
    return i18n.isolated(language, shown) if shown else i18n.say(language, "broadcast-no-text")


def segment(wanted: Segment, language: str, sponsor: str) -> LocalText:
    """To whom, in words."""
    words = i18n.say(language, f"broadcast-language-{wanted.language or 'all'}")
    if wanted.days:
        words = i18n.say(language, "broadcast-segment-days", people=words, days=wanted.days)
    if wanted.sponsor:
        words = i18n.say(language, "broadcast-segment-joined", people=words, sponsor=sponsor)
    return words


def draft(draft: BroadcastDraft, people: int, language: str, sponsor: str = "") -> LocalText:
    """What is about to be sent: to how many, for how long, and when. `sponsor` is the name of the
    one whose people it is for."""
    content = draft.content
    form = "forward" if content.forward else "copy"
    start = i18n.moment(language, draft.start) if draft.start else None
    return i18n.say(
        language,
        "broadcast-draft",
        excerpt=excerpt(content, language),
        form=i18n.say(language, f"broadcast-form-{form}"),
        messages=len(content.items),
        buttons=sum(map(len, content.buttons)),
        segment=segment(draft.segment, language, sponsor),
        people=people,
        span=minutes(language, seconds(people, content)),
        start=start or i18n.say(language, "broadcast-at-once"),
        night=i18n.say(language, f"broadcast-night-{'on' if draft.night else 'off'}"),
    )


def progress(one: Broadcast, language: str, now: float) -> LocalText:
    """How far it is at a wall instant."""
    counts = one.counts
    lines = [
        i18n.say(
            language,
            "broadcast-progress",
            number=one.id,
            state=i18n.say(language, f"broadcast-state-{one.state.value}"),
            done=counts.reached,
            people=max(one.people, counts.reached),
            sent=counts.sent,
            blocked=counts.blocked,
            gone=counts.gone,
            failed=counts.failed,
        )
    ]
    left = max(0, one.people - counts.reached)
    if standing := rest(one, language, now):
        lines.append(standing)
    elif one.state is BroadcastState.RUNNING and left:
        span = minutes(language, seconds(left, one.content))
        lines.append(i18n.say(language, "broadcast-left", span=span))
    if counts.deleted:
        lines.append(i18n.say(language, "broadcast-deleted", count=counts.deleted))
    return LocalText("\n".join(lines))


def rest(one: Broadcast, language: str, now: float) -> LocalText | None:
    """For what it stands still; None while it goes on."""
    if one.state is BroadcastState.RUNNING and one.start_at > now and not one.why:
        return i18n.say(language, "broadcast-starts", at=i18n.moment(language, one.start_at))
    if not one.why or one.state.over:
        return None
    until = i18n.hour(language, one.rests_until) if one.rests_until else None
    key = f"broadcast-rest-{one.why}"
    if i18n.knows(key):
        return i18n.say(language, key, at=until or "–")
    return i18n.say(language, "broadcast-rest-refused", why=one.why)


def report(
    one: Broadcast, reasons: list[tuple[str, int]], unknown: int, *, language: str, now: float
) -> LocalText:
    """The final report, with the reasons of failures as Telegram names them."""
    lines = [progress(one, language, now)]
    if one.started_at is not None and one.ended_at is not None:
        took = one.ended_at - one.started_at
        span = i18n.span(language, took) if took < 60 else minutes(language, took)
        lines.append(i18n.say(language, "broadcast-took", span=span))
    if unknown:
        lines.append(i18n.say(language, "broadcast-unknown", count=unknown))
    if reasons:
        lines.append(i18n.say(language, "broadcast-reasons"))
    lines += [
        i18n.say(language, "broadcast-reason", why=i18n.isolated(language, why), count=count)
        for why, count in reasons
    ]
    return LocalText("\n".join(lines))
