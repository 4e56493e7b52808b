"""Many links in one message: all are taken, in their order, twenty to a status message."""

from tests.sandbox.bot_parts import until


async def test_fifty_links_of_one_message_are_all_taken_in_their_order(bot, sara):
    await sara.sends(" ".join(f"https://example.org/{n}.mp4" for n in range(50)))
    await until(lambda: len(bot.requests()) == 50)
    await sara.sees("10 links")
    await bot.rests()
    assert [one.url for one in bot.requests()] == [
        f"https://example.org/{n}.mp4" for n in range(50)
    ]
    shown = [m.text.splitlines()[0] for m in await sara.history() if not m.mine]
    assert shown == ["🎬 20 links", "🎬 20 links", "🎬 10 links"]
