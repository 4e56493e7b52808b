"""The page of logs: the last lines of a process, of a job or of a code are sent as a file."""

import asyncio
import re
from collections.abc import Callable
from functools import partial

from procs.bot.admin.admin_actions import AdminActions
from procs.bot.admin.admin_call import (
    AdminAction,
    AdminCall,
    AdminConversation,
    AdminReply,
    ConversationPlace,
    act,
    back,
    prompt,
)
from procs.bot.admin.system import log_reader
from procs.bot.commands.button_actions import EffectRefused
from procs.bot.commands.settings_menu import MenuPage
from procs.bot.conversation.reply_sender import once
from procs.config import Settings
from procs.core.log_files import log_entries
from procs.records.admin_role import Role
from procs.store.reports import job_record
from procs.telegram.chat.file_sender import OutgoingFile
from procs.telegram.chat.inbound import Incoming
from procs.telegram.chat.sender import OutgoingMessage

#: The conversation that asks for a job or a code, and its step.
FIND_LINES, WHICH_JOB = "find-lines", "which"
#: Buttons in a row, and the form of a failure's code.
LOGS_IN_ROW = 3
Read = Callable[[Settings], str]
JOB_CODE = re.compile(r"(?i)E-[0-9A-Z]{2,10}")


class LogPages:
    """Sends lines of logs as files."""

    def __init__(self, table: AdminActions, settings: Settings) -> None:
        self.replies = table.menus.replies
        self.db = table.db
        self.settings = settings

    def rows(self) -> tuple[AdminAction, ...]:
        """The page and its acts, for owners: a log names what people asked for."""
        return (
            AdminAction("page-logs", Role.OWNER, self.open, commands=("logs",)),
            AdminAction("logs-process", Role.OWNER, self.of_process),
            AdminAction("logs-ask", Role.OWNER, self.ask, begins=FIND_LINES),
        )

    def conversations(self) -> tuple[AdminConversation, ...]:
        """The conversation that waits for the number of a job or a code."""
        return (AdminConversation(FIND_LINES, Role.OWNER, {WHICH_JOB: self.which}),)

    def open(self, call: AdminCall) -> AdminReply:
        """The page, or the lines that the words behind the command name."""
        return self.send_lines(call, call.words) if call.words else AdminReply(self.page(call))

    def page(self, call: AdminCall) -> MenuPage:
        """A button for each process with a log."""
        names = log_reader.names(self.settings.logs)
        shown = [act(f"📄 {name}", "logs-process", process=name) for name in names]
        rows = [tuple(shown[at : at + LOGS_IN_ROW]) for at in range(0, len(shown), LOGS_IN_ROW)]
        job = (act(call.say("logs-of-job"), "logs-ask"),)
        return MenuPage(call.say("logs-page"), (*rows, job, (back(call.language),)))

    def ask(self, call: AdminCall) -> AdminReply:
        """Ask of which job or code to send the lines."""
        page = prompt(call, call.say("logs-which"), "page-logs")
        return AdminReply(page, place=ConversationPlace(FIND_LINES, WHICH_JOB))

    def which(self, call: AdminCall, incoming: Incoming) -> AdminReply:
        """A step: the number of a job, or a code."""
        return self.send_lines(call, incoming.text)

    def of_process(self, call: AdminCall) -> AdminReply:
        """Send the last lines of one process."""
        return self.send_lines(call, str(call.data.get("process", "")))

    def send_lines(self, call: AdminCall, words: str) -> AdminReply:
        """Send the lines that these words name. Raises EffectRefused when there are none."""
        words = words.strip()
        if words in log_reader.names(self.settings.logs):
            show = partial(self.send, call, words, partial(log_reader.of_process, name=words))
        elif marks := self.marks(words):
            show = partial(self.send, call, words, partial(log_reader.of_job, marks=marks))
        else:
            raise EffectRefused(call.say("logs-unknown"))
        return AdminReply(toast=call.say("logs-coming"), show=show)

    def marks(self, words: str) -> list[re.Pattern[str]]:
        """What lines of a job have in them, by its number or its code."""
        code = JOB_CODE.fullmatch(words)
        job = job_record.find(self.db, words.upper() if code else words)
        by_code = [log_entries.mark("code", words.upper())] if code else []
        return [*by_code, *([log_entries.mark("job", job.id)] if job else [])]

    async def send(self, call: AdminCall, name: str, read: Read) -> None:
        """Read the logs in a thread, and send the file. Raises as `ReplySender.send`."""
        text = await asyncio.to_thread(read, self.settings)
        random_id, where = once("logs", call.mark, name), (call.chat, call.access)
        if not text:
            none = call.say("logs-none", name=name)
            await self.replies.send(OutgoingMessage(*where, none, random_id))
            return
        caption = call.say("logs-sent", name=name)
        file = f"{re.sub(r'[^A-Za-z0-9-]', '-', name)}.log.txt"
        await self.replies.send_file(
            OutgoingFile(*where, file, text.encode(), caption, random_id, "text/plain")
        )
