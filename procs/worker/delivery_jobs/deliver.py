"""A deliver job: it sends media that Telegram holds already, each message once."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial

from procs.core import clock, log
from procs.errors import (
    GroupTooLarge,
    LeaseLost,
    NotNow,
    ReferenceStale,
    TelegramAway,
    TelegramRefused,
    alert_kinds,
)
from procs.records.job import Lane, Lease, Media, Part, State
from procs.store import wake
from procs.store.health import alerts, counters
from procs.store.inline import inline_messages
from procs.store.jobs import claimable, leases, outcomes
from procs.store.jobs import delivery_order as ordering
from procs.store.media import deliveries, references
from procs.store.media.deliveries import SentCopy
from procs.store.people import preferences
from procs.store.requests import requests, status_columns
from procs.store.requests.requests import RequestOrder
from procs.telegram.delivery.courier import Courier
from procs.telegram.delivery.delivery_presentation import presentation
from procs.telegram.delivery.media_caption import NOTHING
from procs.telegram.delivery.presentation import Presentation
from procs.telegram.delivery.send_once import ChatTarget
from procs.telegram.pace import Urgency
from procs.telegram.session.rpc import Leave
from procs.worker.delivery_jobs import inline_delivery
from procs.worker.process.context import WorkerContext

SEND, SEND_ALBUM = "messages.SendMedia", "messages.SendMultiMedia"
#: Kinds that one album may contain, and how many parts (core.telegram.org/api/files).
ALBUMS = {"photo": "seen", "video": "seen", "audio": "heard", "document": "kept"}
ALBUM = 10
#: Telegram's errors for a stored reference whose file is gone or cannot be sent any more.
BAD = frozenset(
    {"MEDIA_EMPTY", "MEDIA_INVALID", "FILE_ID_INVALID", "DOCUMENT_INVALID", "PHOTO_INVALID"}
)
#: Attempts to find a part that Telegram says was sent already.
LOOKUP_ATTEMPTS = 3
#: The parts to be sent with their random ids; and Telegram's answers by part.
Planned = list[tuple[int, int]]
Copies = dict[int, SentCopy | None]
#: Seconds that a delivery waits for its leave while it occupies a room; for longer waits it gives
#: the room away.
PACE_TIMEOUT = 5.0


async def deliver(context: WorkerContext, lease: Lease) -> None:
    """Run one delivery to its end. Raises JobError, LeaseLost, TelegramWait."""
    order = requests.order(context.db, lease.delivery.request)
    media = references.read(context.db, lease.delivery.media)
    if order is None or order.state != "open":
        leases.end(context.db, lease, State.CANCELLED, now=clock.now(), word="nobody-waits")
        return
    if media is None:
        requests.fetch_anew(context.db, lease, order, now=clock.now())
        return
    in_order(context, lease, order)
    fits(context, order, media)
    await send(context, lease, order, media)


def in_order(context: WorkerContext, lease: Lease, order: RequestOrder) -> None:
    """Raises NotNow while an earlier entry of the same list is on its way."""
    since = lease.progress.ready or clock.now().wall
    if (
        not ordering.waits(context.db, order.id)
        or clock.now().wall - since > ordering.ORDER_TIMEOUT
    ):
        return
    if lease.progress.ready is None:
        lease.progress.ready = since
        leases.note(context.db, lease)
    raise NotNow(ordering.AGAIN, ordering.WHY)


def fits(context: WorkerContext, order: RequestOrder, media: Media) -> None:
    """Raises GroupTooLarge when all parts together are larger than the group allows."""
    most = preferences.read_group(context.db, order.chat).largest if order.chat < 0 else 0
    size = sum(part.size for part in media.parts)
    if most and size > most:
        raise GroupTooLarge(f"{size} of {most}", facts={"size": str(size), "most": str(most)})


async def send(context: WorkerContext, lease: Lease, order: RequestOrder, media: Media) -> None:
    """Send the parts that have no receipt, by fresh references when the stored ones are stale."""
    courier = await context.telegram()
    inline = inline_messages.of_request(context.db, order.id)
    put = partial(inline_delivery.show, inline=inline) if inline else send_parts
    try:
        try:
            copies = await put(context, lease, order, media)
        except ReferenceStale:
            copies = await put(context, lease, order, await refreshed(context, courier, media))
    except ReferenceStale:
        fetch_again(context, lease, order, media, why="stale")
        return
    except TelegramRefused as error:
        # Telegram refuses media that was fetched for this very request: it would refuse another
        # copy too.
        if error.detail not in BAD or not references.is_older(context.db, media.id, order.id):
            raise
        fetch_again(context, lease, order, media, why=error.detail)
        return
    await end(context, lease, order, media, copies)


async def end(
    context: WorkerContext, lease: Lease, order: RequestOrder, media: Media, copies: Copies
) -> None:
    """Store what Telegram answered last, end the job and claim the next, in one transaction; then
    wake who has something to do by that. Raises LeaseLost, with the answers stored: whoever has the
    lease now need not search for the messages."""
    db, receipts = context.db, partial(deliveries.receipts, context.db, order.id, media.id, copies)
    finish = partial(outcomes.finish_delivery, db, lease, order.id, media=media)
    said: list[bool | None] = []

    def write() -> None:
        receipts(now=clock.now())
        said.append(finish(worker=context.name, now=clock.now()))

    try:
        await context.end(lease, lease.lane, 1, write)
    except LeaseLost:
        receipts(now=clock.now())
        raise
    if not said[-1]:
        wake.notify(db.run, wake.BOT)
    if claimable.ready(db, Lane.LIGHT):
        wake.notify_idle(db.run, lanes=(Lane.LIGHT,))
    elif said[-1]:
        context.lasts.add(lease.job)
    log.info("request.delivered", job=lease.job, request=order.id, worker=context.name)


def fetch_again(
    context: WorkerContext, lease: Lease, order: RequestOrder, media: Media, *, why: str
) -> None:
    """Drop the stored references, which are useless, and have the media fetched again. Raises
    LeaseLost."""
    if inline := inline_messages.of_request(context.db, order.id):
        inline_messages.shows_again(context.db, inline.id)
    requests.fetch_anew(context.db, lease, order, now=clock.now())
    log.info("media.forgotten", job=lease.job, request=order.id, media=media.id, why=why)


async def refreshed(context: WorkerContext, courier: Courier, media: Media) -> Media:
    """The media with fresh references, read from messages that show it. Raises ReferenceStale when
    there are none."""
    copies = deliveries.copies(context.db, media.id)
    parts = []
    for number, part in enumerate(media.parts):
        copy = copies.get(number)
        fresh = await courier.refreshed(**asdict(copy)) if copy else None
        if fresh is None or fresh.id != part.reference.id:
            raise ReferenceStale(f"no message shows part {number} of media {media.id}")
        parts.append(replace(part, reference=fresh))
    references.renew(context.db, media.id, parts)
    log.info("media.refreshed", media=media.id, parts=len(parts))
    return replace(media, parts=tuple(parts))


async def send_parts(
    context: WorkerContext, lease: Lease, order: RequestOrder, media: Media
) -> Copies:
    """Send the parts without a receipt. A part that was sent, but whose receipt was not stored, is
    sent again under the same random id: Telegram answers with the first message. Returns what it
    answered last, which is not stored yet."""
    with context.db.write(only=(f"request {order.id}",)):
        planned = deliveries.plan(context.db, order.id, len(media.parts))
        shown = presentation(context.db, order, media)
    copies: Copies = {}
    for album in albums(planned, media.parts, apart=bool(shown.buttons)):
        if copies:
            deliveries.receipts(context.db, order.id, media.id, copies, now=clock.now())
        messages = len(album)
        leave = partial(
            context.pace.leave,
            SEND if messages == 1 else SEND_ALBUM,
            chat=order.chat,
            urgency=Urgency.DELIVERY,
            patience=PACE_TIMEOUT,
            messages=messages,
        )
        given = await hand_over(context.courier, order, media, album, shown, leave=leave)
        copies = {
            part: await find_copy(context, lease, order, media, part, message)
            for (part, _), message in zip(album, given, strict=True)
        }
    return copies


def albums(planned: Planned, parts: Sequence[Part], *, apart: bool = False) -> list[Planned]:
    """Group neighbouring parts that Telegram shows as one album: photos with videos, music, files;
    ten at most. The last part stands `apart` where there are buttons under it: an album has
    none."""
    found: list[Planned] = []
    before = ""
    for number, random_id in planned:
        kind = ALBUMS.get(parts[number].kind, "")
        joins = kind and kind == before and not (apart and number == len(parts) - 1)
        if joins and len(found[-1]) < ALBUM:
            found[-1].append((number, random_id))
        else:
            found.append([(number, random_id)])
        before = kind
    return found


async def hand_over(
    courier: Courier,
    order: RequestOrder,
    media: Media,
    album: Planned,
    shown: Presentation,
    *,
    leave: Leave,
) -> list[int | None]:
    """Send the messages in their order, as soon as `leave` paid for them: the caption under the
    first part, the buttons under the last. Returns the message ids."""
    if album[0][0] != 0:
        shown = replace(shown, caption=NOTHING)
    if album[-1][0] != len(media.parts) - 1:
        shown = shown.bare()
    target, parts = target_of(order), [media.parts[part] for part, _ in album]
    ids = [random_id for _, random_id in album]
    if len(album) == 1:
        return [await courier.send(target, parts[0], ids[0], shown=shown, leave=leave)]
    return await courier.send_album(target, parts, ids, shown=shown, leave=leave)


def target_of(order: RequestOrder) -> ChatTarget:
    """The chat of a request, as an answer to the message that asked."""
    return ChatTarget(order.chat, order.chat_access, order.message, order.topic)


async def find_copy(
    context: WorkerContext,
    lease: Lease,
    order: RequestOrder,
    media: Media,
    part: int,
    message: int | None,
) -> SentCopy | None:
    """The message id of a sent part. When Telegram says only that the part was sent, the worker
    searches the chat for it; the message may still be on its way, so the search is repeated before
    the part counts as uncertain. Raises TelegramAway."""
    target = target_of(order)
    if message is None:
        taken = deliveries.receipt_messages(context.db, order.id)
        since = status_columns.message_of(context.db, order.id)
        message = await context.courier.find(target, media.parts[part], taken=taken, since=since)
    if message is None and lease.attempt < LOOKUP_ATTEMPTS:
        raise TelegramAway("said to be there, but not found")
    if message is None:
        counters.add(context.db, "deliveries.uncertain")
        now = clock.now()
        alerts.note(context.db, alert_kinds.UNCERTAIN, now=now, job=lease.job, worker=context.name)
        log.warning("delivery.uncertain", job=lease.job, request=order.id, part=part)
        return None
    return SentCopy(target.chat, target.access, message)
