"""The pages of /follows, with the buttons of each follow. Pure."""

from collections.abc import Sequence

from procs.bot.commands import my_pages
from procs.bot.commands.settings_menu import MenuButton, MenuPage
from procs.store.follows.follow_limits import CARD, USUAL
from procs.store.follows.follows import Follow
from procs.texts import i18n, untrusted_text
from procs.texts.i18n import LocalText
from procs.wishes import sites

#: What buttons do: show a page; pause, resume, end a follow, turn the form in which it comes.
FOLLOW_PAGE, PAUSE_FOLLOW, RESUME_FOLLOW = "follow-page", "follow-pause", "follow-resume"
END_FOLLOW, FORM = "follow-end", "follow-form"
#: Follows on a page, and letters of a name that are read.
FOLLOW_LINES, TITLE_READ = 6, 200
#: Marks of a follow: what is new comes; paused; its source rests.
COMES, STILL, RESTS = "🔔", "⏸", "💤"


def page(mine: Sequence[Follow], language: str, *, number: int = 0) -> MenuPage:
    """One page of the follows of a person; a page out of range becomes the nearest one."""
    if not mine:
        return MenuPage(i18n.say(language, "follows-none"), ())
    last = (len(mine) - 1) // FOLLOW_LINES
    number = min(max(number, 0), last)
    shown = list(enumerate(mine, 1))[number * FOLLOW_LINES : (number + 1) * FOLLOW_LINES]
    told = my_pages.lines(line(one, place, language) for place, one in shown)
    text = i18n.say(language, "follows", count=len(mine), lines=told)
    turns = tuple(
        MenuButton(i18n.say(language, key), FOLLOW_PAGE, {"page": there})
        for key, there in (("page-before", number - 1), ("page-next", number + 1))
        if 0 <= there <= last
    )
    rows = [buttons(one, place, number, language) for place, one in shown]
    return MenuPage(text, (*rows, *([turns] if turns else [])))


def place_of(mine: Sequence[Follow], follow: int) -> int:
    """The page on which a follow stands."""
    at = next((at for at, one in enumerate(mine) if one.id == follow), 0)
    return at // FOLLOW_LINES


def line(follow: Follow, place: int, language: str) -> LocalText:
    """One follow, with a mark: paused, rests, or brings news."""
    mark = STILL if follow.is_paused else RESTS if follow.rests else COMES
    form = i18n.say(language, f"follow-form-{follow.form}")
    told = name(follow.title, follow.url)
    return i18n.say(
        language, "follows-line", place=place, mark=LocalText(mark), name=told, form=form
    )


def buttons(follow: Follow, place: int, number: int, language: str) -> tuple[MenuButton, ...]:
    """Pause or resume, the other form, end."""
    data = {"follow": follow.id, "page": number}
    key, action = ("follow-pause", PAUSE_FOLLOW)
    if follow.is_paused or follow.rests:
        key, action = "follow-resume", RESUME_FOLLOW
    other = USUAL if follow.form == CARD else CARD
    return (
        MenuButton(i18n.say(language, key, place=place), action, data),
        MenuButton(
            i18n.say(language, f"follow-turn-{other}", place=place), FORM, {**data, "form": other}
        ),
        MenuButton(i18n.say(language, "follow-end", place=place), END_FOLLOW, data),
    )


def name(title: str, url: str) -> str:
    """What a person calls a source: its title, else its address without what everybody skips."""
    return my_pages.short(untrusted_text.text(title, TITLE_READ) or sites.spoken(url))
