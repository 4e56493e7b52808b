"""Pages of broadcasts: the list, one of them, and the one that is being written. Pure."""

from collections.abc import Mapping

from procs.bot.admin.admin_call import AdminCall, act, back
from procs.bot.broadcast import broadcast_text
from procs.bot.broadcast.broadcast_draft import BroadcastDraft
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.records.broadcast_records import Broadcast, BroadcastState
from procs.texts import untrusted_text
from procs.texts.i18n import LocalText

#: Letters of a sponsor's name on a button.
SPONSOR_LETTERS = 30
BROADCAST_PAGE = "page-broadcast"
NEW, SHOW = "broadcast-new", "broadcast-show"
TEST, SEND_ALL = "broadcast-test", "broadcast-send"
FORM, LANGUAGE, DAYS, JOINED_SPONSOR, REST_AT_NIGHT = (
    f"broadcast-{name}" for name in ("form", "language", "days", "sponsor", "night")
)
ASK_BUTTONS, ASK_START, AT_ONCE = "broadcast-ask-buttons", "broadcast-ask-start", "broadcast-now"
PAUSE_SENDS, RESUME, CANCEL, TAKE_BACK = (
    f"broadcast-{name}" for name in ("pause", "resume", "cancel", "delete")
)
#: What may be done in which state.
DEEDS = {
    BroadcastState.RUNNING: (PAUSE_SENDS, CANCEL),
    BroadcastState.PAUSED: (RESUME, CANCEL, TAKE_BACK),
    BroadcastState.DELETING: (),
    BroadcastState.DONE: (TAKE_BACK,),
    BroadcastState.CANCELLED: (TAKE_BACK,),
    BroadcastState.DELETED: (),
}


def every(call: AdminCall, found: list[Broadcast]) -> MenuPage:
    """The latest broadcasts, a button each, and one for a new one."""
    language = call.language
    rows = [(act(title(call, one), SHOW, number=one.id),) for one in found]
    new = (act(call.say("broadcast-new-button"), NEW),)
    text = call.say("broadcast-page" if found else "broadcast-page-empty")
    return MenuPage(text, (new, *rows, (back(language),)))


def title(call: AdminCall, one: Broadcast) -> LocalText:
    """One line for a broadcast: number, state, beginning of its text."""
    state = call.say(f"broadcast-state-{one.state.value}")
    excerpt = broadcast_text.excerpt(one.content, call.language)
    return call.say("broadcast-title", number=one.id, state=state, excerpt=excerpt)


def one(
    call: AdminCall, found: Broadcast, reasons: list[tuple[str, int]], unknown: int, now: float
) -> MenuPage:
    """The page of one broadcast: its progress and its actions."""
    language = call.language
    text = broadcast_text.report(found, reasons, unknown, language=language, now=now)
    deeds = [act(call.say(f"{name}-button"), name, number=found.id) for name in DEEDS[found.state]]
    again = act(call.say("broadcast-refresh"), SHOW, number=found.id)
    rows = ((again,), tuple(deeds), (back(language, BROADCAST_PAGE),))
    return MenuPage(text, tuple(row for row in rows if row))


def draft(
    call: AdminCall, wanted: BroadcastDraft, people: int, sponsors: Mapping[int, str]
) -> MenuPage:
    """The page of the draft, with the buttons that change it. `sponsors`: their names."""
    language = call.language
    form = "forward" if wanted.content.forward else "copy"
    known = wanted.segment.language or "all"
    rows: list[tuple[MenuButton, ...]] = [
        (
            act(call.say(f"broadcast-form-{form}"), FORM),
            act(call.say("broadcast-buttons-button"), ASK_BUTTONS),
        ),
        (
            act(call.say(f"broadcast-language-{known}"), LANGUAGE),
            act(days(call, wanted.segment.days), DAYS),
        ),
        (
            act(call.say("broadcast-start-button"), ASK_START),
            act(call.say(f"broadcast-night-{'on' if wanted.night else 'off'}"), REST_AT_NIGHT),
        ),
        (act(call.say("broadcast-test-button"), TEST),),
        (act(call.say("broadcast-send-button"), SEND_ALL, digest=wanted.digest),),
        (act(call.say("admin-back"), "talk-leave", to=BROADCAST_PAGE),),
    ]
    name = sponsor_name(wanted.segment.sponsor, sponsors)
    if sponsors or name:
        label = call.say("broadcast-sponsor", name=name) if name else call.say("broadcast-anybody")
        rows.insert(2, (act(label, JOINED_SPONSOR),))
    return MenuPage(broadcast_text.draft(wanted, people, language, name), tuple(rows))


def sponsor_name(number: int, sponsors: Mapping[int, str]) -> str:
    """What a sponsor is called; "" for none, a dash for one that was removed."""
    return untrusted_text.text(sponsors.get(number, "—"), SPONSOR_LETTERS) if number else ""


def days(call: AdminCall, number: int) -> LocalText:
    """The words for people who came within so many days; for everybody at 0."""
    return call.say("broadcast-days", days=number) if number else call.say("broadcast-days-all")
