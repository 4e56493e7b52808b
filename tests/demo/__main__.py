"""`make demo`: plays the story on the real stack, shows it, and judges it.

Exits 0 only if everything that was promised held.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.demo import by_admins, by_buttons, by_card, by_sponsor, proof, show
from tests.demo.story import Story
from tests.sandbox.search_engine import SearchingStack
from tests.sandbox.telegram.world import FIRST_PERSON

SETTINGS = {
    "recycle_after": "3",
    "follow_interval": "1s",
    "search": "youtube,soundcloud",
    "admins": str(FIRST_PERSON),
}


async def main() -> int:
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="chapar-demo-"))
    print("Chapar's demo: loopback Telegram, loopback site, the real stack under supervisord.")
    async with SearchingStack(**SETTINGS) as stack:
        print(f"The stack runs: {len(stack.serving())} workers serve, one waits as the spare.")
        story = Story(stack, folder)
        owner = await by_admins.arrive(story)
        await story.play()
        await stack.telegram.botfather(inline=True, feedback=True)
        await story.beside(
            by_buttons.play(story), by_card.meet(story), by_admins.play(story, owner)
        )
        await by_admins.end(story)
        await by_sponsor.play(story, story.named(by_admins.MODERATOR))
        proof.look(story)
        await show.chats(story)
        show.table(story)
    stack.remove()
    failed = [words for words, held in story.promises if not held]
    print(f"\nReceived files: {folder}")
    print(
        f"{len(story.promises) - len(failed)} of {len(story.promises)} promises held, "
        f"{time.monotonic() - began:.0f} s."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
