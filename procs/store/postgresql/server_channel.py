"""Words between the machines that share a server (LISTEN and NOTIFY).

A transaction that has notified takes a lock of the whole server when it commits. So words leave by
a connection of their own, after the commit that they are about, and many of them in one.
"""

from collections.abc import Iterable, Iterator

import psycopg

from procs.store.postgresql import server_faults
from procs.store.postgresql.rest_look import REST
from procs.store.postgresql.server_session import connect

LISTEN = b"LISTEN chapar"
#: As of `server_session`: the question about rest is planned once, which takes longer than it runs
#: while a word may wait behind it, and by the indexes.
PLANS = b"""
SELECT SET_CONFIG('plan_cache_mode', 'force_generic_plan', FALSE),
       SET_CONFIG('enable_seqscan', 'off', FALSE), SET_CONFIG('jit', 'off', FALSE)
"""
NOTIFY = b"SELECT PG_NOTIFY('chapar', $1)"
#: Bytes of one notification; PostgreSQL takes 8000.
MOST = 7000


class ServerChannel:
    """One machine's connection for words. It goes past a pooler in transaction mode."""

    def __init__(self, url: str) -> None:
        """Raises StoreError."""
        self.url = url
        self.session = connect(url)
        self.session.prepare_threshold = 0
        self.session.execute(PLANS)
        self.session.execute(LISTEN)
        #: The mark at the last look, if nothing was under way; and how many were counted by then.
        self.mark: int | None = None
        self.counted = 0
        self.bot_until = 0.0

    def fileno(self) -> int:
        """Readable when there may be words."""
        return self.session.fileno()

    def say(self, words: set[bytes]) -> None:
        """Tell every other machine these words, which have no line ends. Raises StoreError."""
        try:
            for text in packed(sorted(words)):
                self.session.execute(NOTIFY, [text.decode("ascii", "ignore")])
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)

    def heard(self) -> set[bytes]:
        """What other machines said since the last call, without waiting. Raises StoreError."""
        own, words = self.session.info.backend_pid, set[bytes]()
        try:
            for one in self.session.notifies(timeout=0):
                if one.pid != own:
                    words.update(one.payload.encode().split(b"\n"))
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        return words

    def rest(self) -> int | None:
        """The mark of the database at rest; None while there is something to do, or soon will be.
        What is counted and not committed shows nothing yet to who looks: the mark before holds
        until it is. Raises StoreError."""
        try:
            found = self.session.execute(REST, [self.counted]).fetchone()
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        mark, works, self.bot_until, unsettled = found or (0, 1, 0.0, 0)
        self.counted = int(mark)
        before, self.mark = self.mark, None if works or unsettled else int(mark)
        return before if unsettled and not works else self.mark

    def close(self) -> None:
        """Close the connection; no word comes any more."""
        self.session.close()


def packed(words: Iterable[bytes]) -> Iterator[bytes]:
    """Words in as few texts as hold them, each whole: a number that is cut is another number."""
    text = b""
    for word in words:
        if text and len(text) + len(word) >= MOST:
            yield text
            text = b""
        text = text + b"\n" + word if text else word
    if text:
        yield text
