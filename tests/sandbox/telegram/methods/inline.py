"""Inline mode, by clients: the person's question, the bot's answer, the choice, the edits."""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import inline, peers, results, updates
from tests.sandbox.telegram.methods.send import answer, manner
from tests.sandbox.telegram.methods.talk import changed
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make

functions, types = raw.functions, raw.types
#: Media of an inline edit that Telegram has already.
KNOWN = (types.InputMediaDocument, types.InputMediaPhoto)


@on(functions.messages.GetInlineBotResults)
async def get_results(call: Call, query: Any) -> Any:
    bot = call.world.accounts.get(peers.resolve(call.world, call.account, query.bot))
    if bot is None:
        raise Rpc(400, "BOT_INVALID")
    empty = isinstance(query.peer, types.InputPeerEmpty)
    chat = 0 if empty else peers.resolve(call.world, call.account, query.peer)
    words = query.query, query.offset
    number = await inline.ask(call.server, call.account, bot, words, chat=chat)
    asked = call.server.inline.asked[number]
    return make(
        types.messages.BotResults,
        query_id=number,
        gallery=asked.answer.gallery,
        next_offset=asked.answer.next_offset or None,
        switch_pm=asked.answer.switch_pm,
        results=[shown for shown, _ in asked.results.values()],
        cache_time=asked.answer.cache_time,
    )


@on(functions.messages.SetInlineBotResults)
async def set_results(call: Call, query: Any) -> Any:
    """Once, while the person waits, and by the bot that was asked."""
    bot, waiting = call.server.inline.waiting.get(query.query_id, (0, None))
    if waiting is None or waiting.done() or bot != call.account.id:
        raise Rpc(400, "QUERY_ID_INVALID")
    waiting.set_result((query, results.checked(call.vault, query)))
    return True


@on(functions.messages.SendInlineBotResult)
async def send_result(call: Call, query: Any) -> Any:
    if query.random_id == 0:
        raise Rpc(400, "RANDOM_ID_EMPTY")
    known = call.world.sent.get((call.account.id, query.random_id))
    if known is not None:
        return answer(call, [(known, query.random_id, False)])
    to = call.entry.peer = peers.resolve(call.world, call.account, query.peer)
    facts = manner(call, query)
    chosen = query.query_id, query.id
    post = inline.choose(call.server, call.account, *chosen, to, facts, call.key)
    call.world.sent[call.account.id, query.random_id] = post
    return answer(call, [(post, query.random_id, True)])


@on(functions.messages.EditInlineBotMessage)
async def edit_inline(call: Call, query: Any) -> Any:
    """Source: core.telegram.org/method/messages.editInlineBotMessage; core.telegram.org/bots/api
    #editmessagemedia: "When an inline message is edited, a new file can't be uploaded" (which
    error a client gets for one is a guess)."""
    post = inline.identified(call.server, call.account, query.id, call.key.center)
    if query.media is not None and not isinstance(query.media, KNOWN):
        raise Rpc(400, "MEDIA_INVALID")
    news = call.world.edit(post, **await changed(call, query, post))
    updates.tell(call.server, news)
    return True
