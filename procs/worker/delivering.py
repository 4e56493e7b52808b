"""A deliver job: send media that Telegram holds already, each message once."""

from procs import clock, log
from procs.errors import ReferenceStale
from procs.job import Lease, Media, State, Step
from procs.store import deliveries, leases, outcomes, requests, wake
from procs.store import media as shelf
from procs.store.requests import Order
from procs.telegram.pace import Urgency
from procs.worker.tools import Tools

SEND = "messages.SendMedia"
#: Seconds that a delivery waits in line with its room taken; longer waits give the room away.
PATIENCE = 5.0


async def deliver(tools: Tools, lease: Lease) -> None:
    """Carry one delivery to its end. Raises JobError, LeaseLost, TelegramWait."""
    order = requests.order(tools.db, lease.payload["request"])
    media = shelf.read(tools.db, lease.payload["media"])
    if order is None or order.state != "open":
        leases.end(tools.db, lease, State.CANCELLED, now=clock.now(), word="nobody-waits")
        return
    if media is None:
        requests.fetch_anew(tools.db, lease, order, now=clock.now())
        return
    await send(tools, lease, order, media)


async def send(tools: Tools, lease: Lease, order: Order, media: Media) -> None:
    """Send the parts that have no receipt. A part that was sent before its receipt was kept is
    sent again under the same random id, and Telegram answers with the first message."""
    tools.desk.say(lease, Step.DELIVER)
    courier = await tools.telegram()
    try:
        for part, random_id in deliveries.plan(tools.db, order.id, len(media.parts)):
            await tools.pace.leave(
                SEND, chat=order.chat, urgency=Urgency.DELIVERY, patience=PATIENCE
            )
            message = await courier.send(
                chat=order.chat,
                access=order.chat_access,
                part=media.parts[part],
                caption=media.title if part == 0 else "",
                random_id=random_id,
                reply_to=order.message,
            )
            deliveries.receipt(tools.db, order.id, part, message=message, now=clock.now())
    except ReferenceStale:
        requests.fetch_anew(tools.db, lease, order, now=clock.now())
        log.info("media.stale", job=lease.job, request=order.id, media=media.id)
        return
    outcomes.delivered(tools.db, lease, order.id, worker=tools.name, now=clock.now())
    wake.poke(tools.db.run, wake.BOT)
    log.info("request.delivered", job=lease.job, request=order.id, worker=tools.name)
