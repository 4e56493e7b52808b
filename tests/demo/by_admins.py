"""The demo's third chapter: an owner and a moderator run the bot from their chats, both at once."""

import asyncio
from pathlib import Path

from procs.core import clock
from procs.store.broadcasts import broadcasts
from procs.store.people import users
from procs.texts import i18n
from tests import store_broadcasts
from tests.demo.story import PATIENCE, Story
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP
from tests.sandbox.telegram.world import FIRST_PERSON

#: People of the crowd besides those of the demo, and how many of them are reached before the kill.
CROWD, REACHED = 150, 40
NEWS, REASON = "The bot moves to a faster server tonight.", "گروه‌ها رو پر از لینک تکراری کردی"
OWNER, MODERATOR, NUISANCE = "Mina", "Omid", "Kian"
#: Whom the first chapter is about: one reads Persian, one English.
FIRST, SECOND = "Sara", "Ben"


async def arrive(story: Story) -> Person:
    """The first person whom Telegram knows is the owner, by the settings of the stack."""
    owner = await story.meet(OWNER, "en")
    assert owner.id == FIRST_PERSON
    return owner


async def play(story: Story, owner: Person) -> None:
    """What disturbs nobody else."""
    moderator = await story.meet(MODERATOR, "fa")
    nuisance = await story.meet(NUISANCE, "fa")
    await appoint(story, owner, moderator)
    await both_at_once(story, owner, moderator, nuisance)
    await refusal(story, nuisance)


async def end(story: Story) -> None:
    """What everybody of the demo is part of."""
    await mode(story)
    await broadcast(story, story.named(OWNER))
    await picture(story, story.named(MODERATOR))


def word(language: str, key: str, **values: object) -> str:
    return i18n.say(language, key, **values)


async def turned(person: Person, page: Message, label: str, leads_to: str) -> Message:
    """Press a button of a page, which becomes another."""
    await person.presses(label, page)
    return await person.sees_edit(page, leads_to, timeout=PATIENCE)


async def appoint(story: Story, owner: Person, moderator: Person) -> None:
    story.tell(
        f"\n{OWNER}, the owner, forwards a message of {MODERATOR}'s and makes him an operator."
    )
    await owner.sends("/panel")
    panel = await owner.sees("🛠", timeout=PATIENCE)
    page = await turned(owner, panel, word("en", "admin-page-admins"), OWNER)
    page = await turned(owner, page, word("en", "admin-role-add"), word("en", "admin-role-whom"))
    await owner.forwards("I can help you with the bot", author=moderator.id)
    choice = await owner.sees("Which role", timeout=PATIENCE)
    operator = word("en", "admin-role-operator")
    await owner.presses(operator, choice)
    await owner.sees_edit(choice, lambda m: m.button(f"✅ {operator}"), timeout=PATIENCE)
    told = await moderator.sees(word("fa", "admin-role-operator"), timeout=PATIENCE)
    story.promise("he reads what he is now", "/panel" in told.text)


async def both_at_once(story: Story, owner: Person, moderator: Person, nuisance: Person) -> None:
    """Each is asked for a message before either sends one."""
    story.tell(
        f"\n{OWNER} writes a broadcast while {MODERATOR} bans {NUISANCE}: each is asked for words."
    )
    await owner.sends("/broadcast")
    page = await owner.sees(lambda m: m.button("➕"), timeout=PATIENCE, last=True)
    await turned(owner, page, "➕", word("en", "broadcast-ask"))
    await moderator.sends(f"/user {nuisance.id}")
    page = await moderator.sees(lambda m: m.button("🚫"), timeout=PATIENCE)
    await moderator.presses(word("fa", "admin-ban-days", days=7), page)
    await moderator.sees_edit(page, lambda m: not m.button("🚫"), timeout=PATIENCE)
    news, reason = await asyncio.gather(owner.sends(NEWS), moderator.sends(REASON))
    draft = await owner.sees(lambda m: m.reply == news.id, timeout=PATIENCE)
    done = await moderator.sees(lambda m: m.reply == reason.id, timeout=PATIENCE)
    story.promise("each message went into its own talk", NEWS in draft.text)
    story.promise("the page of the banned person says why", REASON in done.text)


async def refusal(story: Story, nuisance: Person) -> None:
    story.tell(f"\n{NUISANCE} reads why, and sends a link all the same.")
    told = await nuisance.sees("🚫", timeout=PATIENCE)
    sent = await nuisance.sends(story.stack.url(CLIP))
    again = await nuisance.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    both = all(REASON in m.text for m in (told, again))
    story.promise("both times with the reason, and no film", both and not again.media)


