"""How a media is presented in a chat: caption, buttons and notification sound, by its reader's
preferences."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from procs.core import clock
from procs.core.clock import Now
from procs.records import press_actions
from procs.records.job import Media
from procs.records.preference_values import LATIN, GroupPreferences, Preferences
from procs.store.database import Database
from procs.store.follows import follow_requests
from procs.store.inline import inline_switches
from procs.store.people import preferences, users
from procs.store.requests import buttons
from procs.store.requests.buttons import ButtonMeaning
from procs.store.requests.requests import RequestOrder
from procs.telegram.delivery import media_caption
from procs.telegram.delivery.media_caption import NOTHING, Caption
from procs.telegram.delivery.presentation import MediaButton, Presentation
from procs.texts import i18n
from procs.wishes import variant
from procs.wishes.variant import Variant

#: What makes tokens of buttons.
Offer = Callable[..., list[str]]
#: Kinds of media that are available in other forms.
FORMED = ("video", "audio")
#: How the name of a file of subtitles ends.
WORDS_SUFFIX = ".srt"


def presentation(
    db: Database, order: RequestOrder, media: Media, *, offer: Offer = buttons.offer
) -> Presentation:
    """How a media is shown to the person who asked for it. The buttons' rows are committed when
    this returns; a repeated call returns the same buttons. For a request that is made in this very
    transaction, which can have none yet, `offer` may be `buttons.mint`."""
    now = clock.now()
    wanted = preferences.read(db, order.user)
    group = preferences.read_group(db, order.chat) if order.chat < 0 else None
    language = spoken(db, order, wanted, group)
    offered = under(db, order, media, language, offer, now=now) if wanted.media_buttons else ()
    spoiler = group.spoiler if group else wanted.spoiler
    return Presentation(
        caption(db, order, media, wanted, language) if wanted.captions else NOTHING,
        offered,
        silent=group.quiet if group else wanted.is_silent(i18n.minute_of_day(language, now.wall)),
        spoiler=media.adult and spoiler,
    )


def inline_presentation(db: Database, order: RequestOrder, media: Media) -> Presentation:
    """The same in an inline message, whose buttons are others."""
    wanted = preferences.read(db, order.user)
    language = spoken(db, order, wanted, None)
    shown = caption(db, order, media, wanted, language) if wanted.captions else NOTHING
    return Presentation(shown, spoiler=media.adult and wanted.spoiler)


def spoken(
    db: Database, order: RequestOrder, wanted: Preferences, group: GroupPreferences | None
) -> str:
    """The language of the chat: the one its reader chose, else the client's; with the digits they
    chose."""
    chosen = (group and group.language) or wanted.language
    language = chosen or users.language(db, order.user)
    return i18n.with_digits(language, latin_digits=wanted.digits == LATIN)


def caption(
    db: Database, order: RequestOrder, media: Media, wanted: Preferences, language: str
) -> Caption:
    """The caption below a media, by what its reader prefers."""
    wish, followed = variant.parse(order.variant), follow_requests.source_of(db, order.message)
    return media_caption.caption(
        language, media, wish, url=order.url, tags=wanted.tags, followed=followed
    )


def under(
    db: Database, order: RequestOrder, media: Media, language: str, offer: Offer, *, now: Now
) -> tuple[MediaButton, ...]:
    """The buttons under a media that has other forms: one for each form, and one that shares it
    when inline mode is switched on."""
    films = without_words(media)
    if not is_one(films) or any(part.kind not in FORMED for part in films.parts):
        return ()
    wish = variant.parse(order.variant)
    offers = {label: meaning(order, action, data) for label, action, data in forms(order, wish)}
    tokens = offer(db, list(offers.values()), now=now)
    made = [
        MediaButton(i18n.say(language, label), token)
        for label, token in zip(offers, tokens, strict=True)
    ]
    if inline_switches.state(db, inline_switches.MODE) == inline_switches.ON:
        made.append(MediaButton(i18n.say(language, "media-share-button"), query=order.url))
    return tuple(made)


def without_words(media: Media) -> Media:
    """The same without the subtitles that come along in a file."""
    last = media.parts[-1] if len(media.parts) > 1 else None
    if last is None or last.kind != "document" or not last.name.endswith(WORDS_SUFFIX):
        return media
    return replace(media, parts=media.parts[:-1])


def is_one(media: Media) -> bool:
    """Whether it is one film or song (perhaps in parts, which are numbered in their names). Several
    media of one post are sent as an album, which has no buttons."""
    count = len(media.parts)
    last = PurePath(media.parts[-1].name).stem if media.parts else ""
    return count == 1 or (count > 1 and last.endswith(f"({count} of {count})"))


def forms(order: RequestOrder, wish: Variant) -> list[tuple[str, str, dict[str, str]]]:
    """Label, action and data of each other form in which this media can be requested."""
    link = {"url": order.url, "site": order.site, "key": order.key, "title": order.title}
    found = [("media-form-button", press_actions.OPEN_CARD, link)]
    if not wish.sound:
        as_file = str(as_document(wish))
        found.insert(0, ("media-file-button", press_actions.AGAIN, {"variant": as_file}))
    if wish.form != "mp3":
        as_mp3 = str(Variant("mp3", wish.clip))
        found.insert(0, ("media-mp3-button", press_actions.AGAIN, {"variant": as_mp3}))
    return found


def as_document(wish: Variant) -> Variant:
    """The film that was sent as a file, in its height; of another form, the best there is."""
    return (
        Variant(wish.form, wish.clip, document=True) if wish.height else Variant("file", wish.clip)
    )


def meaning(order: RequestOrder, action: str, data: dict[str, str]) -> ButtonMeaning:
    """What a button below a delivery means: it belongs to the person who asked."""
    return ButtonMeaning(order.user, order.chat, action, data, request=order.id)
