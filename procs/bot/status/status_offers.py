"""Buttons under a status message besides the one that cancels: what helps where a request failed,
or waits for its site. Pure; who writes the message makes their tokens."""

from dataclasses import dataclass, field, replace

from procs import errors
from procs.records import press_actions
from procs.store.requests.request_status import HERE, RequestStatus
from procs.store.sites.breakers import WAITS
from procs.texts import i18n
from procs.wishes import look_text
from procs.wishes.variant import BadVariant, Variant, parse

#: Failures of which a smaller film, or the sound alone, may be spared: of size, time and room, and
#: those of making the film playable.
SMALLER = frozenset(
    kind.say
    for kind in (
        *(errors.TooLarge, errors.DiskTooSmall, errors.DiskFull, errors.TimedOut),
        *(errors.BrokenOff, errors.CutShort, errors.ProcessingFailed, errors.UploadRefused),
        errors.NotEncoded,
        errors.GroupTooLarge,
    )
)
#: Failures of a form that a media does not have: the others are shown.
FORMS = frozenset(
    kind.say
    for kind in (
        *(errors.NoSuchVariant, errors.OtherSubtitles, errors.NoSubtitles, errors.NoSound),
        errors.ClipBeyond,
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: its label, what it does, and about which request."""

    label: str
    action: str
    data: dict[str, str] = field(default_factory=dict)
    request: int = 0


def offers(status: RequestStatus) -> tuple[tuple[Offer, ...], ...]:
    """The rows of buttons that help with a request alone in its message."""
    if status.state == "failed":
        return rows(failed(status))
    if status.state == "listed" and status.chat > 0:
        return rows(follow(status))
    if status.state == "delivered" and status.lost:
        return rows(lost(status))
    return rows(waiting(status)) if waits(status) else ()


def waits(status: RequestStatus) -> bool:
    """Whether it waits for a site that is left alone."""
    is_left = status.error.startswith(f"{WAITS} ")
    return status.state == "open" and is_left and not status.paused


def rows(found: list[Offer]) -> tuple[tuple[Offer, ...], ...]:
    """Two buttons in a row: more are cut off on a narrow screen."""
    return tuple(tuple(found[at : at + 2]) for at in range(0, len(found), 2))


def follow(status: RequestStatus) -> list[Offer]:
    """🔔 under a list that may be followed: what is new of it comes by itself from then on."""
    if not look_text.may_be_followed(status.found):
        return []
    label = i18n.say(status.language, "follow-button")
    return [Offer(label, press_actions.FOLLOW, request=status.request)]


def failed(status: RequestStatus, number: str = "") -> list[Offer]:
    """Once more, and what may do better: for one of several with its `number` alone."""
    language = status.language
    wish = wish_of(status)
    if number:
        label = i18n.say(language, "again-button-named", name=number)
        return [missing(status, label) if status.entries else again(status, label, wish)]
    if status.entries:
        return lost(status)
    found = [again(status, i18n.say(language, "again-button"), wish)]
    film = not (wish.sound or wish.words_alone or wish.looks)
    if film and status.say in SMALLER and (smaller := wish.smaller):
        label = i18n.say(language, "smaller-button", form=smaller.form)
        found.append(again(status, label, smaller))
    if film and status.say in SMALLER:
        found.append(again(status, i18n.say(language, "sound-button"), sound_of(wish)))
    if status.say in FORMS:
        label = i18n.say(language, "media-form-button")
        found.append(Offer(label, press_actions.OPEN_CARD, request=status.request))
    return found


def lost(status: RequestStatus) -> list[Offer]:
    """The entries of a list that did not come, once more."""
    label = i18n.say(status.language, "again-lost-button", count=status.lost.count(",") + 1)
    return [missing(status, label)]


def missing(status: RequestStatus, label: str) -> Offer:
    """The button that fetches what is missing of a post."""
    return Offer(label, press_actions.MISSING, {}, status.request)


def card_of(status: RequestStatus, number: str) -> Offer:
    """The card of one of several links, in a message of its own."""
    label = i18n.say(status.language, "choose-button-named", name=number)
    return Offer(label, press_actions.CARD_APART, {}, status.request)


def usual_of_all(head: RequestStatus) -> Offer:
    """The usual form of all links of a message that are asked about."""
    label = i18n.say(head.language, "usual-all-button")
    return Offer(label, press_actions.USUAL_OF_ALL, {}, head.request)


def waiting(status: RequestStatus) -> list[Offer]:
    """Wait, take a smaller form at once or instead, or let it go."""
    language, request = status.language, status.request
    found = [Offer(i18n.say(language, "wait-button"), press_actions.WAIT, {}, request)]
    form = status.instead.removeprefix(HERE)
    if form:
        key = "instead-button-now" if status.instead.startswith(HERE) else "instead-button"
        label = i18n.say(language, key, form=parse(form).form)
        found.append(Offer(label, press_actions.INSTEAD, {"variant": form}, request))
    return [*found, Offer(i18n.say(language, "drop-button"), press_actions.DROP, {}, request)]


def waiting_named(status: RequestStatus, number: str) -> list[Offer]:
    """The same of one among several, which a button of its own lets go already."""
    behind = f" · {number}"
    return [replace(one, label=f"{one.label}{behind}") for one in waiting(status)[:-1]]


def again(status: RequestStatus, label: str, wish: Variant) -> Offer:
    """The button that asks for the same link in a form."""
    return Offer(label, press_actions.AGAIN, {"variant": str(wish)}, status.request)


def sound_of(wish: Variant) -> Variant:
    """The sound of the same, or of the same part or entries."""
    return Variant("audio", wish.clip, pick=wish.pick)


def wish_of(status: RequestStatus) -> Variant:
    """What was asked for; the best there is where another version of ours wrote it."""
    try:
        return parse(status.variant)
    except BadVariant:
        return Variant()
