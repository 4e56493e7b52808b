"""What a person is told in private of a request whose group is closed to the bot. Pure."""

from procs.bot.status import status_text
from procs.errors import ChatClosed, GroupLeft, GroupMediaForbidden, GroupMuted, TopicClosed
from procs.store.requests.request_status import RequestStatus
from procs.texts import failure_text, i18n


def text(row: RequestStatus, language: str, error: ChatClosed) -> str:
    """Why nothing came: what the request failed of, else what keeps us from writing there."""
    failed = row.state == "failed"
    say, found = (row.say, row.found) if failed else (error.say, "")
    reason = failure_text.reason(language, say, site=row.site, found=found)
    facts = {"name": status_text.name(row), "reason": reason}
    key = "group-closed" if say in CLOSED else "group-closed-too"
    word = i18n.say(language, error.say)
    return i18n.say(language, key, **facts, word=word)


#: Failures that are about the group itself.
CLOSED = frozenset({GroupLeft.say, GroupMuted.say, GroupMediaForbidden.say, TopicClosed.say})
