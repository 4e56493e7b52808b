"""A picture as the reply to a press: drawn after the answer, in a message of its own."""

from collections.abc import Callable
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import AdminCall, AdminReply
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.conversation.reply_sender import once
from procs.charts import chart_process
from procs.charts.chart_plan import ChartPlan
from procs.core import clock
from procs.store.people import repeat_tallies
from procs.telegram.chat.file_sender import OutgoingFile

#: Pictures that one admin may have in a minute.
PICTURES = 6


class PictureReply:
    """Draws a chart after the press was answered, a few in a minute for each admin."""

    def __init__(self, table: AdminActions) -> None:
        self.db = table.db
        self.replies = table.menus.replies

    def reply(self, call: AdminCall, name: str, plan: Callable[[], ChartPlan]) -> AdminReply:
        """Answer that it is being drawn. Raises EffectRefused for too many in a minute."""
        if repeat_tallies.note(self.db, call.person.id, "picture", now=clock.now()) > PICTURES:
            raise EffectRefused(call.say("chart-often"))
        draw = partial(self.send, call, name, plan)
        return AdminReply(toast=call.say("chart-drawn"), show=draw)

    async def send(self, call: AdminCall, name: str, plan: Callable[[], ChartPlan]) -> None:
        """Raises ChartFailed, and as `ReplySender.send`."""
        drawn = plan()
        picture = await chart_process.draw(drawn, cache=self.db.run.parent / "cache")
        random_id = once("picture", call.mark, name)
        await self.replies.send_file(
            OutgoingFile(
                call.chat,
                call.access,
                f"{name}.png",
                picture,
                drawn.title,
                random_id,
                "image/png",
                is_photo=True,
            )
        )
