"""The demo's chapter on sponsors: a new person has to join a channel, and sends their link once."""

from tests.demo.by_admins import turned, word
from tests.demo.story import PATIENCE, Story
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP
from tests.sandbox.telegram.group import Group

CHANNEL, NICK, GUEST = "Film News", "film_news_demo", "Tara"
#: A film that nobody asked for before.
FILM = f"{CLIP}?sponsor"


async def play(story: Story, moderator: Person) -> None:
    channel = await story.stack.telegram.group(CHANNEL, broadcast=True, username=NICK, bot="admin")
    await added(story, moderator)
    guest = await story.meet(GUEST, "en")
    sent, asked = await refused(story, guest)
    await joined(story, channel, guest, sent, asked)
    await counted(story, moderator)


async def added(story: Story, moderator: Person) -> None:
    story.tell(f"\n{moderator.name} makes the channel {CHANNEL} a sponsor, by its @name.")
    await moderator.sends("/sponsor")
    page = await moderator.sees(lambda m: m.button("➕"), timeout=PATIENCE, last=True)
    await turned(moderator, page, "➕", word("fa", "admin-sponsor-which"))
    await moderator.sends(f"@{NICK}")
    told = await moderator.sees(f"{CHANNEL}", timeout=PATIENCE, last=True)
    story.tell("  " + told.text.replace("\n", " · "))


async def refused(story: Story, guest: Person) -> tuple[Message, Message]:
    story.tell(f"\n{guest.name} is new, and sends a link. It is kept until she joined the channel.")
    sent = await guest.sends(story.stack.url(FILM))
    asked = await guest.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)
    labels = [one["text"] for row in asked.buttons for one in row]
    story.tell("  " + " ".join(f"[{label}]" for label in labels))
    story.promise(
        "she sees the channel's button, and ✅", labels == [f"🔗 {CHANNEL}", "✅ I joined"]
    )
    return sent, asked


async def joined(
    story: Story, channel: Group, guest: Person, sent: Message, asked: Message
) -> None:
    """She joins while the bot is dead, and presses nothing."""
    stack = story.stack
    killed = stack.pid("bot")
    stack.kill(killed)
    story.tell(f"  kill -9 {killed}  (the bot, while the link waits)")
    button = asked.button(f"🔗 {CHANNEL}")
    assert button
    await guest.follows(button["url"])
    story.tell(f"  {guest.name} joins {channel.title}, and sends nothing more.")
    film = await guest.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
    thanks = await guest.sees_edit(asked, lambda m: not m.buttons, timeout=PATIENCE)
    story.received["sponsored"] = film
    story.files["sponsored"] = await guest.receives_file(film, story.folder / "sponsored")
    chat = await guest.history()
    story.tell(f"  {thanks.text}")
    films = [m for m in chat if m.media]
    story.promise("the film came by itself, once", films == [film])
    story.promise("she sent the link once", [m.text for m in chat if m.mine][1:] == [sent.text])


async def counted(story: Story, moderator: Person) -> None:
    await moderator.sends("/sponsor")
    page = await moderator.sees(lambda m: CHANNEL in m.text and m.button("➕"), PATIENCE, last=True)
    line = page.text.splitlines()[-1].strip()
    story.tell(f"  {line}")
    counts = {"shown": 1, "pressed": 0, "joined": 1, "stayed": 0}
    whole = word("fa", "admin-sponsors-line", place=1, name=CHANNEL, state="", **counts)
    story.promise("it is counted who saw it and joined", line == whole.splitlines()[-1].strip())
