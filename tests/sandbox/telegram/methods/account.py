"""Signing in and out, the configuration, the state of updates."""

import secrets
import time
from typing import Any

from pyrogram import raw

from tests.sandbox.telegram import limits, render, updates
from tests.sandbox.telegram.registry import Call, on
from tests.sandbox.telegram.tl import Rpc, make
from tests.sandbox.telegram.world import Account

functions, types = raw.functions, raw.types
#: Every person's sign-in code.
CODE = "12345"
YEAR = 365 * 86400
#: An api_id of no application; any other is taken for one.
UNKNOWN_API_ID = 54321


@on(functions.help.GetConfig)
async def config(call: Call, query: Any) -> Any:
    where = {"ip_address": call.server.host, "port": call.server.port}
    here: dict[str, Any] = {"id": render.DC, **where}
    far = {**here, "id": render.FAR_DC, "port": call.server.far_port}
    now = int(time.time())
    return make(
        types.Config,
        date=now,
        expires=now + YEAR,
        this_dc=call.key.center,
        dc_options=[
            types.DcOption(**here, media_only=True),
            *(types.DcOption(**one) for one in (here, far)),
        ],
        caption_length_max=limits.CAPTION,
        message_length_max=limits.TEXT,
    )


@on(functions.auth.ImportBotAuthorization)
async def import_bot(call: Call, query: Any) -> Any:
    if query.api_id == UNKNOWN_API_ID:
        raise Rpc(400, "API_ID_INVALID")
    number, _, secret = query.bot_auth_token.partition(":")
    if not number.isdecimal() or not secret:
        raise Rpc(400, "ACCESS_TOKEN_INVALID")
    account = call.world.bot(query.bot_auth_token)
    if account.token != query.bot_auth_token:
        raise Rpc(400, "ACCESS_TOKEN_EXPIRED")
    return signed_in(call, account)


@on(functions.auth.ExportAuthorization)
async def export(call: Call, query: Any) -> Any:
    """Source: core.telegram.org/method/auth.exportAuthorization."""
    if query.dc_id not in (render.DC, render.FAR_DC) or query.dc_id == call.key.center:
        raise Rpc(400, "DC_ID_INVALID")
    token = secrets.token_bytes(32)
    call.server.exported[token] = call.account.id, query.dc_id
    return make(types.auth.ExportedAuthorization, id=call.account.id, bytes=token)


@on(functions.auth.ImportAuthorization)
async def import_(call: Call, query: Any) -> Any:
    """Source: core.telegram.org/method/auth.importAuthorization; once, and in its center."""
    account, center = call.server.exported.pop(query.bytes, (0, 0))
    if center != call.key.center or account != query.id:
        raise Rpc(400, "AUTH_BYTES_INVALID")
    call.key.account = call.entry.account = account
    call.server.save()
    me = render.user(call.world, call.world.accounts[account], account)
    return make(types.auth.Authorization, user=me)


@on(functions.auth.SendCode)
async def send_code(call: Call, query: Any) -> Any:
    by_phone(call, query.phone_number)
    kind = types.auth.SentCodeTypeApp(length=len(CODE))
    return make(types.auth.SentCode, type=kind, phone_code_hash=secrets.token_hex(8))


@on(functions.auth.SignIn)
async def sign_in(call: Call, query: Any) -> Any:
    if query.phone_code != CODE:
        raise Rpc(400, "PHONE_CODE_INVALID")
    return signed_in(call, by_phone(call, query.phone_number))


@on(functions.auth.LogOut)
async def log_out(call: Call, query: Any) -> Any:
    call.key.account = 0
    call.server.save()
    return make(types.auth.LoggedOut)


def by_phone(call: Call, phone: str) -> Account:
    for account in call.world.accounts.values():
        if account.phone and account.phone == phone:
            return account
    raise Rpc(400, "PHONE_NUMBER_INVALID")


def signed_in(call: Call, account: Account) -> Any:
    account.sign_ins += 1
    call.key.account = call.entry.account = account.id
    call.server.save()
    me = render.user(call.world, account, account.id)
    return make(types.auth.Authorization, user=me)


@on(functions.updates.GetState)
async def get_state(call: Call, query: Any) -> Any:
    return updates.state(call.account)


@on(functions.updates.GetDifference)
async def get_difference(call: Call, query: Any) -> Any:
    return updates.difference(
        call.server, call.account, query.pts, query.qts or 0, query.date or None
    )
