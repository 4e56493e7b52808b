"""The demo's second chapter: a person who writes no word but links gets everything by buttons; a
group; a share into another chat; a list that is followed; a setting; their data, and its end."""

import json
from pathlib import Path

from procs.texts import i18n
from tests.demo import by_card
from tests.demo.story import PATIENCE, Story
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP

#: Pages of the loopback site: a film in two qualities, and one with nothing at its address.
QUALITIES, GONE = "/page/hd.html?buttons", "/gone.mp4?buttons"

#: A feed that grows, and whether it was looked at.
FEED, LOOKED = 7100, "SELECT 1 FROM sources WHERE looked_at IS NOT NULL"


async def play(story: Story) -> None:
    nima = await story.meet("Nima", "fa")
    film = await card(story, nima)
    await under(story, nima, film)
    await by_card.play(story, nima, "fa")
    await failure(story, nima)
    await group(story, nima)
    await share(story, nima)
    await follow(story, nima)
    await setting(story, nima)
    await data(story, nima)


def word(person: Person, key: str) -> str:
    """A button's label as its person reads it."""
    return i18n.say("fa" if person.name == "Nima" else "en", key)


async def after(person: Person, message: Message, kind: str) -> Message:
    return await person.sees(lambda m: m.id > message.id and m.kind == kind, timeout=PATIENCE)


async def card(story: Story, nima: Person) -> Message:
    story.tell(
        "\nNima sends a link and nothing else; a card asks what is wanted, and a press answers."
    )
    sent = await nima.sends(story.stack.url(QUALITIES))
    asked = await nima.sees(lambda m: m.reply == sent.id and m.button("🎧"), timeout=PATIENCE)
    labels = [button["text"] for row in asked.buttons for button in row]
    story.tell("  " + " | ".join(labels))
    await nima.presses("720p", asked)
    film = await nima.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
    height = film.media["height"] if film.media else 0
    story.promise("the quality that was pressed arrived", (film.kind, height) == ("video", 720))
    await nima.sees_gone(asked, timeout=PATIENCE)
    story.promise("the card went with it", True)
    return film


async def under(story: Story, nima: Person, film: Message) -> None:
    story.tell("\nUnder the film Nima presses for its sound, twice, and for a file.")
    await nima.presses(word(nima, "media-mp3-button"), film)
    song = await after(nima, film, "audio")
    toast = await nima.presses(word(nima, "media-mp3-button"), film)
    songs = [m for m in await nima.history() if m.kind == "audio"]
    story.promise(f"one song came; the second press said: {toast['text']}", len(songs) == 1)
    await nima.presses(word(nima, "media-file-button"), film)
    file = await after(nima, song, "file")
    story.promise("and the film as a file", file.reply == film.reply)


async def failure(story: Story, nima: Person) -> None:
    story.tell("\nA link leads to nothing; Nima presses to try again.")
    await nima.sends(story.stack.url(GONE))
    failed = await nima.sees("❌", timeout=PATIENCE)
    await nima.presses("🔁", failed)
    again = await nima.sees(lambda m: m.id > failed.id and "❌" in m.text, timeout=PATIENCE)
    story.promise("it was tried anew, without the link", bool(again.button("🔁")))


async def group(story: Story, nima: Person) -> None:
    story.tell(
        "\nIn a group Nima asks by /dl: a reaction while it works, then the film, nothing else."
    )
    club = await story.stack.telegram.group("Film club", nima)
    here = nima.at(club)
    sent = await here.sends(f"/dl {story.stack.url(CLIP)}")
    film = await here.sees(lambda m: m.kind == "video", timeout=PATIENCE)
    await here.sees_reaction(sent, "")
    said = [m for m in await here.chat() if m.author == nima.desk.bot]
    story.promise("one message of the bot's, and no reaction is left", said == [film])


async def share(story: Story, nima: Person) -> None:
    story.tell("\nIn a chat with a friend Nima writes @bot and a link, and picks the result.")
    there = nima.at(await story.stack.telegram.person("A friend"))
    results = await there.inline(story.stack.url(CLIP))
    sent = await there.chooses(results[0])
    story.promise("the kept film is in that chat at once", sent.kind == "video")


async def follow(story: Story, nima: Person) -> None:
    story.tell(
        "\nNima sends the link of a feed and presses the bell; later the feed has one entry more."
    )
    sent = await nima.sends(story.stack.url(f"/growing/{FEED}/feed.xml"))
    shown = await nima.sees(lambda m: m.reply == sent.id and m.button("🔔"), timeout=PATIENCE)
    toast = await nima.presses("🔔", shown)
    page = await nima.sees(lambda m: m.button("🔕"), timeout=PATIENCE)
    story.tell(f"  {toast['text']}")
    await story.stack.until(lambda: story.stack.db.one(LOOKED))
    number = await story.stack.grows(FEED)
    film = await nima.sees(lambda m: m.media and str(number) in m.text, timeout=PATIENCE)
    story.promise("the new entry came by itself", film.kind == "video")
    await nima.presses("🔕", page)
    await nima.sees_edit(page, lambda m: not m.button("🔕"), timeout=PATIENCE)
    films = [m for m in await nima.history() if m.media and m.id > sent.id]
    story.promise("it came once, and nothing of before; then Nima ended it", films == [film])


async def setting(story: Story, nima: Person) -> None:
    story.tell("\nNima opens /settings and lets Latin digits be written.")
    await nima.sends("/settings")
    menu = await nima.sees("⚙️", timeout=PATIENCE)
    await nima.presses(word(nima, "set-digits-title"), menu)
    latin = word(nima, "set-digits-latin")
    page = await nima.sees_edit(menu, lambda m: m.button(latin), timeout=PATIENCE)
    await nima.presses(latin, page)
    await nima.sees_edit(page, lambda m: m.button(f"✅ {latin}"), timeout=PATIENCE)
    await nima.sends("/usage")
    used = await nima.sees("📊", timeout=PATIENCE)
    story.promise("the next answer has them", not set(used.text) & set("۰۱۲۳۴۵۶۷۸۹"))


async def data(story: Story, nima: Person) -> None:
    story.tell("\nNima asks for all that is known of them, and has it deleted.")
    await nima.sends("/mydata")
    menu = await nima.sees(lambda m: m.button(word(nima, "mydata-export")), timeout=PATIENCE)
    await nima.presses(word(nima, "mydata-export"), menu)
    sent = await nima.sees(
        lambda m: m.media and str(m.media["name"]).endswith(".json"), timeout=PATIENCE
    )
    path = await nima.receives_file(sent, Path(story.folder) / "data")
    rows = json.loads(path.read_text(encoding="utf-8"))
    story.promise("the file names the requests", str(rows).count("/page/hd.html") > 0)
    await nima.presses(word(nima, "mydata-delete"), menu)
    sure = await nima.sees(lambda m: m.button(word(nima, "mydata-yes")), timeout=PATIENCE)
    await nima.presses(word(nima, "mydata-yes"), sure)
    gone = await story.stack.until(lambda: not rows_of(story, nima))
    story.promise("no request names them any more", bool(gone))


def rows_of(story: Story, nima: Person) -> int:
    row = story.stack.db.one(
        "SELECT COUNT(*) FROM requests WHERE user_id = :person", {"person": nima.id}
    )
    return int(row[0]) if row else 0