async def mode(story: Story) -> None:
    """Only what is kept is sent for an hour, until the owner takes that back."""
    owner = story.named(OWNER)
    story.tell(f"\n{OWNER} lets the bot send only what it keeps; {FIRST} and {SECOND} send links.")
    await owner.sends("/mode")
    page = await owner.sees(lambda m: m.button(word("en", "mode-kept")), timeout=PATIENCE)
    page = await turned(owner, page, word("en", "mode-kept"), "For how long?")
    hour = word("en", "admin-mode-hours", hours=1)
    kept = word("en", "admin-mode-now", mode=word("en", "mode-kept"))
    page = await turned(owner, page, hour, kept)
    story.tell("  " + page.text.replace("\n", " · "))
    for name, language in ((FIRST, "fa"), (SECOND, "en")):
        told = await refused(story, story.named(name))
        story.promise(f"{name} reads: {told}", word(language, "refused-mode-kept") in told)
    story.promise(
        "what is kept comes", bool((await story.get(story.named(FIRST), "kept", CLIP)).media)
    )
    await turned(owner, page, word("en", "admin-mode-auto"), word("en", "mode-does-normal"))
    new = await story.get(story.named(SECOND), "new", f"{CLIP}?mode")
    story.promise("after that a new link comes again", bool(new.media))


async def refused(story: Story, person: Person) -> str:
    """What somebody reads who sends a link that nobody sent before."""
    sent = await person.sends(story.stack.url(f"{CLIP}?mode"))
    told: Message = await person.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    return told.text.replace("\n", " ")


async def broadcast(story: Story, owner: Person) -> None:
    story.tell(
        f"\n{OWNER} tries the broadcast on herself and confirms it; the bot is killed meanwhile."
    )
    stack = story.stack
    draft = await owner.sees(lambda m: m.button("🧪"), timeout=PATIENCE)
    first, *_ = await stack.telegram.crowd(CROWD)
    store_broadcasts.meet(stack.db, first, CROWD, language="fa", now=clock.now())
    toast = await owner.presses(word("en", "broadcast-test-button"), draft)
    tried = await owner.sees(lambda m: m.text == NEWS, timeout=PATIENCE)
    story.tell(f"  {toast['text']} {tried.text}")
    await owner.presses("🌙", draft)  # the demo may be played at night
    draft = await owner.sees_edit(draft, lambda m: m.button("☀️"), timeout=PATIENCE)
    page = await turned(owner, draft, word("en", "broadcast-send-button"), "Sure")
    page = await turned(owner, page, "✅", word("en", "broadcast-state-running"))
    number = broadcasts.latest(stack.db, 1)[0].id
    await stack.until(lambda: sent(story, number) >= REACHED)
    killed = stack.pid("bot")
    stack.kill(killed)
    story.tell(f"  kill -9 {killed}  (the bot, after {sent(story, number)} people)")
    report = await owner.sees(
        lambda m: word("en", "broadcast-state-done") in m.text and "⏱" in m.text, timeout=PATIENCE
    )
    story.tell("  " + report.text.replace("\n", " · "))
    story.promise(f"{CROWD} people of the crowd got it once", await crowd_once(story, first))
    story.promise("so did everybody of the demo", await people_once(story, tried))


def sent(story: Story, number: int) -> int:
    found = broadcasts.read(story.stack.db, number)
    return found.counts.sent if found else 0


async def crowd_once(story: Story, first: int) -> bool:
    got = await story.stack.telegram.crowd_got(first, CROWD, NEWS)
    return bool(got == {1: CROWD})


async def people_once(story: Story, tried: Message) -> bool:
    """Whom the bot knows has it once, besides what the owner tried; a banned person has not."""
    known = [one for one in story.people if users.is_known(story.stack.db, one.id)]
    for person in known:
        got = [m for m in await person.history() if m.text == NEWS and not m.mine]
        others = [m for m in got if (person.name, m.id) != (OWNER, tried.id)]
        if len(others) != (person.name != NUISANCE):
            return False
    return len(known) > 1


async def picture(story: Story, moderator: Person) -> None:
    story.tell(f"\n{MODERATOR} looks at the use of the day, as text and as a picture.")
    await moderator.sends("/use")
    page = await moderator.sees(lambda m: m.button("🖼"), timeout=PATIENCE)
    await moderator.presses("🖼", page)
    photo = await moderator.sees(lambda m: m.kind == "photo", timeout=PATIENCE)
    path = await moderator.receives_file(photo, Path(story.folder) / "use")
    story.promise(f"the picture is {path}", path.read_bytes()[:4] == b"\x89PNG")
