"""The chat as a person sees it, and the record as the sysadmin does."""

import time

from tests import request_record
from tests.demo.story import Story
from tests.sandbox.person import Message, Person


async def chats(story: Story) -> None:
    """Every chat, with what its messages said before they were edited or removed."""
    for person in story.people:
        print(f"\n── {person.name}'s chat " + "─" * 60)
        for message in await person.history():
            for line in lines(person, message):
                print(line)


def lines(person: Person, message: Message) -> list[str]:
    at = time.strftime("%H:%M:%S", time.localtime(message.at))
    who = person.name if message.mine else "Chapar"
    forms = [edit["text"] for edit in message.edits] or [message.text]
    said = [f"{at} {who:<7}{body(message, forms[-1])}"]
    before = [f"{'':9}{'':7}  ⋮ {one_line(text)}" for text in forms[:-1]]
    end = [f"{'':16}  ⋮ (removed)"] if message.deleted else []
    if before or end:
        said = [f"{at} {who:<7}{one_line(forms[0])}", *before[1:]]
        said += [f"{'':16}  ⋮ {body(message, forms[-1])}"] if len(forms) > 1 else []
        said += end
    return said


def body(message: Message, text: str) -> str:
    buttons = " ".join(f"[{button['text']}]" for row in message.buttons for button in row)
    return " ".join(filter(None, [media(message), one_line(text), buttons]))


def one_line(text: str) -> str:
    return " / ".join(line for line in text.splitlines() if line.strip())


def media(message: Message) -> str:
    if not message.media:
        return ""
    facts = message.media
    size = f"{facts['size'] / 1e6:.2f} MB"
    shape = f"{facts['width']}×{facts['height']}" if facts["width"] else ""
    length = f"{facts['duration']:.0f} s" if facts["duration"] else ""
    return "‹" + ", ".join(filter(None, [facts["kind"], facts["name"], size, shape, length])) + "›"


def table(story: Story) -> None:
    """Request, outcome, bytes, seconds, worker."""
    print("\n── The record " + "─" * 66)
    print(f"{'request':<42}{'outcome':<18}{'bytes':>9}{'seconds':>9}  worker")
    for row in reversed(request_record.latest(story.stack.db)):
        if not row.url:  # whose person had their data deleted
            continue
        link = row.url.split("//", 1)[1].split("/", 1)[1]
        took = (row.ended_at or row.received_at) - row.received_at
        outcome = "from cache" if row.cached else row.state
        outcome = f"{row.say} {row.code}" if row.state == "failed" else outcome
        name = f"/{link} {row.variant if row.variant != 'best' else ''}"
        print(f"{name:<42}{outcome:<18}{row.size:>9}{took:>9.2f}  {row.worker}")
