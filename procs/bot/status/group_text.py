"""What one status message says of several links: a line each. Pure.

No line has a percent: a bar moves in steps of an eighth, so the message changes only when there is
something to see, and twenty links together are no more edits than one.
"""

from collections.abc import Sequence

from procs.bot.status import status_offers, status_text
from procs.bot.status.status_offers import Offer
from procs.bot.status.status_text import StatusView
from procs.core.clock import Now
from procs.records.job import Step
from procs.store.media.cards import CHOOSING
from procs.store.requests.request_status import NO_ROOM, RequestStatus
from procs.telegram.chat.sender import Button, Buttons
from procs.telegram.session.peers import TEXT_LENGTH
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: What a line begins with, by what became of its request, or by the stage that it is in.
ENDS = {
    "delivered": "✅",
    "failed": "❌",
    "cancelled": "🚫",
    "listed": "📃",
    "choosing": "🎛",
}
#: What is said of one that has no stage, in keys of the catalogue.
SAID = {
    "cancelled": "group-cancelled",
    "listed": "group-listed",
    "choosing": "group-choosing",
    "apart": "group-apart",
}
STAGES = {
    status_text.QUEUED: "⏳",
    status_text.LATER: "⏳",
    NO_ROOM: "⏳",
    status_text.PAUSED: "⏸",
    status_text.STALLED: "⚠️",
    status_text.LIST: "📃",
    status_text.BEGINS: "⬇️",
    Step.PROBE: "🔎",
    Step.FETCH: "⬇️",
    Step.PREPARE: "⚙️",
    Step.UPLOAD: "📤",
    Step.DELIVER: "📤",
}
#: Stages whose mark and bar say everything.
SHOWN = frozenset({Step.FETCH, Step.UPLOAD, Step.DELIVER})
#: Buttons in a row.
WIDE = 5
#: Characters of a name, and of what is said behind it, tried until the message is short enough.
DETAILS = ((60, 300), (40, 200), (30, 120), (20, 60), (12, 0))


def render(members: Sequence[RequestStatus], now: Now) -> StatusView:
    """The status message of several requests at this moment."""
    going = [one for one in members if one.state == "open"]
    new = len(going) == len(members) and all(
        status_text.stage_of(one) == status_text.QUEUED for one in going
    )
    stage = status_text.QUEUED if new else "group"
    shown = fitting(members, now)
    return StatusView(shown, stage, buttons=buttons(going, members), offers=offers(going, members))


def fitting(members: Sequence[RequestStatus], now: Now) -> str:
    """All lines, in as much detail as one message holds."""
    for name, words in DETAILS:
        text = "\n".join([title(members), *lines(members, now, name=name, words=words)])
        if len(text.encode("utf-16-le")) // 2 <= TEXT_LENGTH:
            break
    return text


def title(members: Sequence[RequestStatus]) -> LocalText:
    """The first line: how many links there are, and how many have arrived."""
    sent = sum(one.state == "delivered" for one in members)
    facts = {"count": len(members), "sent": sent}
    return i18n.say(members[0].language, "group-title" if sent else "group-title-new", **facts)


def lines(members: Sequence[RequestStatus], now: Now, *, name: int, words: int) -> list[str]:
    """A line for each. What several wait for is said once, behind the first of them."""
    told, said = [], ""
    for number, one in enumerate(members, 1):
        behind = about(one, now)
        waits = one.state == "open"
        again = waits and behind == said
        said = behind if waits and behind else said
        told.append(line(one, number, "" if again else shortened(behind, words), name=name))
    return told


def line(one: RequestStatus, number: int, behind: str, *, name: int) -> str:
    """`2. ⬇️ ▰▰▰▱▱▱▱▱ A film`, `3. ❌ Another · This post is private. · E-7K2Q`."""
    stage = status_text.stage_of(one)
    mark = ENDS.get("choosing" if one.is_apart else one.state) or STAGES.get(stage, "⏳")
    share = status_text.share_of(one, stage) if one.state == "open" else None
    bar = "" if share is None else f" {status_text.bar(share)}"
    called = i18n.isolated(one.language, status_text.name(one, name))
    code = f" · {i18n.isolated(one.language, one.code)}" if one.state == "failed" else ""
    words = f" · {behind}" if behind else ""
    return f"{i18n.number(one.language, number)}. {mark}{bar} {called}{words}{code}"


def about(one: RequestStatus, now: Now) -> str:
    """What is said of one behind its name, if anything."""
    language = one.language
    if one.state == "failed":
        return status_text.reason(one)
    if key := SAID.get("apart" if one.is_apart else one.state):
        return i18n.say(language, key)
    if one.entries:
        return " · ".join(status_text.entries(one).splitlines())
    stage = status_text.stage_of(one)
    if stage == Step.FETCH and not one.total:
        return i18n.size(language, one.done)
    if one.state == "delivered" or stage in SHOWN:
        return ""
    return status_text.line(one, stage, None, now)


def shortened(words: str, most: int) -> str:
    """Words of at most so many characters; what is isolated in them is closed again."""
    if len(words) <= most or not most:
        return words if most else ""
    opens, closes = i18n.ISOLATE
    cut = words[: most - 2].rstrip() + "…"
    return cut + closes * (cut.count(opens) - cut.count(closes))


def buttons(going: Sequence[RequestStatus], members: Sequence[RequestStatus]) -> Buttons:
    """A button for each link that is on its way, by its number, and one for all that are not
    over."""
    if not (going or asked(members)):
        return ()
    language = members[0].language
    numbers = {one.request: number for number, one in enumerate(members, 1)}
    single: list[Button] = [
        (
            i18n.say(language, "cancel-button-named", name=i18n.number(language, n)),
            f"{status_text.CANCEL}:{request}",
        )
        for request, n in numbers.items()
        if any(one.request == request for one in going)
    ]
    everything = (
        i18n.say(language, "cancel-button-all"),
        f"{status_text.CANCEL_GROUP}:{members[0].request}",
    )
    return (*(tuple(row) for row in rows_of(single)), everything)


def offers(
    going: Sequence[RequestStatus], members: Sequence[RequestStatus]
) -> Sequence[Sequence[Offer]]:
    """Buttons by the numbers of their links: the card of each that is asked about, what helps while
    one waits for its site, and when all is over once more for each that failed."""
    found: list[Offer] = []
    for number, one in enumerate(members, 1):
        named = i18n.number(one.language, number)
        if one.state == CHOOSING:
            found.append(status_offers.card_of(one, named))
        elif status_offers.waits(one):
            found += status_offers.waiting_named(one, named)
        elif one.state == "failed" and not going:
            found += status_offers.failed(one, named)
    rows = [found[at : at + WIDE] for at in range(0, len(found), WIDE)]
    if len(asked(members)) > 1:
        rows.append([status_offers.usual_of_all(members[0])])
    return rows


def asked(members: Sequence[RequestStatus]) -> list[RequestStatus]:
    """Those of which their person is asked what they want."""
    return [one for one in members if one.state == CHOOSING]


def rows_of(single: Sequence[Button]) -> list[Sequence[Button]]:
    """Buttons in rows of WIDE."""
    return [single[at : at + WIDE] for at in range(0, len(single), WIDE)]
