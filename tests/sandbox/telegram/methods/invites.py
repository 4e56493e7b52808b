"""Invite links of administrators, and where a link leads.

Sources: core.telegram.org/method/messages.exportChatInvite, /messages.editExportedChatInvite,
/messages.getExportedChatInvite, /messages.checkChatInvite.
"""

from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import membership
from tests.sandbox.telegram.methods.peers import channel_of, told_channel
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make

functions, types = raw.functions, raw.types


@on(functions.messages.ExportChatInvite)
async def export_invite(call: Call, query: Any) -> Any:
    record = channel_of(call, query.peer)
    link = membership.invite(
        record, call.account, by_request=bool(query.request_needed), title=query.title or ""
    )
    call.server.changed()
    return membership.exported(record, link)


@on(functions.messages.EditExportedChatInvite)
async def edit_invite(call: Call, query: Any) -> Any:
    record = channel_of(call, query.peer)
    if not record.may(call.account.id, "invite_users"):
        raise Rpc(400, "CHAT_ADMIN_REQUIRED")
    found = record.invites.get(query.link)
    if found is None:
        raise Rpc(400, "INVITE_HASH_EXPIRED")
    found.revoked = found.revoked or bool(query.revoked)
    if query.request_needed is not None:
        found.by_request = bool(query.request_needed)
    call.server.changed()
    shown = membership.exported(record, query.link)
    return make(types.messages.ExportedChatInvite, invite=shown, users=[])


@on(functions.messages.GetExportedChatInvite)
async def get_invite(call: Call, query: Any) -> Any:
    record = channel_of(call, query.peer)
    if not record.is_admin(call.account.id):
        raise Rpc(400, "CHAT_ADMIN_REQUIRED")
    shown = membership.exported(record, query.link)
    if shown is None:
        raise Rpc(400, "INVITE_HASH_EXPIRED")
    return make(types.messages.ExportedChatInvite, invite=shown, users=[])


@on(functions.messages.CheckChatInvite)
async def check_invite(call: Call, query: Any) -> Any:
    record = membership.behind(call.server, membership.PLUS + query.hash)
    if record.members.get(call.account.id, "banned") == "banned":
        return make(
            types.ChatInvite,
            title=record.title,
            photo=types.PhotoEmpty(id=0),
            participants_count=len(record.members),
            color=0,
        )
    return types.ChatInviteAlready(chat=told_channel(call, record))
