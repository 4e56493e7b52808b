"""A small real MTProto server for tests and the demo; README.md beside this file has its rules.

`tg` is the server (`Telegram`) or a socket to it (`Control`); both are a `Desk`. Real clients
(bots by `clients.client`, people by `clients.user_client`; what one hears by `listener.Listener`)
and the people below meet on it.

A person (`ali = await tg.person("Ali", language="fa")`), with the bot or `ali.at(group, topic=n)`,
`ali.at(sara)`; what follows happens there:
    sends(text, photo=, sticker=, voice=, file=, reply=, links=, silent=, as_channel=), forwards,
    starts(parameter)
    presses(label, message)    press an inline button; the toast: {text, alert, url}
    taps(label), keyboard()    the reply keyboard: press, see its rows
    inline(query, offset)      write "@bot query"; Results: [n], next_offset, switch, personal, …
    chooses(result, reply=)    send a result: the person's message, via the bot
    switches(results)          press the button above the results: /start parameter
    shares(label, message, ali.at(sara))   press a button that writes a query into another chat
    reacts(message, *emoji)    put a reaction, or take it away
    sees(look), sees_edit(message, look), sees_gone(message), chat(), history(), sees_typing()
    sees_reaction(message, emoji)   once it is there; "" once there is none
    commands()                 what the bot's lists offer here, by scope and language
    edits, deletes, blocks(True or False), deactivates(), receives_file(message, folder)
A message: text, entities, buttons, keyboard, media (with spoiler), edits, reply, topic, author,
    sender, via, silent, action, reactions, forwarded, group.

A group (`group = await tg.group("Film club", ali, admins=[sara], bot="admin", forum=True)`; with
`broadcast=True` a channel):
    admits(who, role, rights)  creator, admin (rights as in chatAdminRights, "anonymous" too),
                               member, banned, left
    restricts(who, *bans), forbids(*bans)   as in chatBannedRights, for one and for all members
    permits_reactions(*emoji), links(group), opens_topic(title, by), closes_topic, deletes_topic
    id, chat_id                as the server and as the client library count

The server:
    lives_far(person)   their messages are kept by another data center, on a port of its own
    botfather(privacy=, inline=, feedback=)   what a bot's owner switches; on, off, off at first
    fails, floods, delays, swallows, holds, limits, throttles, refuses_repeats, expires_references,
    drops_connections, revokes, behaves, heals    trouble on demand
    calls, called, violations, connections, sign_ins, pays
"""

# Before the library is imported: that has its classes loaded when they are asked for, which saves
# each of the many servers of the tests half a second.
from procs import telegram as telegram
