"""What /history, /queue, /usage and /mydata say, with their buttons. Pure."""

from collections.abc import Collection, Iterable, Sequence

from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.records.job import State
from procs.store.people.usage import Usage
from procs.store.reports.past_requests import PastRequest
from procs.store.requests.request_status import RequestStatus
from procs.texts import i18n
from procs.texts.i18n import LocalText
from procs.wishes.variant import BadVariant, parse

#: What buttons do: send a request's media again, ask for it again, show a page; stop one or all;
#: send the export, ask before a deletion, delete, leave it.
AGAIN, RETRY, PAGE = "history-again", "history-retry", "history-page"
STOP, STOP_ALL = "queue-cancel", "queue-cancel-all"
EXPORT, ASK_DELETE, DELETE, KEEP = "data-export", "data-ask", "data-delete", "data-keep"
#: Lines of a page, buttons in a row, letters of a name.
LINES, ROW, NAME = 8, 4, 40
#: Marks of a request: kept and sent at once, to be fetched again, failed; running, waiting.
KEPT, GONE, FAILED, RUNS, WAITS = "⚡", "✅", "❌", "▶️", "⏳"
#: What a deletion keeps that is in no table.
BEYOND = ("cache", "cap", "logs")

Rows = tuple[tuple[MenuButton, ...], ...]


def history(past: Sequence[PastRequest], language: str, *, page: int = 0) -> MenuPage:
    """A page of what a person asked for, the newest first, with a button to have each again. A
    page that there is not is the nearest one."""
    if not past:
        return MenuPage(i18n.say(language, "history-none"), ())
    last = (len(past) - 1) // LINES
    page = min(max(page, 0), last)
    shown = list(enumerate(past, 1))[page * LINES : (page + 1) * LINES]
    text = i18n.say(
        language,
        "history",
        page=page + 1,
        pages=last + 1,
        lines=lines(history_line(one, place, language) for place, one in shown),
    )
    buttons = [again(one, place, language) for place, one in shown]
    turns = tuple(
        MenuButton(i18n.say(language, key), PAGE, {"page": there})
        for key, there in (("page-before", page - 1), ("page-next", page + 1))
        if 0 <= there <= last
    )
    return MenuPage(text, (*rows(buttons), *([turns] if turns else [])))


def history_line(past: PastRequest, place: int, language: str) -> LocalText:
    """One past request, with a mark: failed, still with Telegram, or gone."""
    mark = FAILED if past.state == "failed" else KEPT if past.kept else GONE
    return i18n.say(
        language,
        "history-line",
        place=place,
        mark=LocalText(mark),
        name=short(past.title or past.url),
        site=past.site,
        form=form(past.variant, language),
    )


def again(past: PastRequest, place: int, language: str) -> MenuButton:
    """A button that sends what is kept, or asks for the same link in the same form."""
    key, action = ("history-again", AGAIN) if past.kept else ("history-retry", RETRY)
    return MenuButton(i18n.say(language, key, place=place), action, {"request": past.request})


def queue(open_statuses: Sequence[RequestStatus], language: str) -> MenuPage:
    """What is on its way for a person, what runs first, with a button to stop each, and all."""
    if not open_statuses:
        return MenuPage(i18n.say(language, "queue-none"), ())
    running = [one for one in open_statuses if one.job_state is State.LEASED]
    waiting = [one for one in open_statuses if one.job_state is not State.LEASED]
    shown = list(enumerate((*running, *waiting), 1))[:LINES]
    told = [queue_line(one, place, language) for place, one in shown]
    if more := len(open_statuses) - len(shown):
        told.append(i18n.say(language, "queue-more", count=more))
    text = i18n.say(
        language, "queue", running=len(running), waiting=len(waiting), lines=lines(told)
    )
    buttons = [
        MenuButton(i18n.say(language, "queue-cancel", place=place), STOP, {"request": one.request})
        for place, one in shown
    ]
    every = MenuButton(i18n.say(language, "queue-cancel-all"), STOP_ALL)
    return MenuPage(text, (*rows(buttons), *([(every,)] if len(open_statuses) > 1 else [])))


def queue_line(status: RequestStatus, place: int, language: str) -> LocalText:
    """One request on its way, with a mark: runs or waits."""
    mark = RUNS if status.job_state is State.LEASED else WAITS
    name = short(status.title or status.url)
    return i18n.say(language, "queue-line", place=place, mark=LocalText(mark), name=name)


def usage(used: Usage, language: str) -> LocalText:
    """How much a person got, today and in all, and the share that needed no new download."""
    if not used.ever.requests:
        return i18n.say(language, "usage-none")
    return i18n.say(
        language,
        "usage",
        day_requests=used.today.requests,
        day_bytes=i18n.size(language, used.today.bytes),
        requests=used.ever.requests,
        bytes=i18n.size(language, used.ever.bytes),
        share=i18n.percent(language, used.ever.share),
        saved=i18n.size(language, used.ever.saved),
    )


def data(language: str) -> MenuPage:
    """What a person can do with what is known of them."""
    return MenuPage(
        i18n.say(language, "mydata"),
        (
            (MenuButton(i18n.say(language, "mydata-export"), EXPORT),),
            (MenuButton(i18n.say(language, "mydata-delete"), ASK_DELETE),),
        ),
    )


def data_sure(kept: Collection[str], language: str) -> MenuPage:
    """The question before a deletion, with what it keeps and why; `kept` are the reasons that the
    store has."""
    reasons = (*dict.fromkeys(kept), *BEYOND)
    told = [
        i18n.say(language, "mydata-kept-line", what=i18n.say(language, f"kept-{why}"))
        for why in reasons
    ]
    return MenuPage(
        i18n.say(language, "mydata-sure", kept=lines(told)),
        (
            (MenuButton(i18n.say(language, "mydata-no"), KEEP),),
            (MenuButton(i18n.say(language, "mydata-yes"), DELETE),),
        ),
    )


def form(variant: str, language: str) -> LocalText:
    """The form of a request in a word."""
    try:
        wish = parse(variant)
    except BadVariant:
        return i18n.isolated(language, variant)
    if wish.height:
        return i18n.say(language, "form-height", height=i18n.digits(language, str(wish.height)))
    key = f"form-{wish.form}"
    return i18n.say(language, key) if i18n.knows(key) else i18n.isolated(language, wish.form)


def lines(texts: Iterable[LocalText]) -> LocalText:
    """Lines that are written already."""
    return LocalText("\n".join(texts))


def rows(buttons: Sequence[MenuButton]) -> Rows:
    """Buttons in rows of ROW."""
    return tuple(tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW))


def short(name: str) -> str:
    """A name on one line, cut to what a line holds."""
    name = " ".join(name.split())
    return name if len(name) <= NAME else name[: NAME - 1].rstrip() + "…"
