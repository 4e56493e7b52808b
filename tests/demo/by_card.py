"""What a card offers besides qualities, and a search, by buttons alone: once in each language."""

from procs.texts import i18n
from tests.demo.story import PATIENCE, Story
from tests.sandbox.person import Message, Person

#: Pages of the loopback site: a film of three chapters, and one with subtitles.
CHAPTERS, WORDS = "/page/chapters.html", "/page/subtitles.html"
#: A list of 23 films, and of how many its button speaks.
LIST, FIRST = "/page/feed.xml", 5


async def meet(story: Story) -> None:
    """Somebody who reads English."""
    await play(story, await story.meet("Nora", "en"), "en")


async def play(story: Story, person: Person, language: str) -> None:
    await part(story, person, language)
    await subtitles(story, person, language)
    await entries(story, person, language)
    await search(story, person, language)


async def asked(story: Story, person: Person, path: str) -> tuple[Message, Message]:
    sent = await person.sends(story.stack.url(f"{path}?{person.name}"))
    return sent, await person.sees(lambda m: m.reply == sent.id and m.button("✂️"), timeout=PATIENCE)


async def turned(person: Person, card: Message, label: str, leads_to: str) -> Message:
    """Press a button that shows another page."""
    await person.presses(label, card)
    return await person.sees_edit(card, lambda m: m.button(leads_to), timeout=PATIENCE)


async def media(person: Person, sent: Message) -> Message:
    """What was asked for; the picture of a card is another message's."""

    def came(message: Message) -> bool:
        return message.reply == sent.id and message.kind not in ("", "photo")

    return await person.sees(came, timeout=PATIENCE)


async def part(story: Story, person: Person, language: str) -> None:
    story.tell(f"\n{person.name} wants the second chapter of a film, and presses for it.")
    sent, card = await asked(story, person, CHAPTERS)
    page = await turned(person, card, "✂️", "The lens")
    chosen = await turned(person, page, "The lens", "180p")
    await person.presses("180p", chosen)
    film = await media(person, sent)
    story.promise("two seconds came of six", 1.0 < film.media["duration"] < 4.5)


async def subtitles(story: Story, person: Person, language: str) -> None:
    story.tell(f"\n{person.name} has subtitles put into a film, in their own language.")
    sent, card = await asked(story, person, WORDS)
    tongue, inside = i18n.tongue(language, language), i18n.say(language, "card-words-inside")
    languages = await turned(person, card, "💬", tongue)
    place = await turned(person, languages, tongue, inside)
    best = i18n.say(language, "look-best")
    chosen = await turned(person, place, inside, best)
    await person.presses(best, chosen)
    story.promise("the film came with them", (await media(person, sent)).kind == "video")


async def entries(story: Story, person: Person, language: str) -> None:
    story.tell(f"\n{person.name} sends the link of a list, and presses for its first {FIRST}.")
    sent = await person.sends(story.stack.url(f"{LIST}?{person.name}"))
    first = i18n.say(language, "list-first-button", count=FIRST)
    card = await person.sees(lambda m: m.reply == sent.id and m.button(first), timeout=PATIENCE)
    await person.presses(first, card)
    await person.sees_gone(card, timeout=PATIENCE)
    films = [m for m in await person.history() if m.media and m.reply == sent.id]
    titles = [m.text.splitlines()[0].strip("\u2068\u2069") for m in films]
    wanted = [f"Episode {number}" for number in range(1, FIRST + 1)]
    story.promise(f"{FIRST} came, in their order, and no more", titles == wanted)


async def search(story: Story, person: Person, language: str) -> None:
    words = {"fa": "آهنگ باران", "en": "songs of rain"}[language]
    story.tell(
        f"\n{person.name} writes no link, but words: {words}; and presses one of the results."
    )
    await person.sends(words)
    films = await person.sees(lambda m: m.button("film 1"), timeout=PATIENCE)
    await person.presses("SoundCloud", films)
    songs = await person.sees(lambda m: m.button("song 1"), timeout=PATIENCE)
    await person.presses("song 2", songs)
    song = await person.sees(lambda m: m.media and m.reply == songs.id, timeout=PATIENCE)
    story.promise("what was pressed came", "Episode 2" in song.text)
