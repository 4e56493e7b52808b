"""Which of two changes of a membership is the later one."""

from collections import OrderedDict

from procs.telegram.chat.member_updates import MemberChange

#: People of whom the last change is remembered: those of minutes in which many come and go.
MOST = 10_000


class LatestChanges:
    """Telegram tells some changes twice, and not in their order: what it tells after a gap begins
    before what came meanwhile (core.telegram.org/api/updates). Their numbers say which is the
    later one. A new process needs none of this: what it is told begins where the last one was."""

    def __init__(self) -> None:
        self.serials: OrderedDict[tuple[int, int], int] = OrderedDict()

    def note(self, change: MemberChange) -> bool:
        """Remember a change. False for one that is not later than what is known of that person in
        that chat."""
        key = change.chat, change.person
        if change.serial <= self.serials.get(key, -1):
            return False
        self.serials[key] = change.serial
        self.serials.move_to_end(key)
        if len(self.serials) > MOST:
            self.serials.popitem(last=False)
        return True
