"""Words between the machines that share a server (LISTEN and NOTIFY).

A transaction that has notified takes a lock of the whole server when it commits. So words leave by
a connection of their own, after the commit that they are about, and many of them in one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from procs.errors import StoreAway
from procs.store.postgresql import pooler, server_faults
from procs.store.postgresql.rest_look import REST
from procs.store.postgresql.server_session import connect
from procs.store.postgresql.statements.pipeline import Statement, first_row
from procs.store.postgresql.statements.server_patience import ServerPatience

LISTEN = b"LISTEN chapar"
#: As of `server_session`, but for what it says of bitmaps: the question about rest is planned once,
#: which takes longer than it runs while a word may wait behind it.
PLANS = b"SELECT SET_CONFIG('enable_bitmapscan', 'on', FALSE)"
NOTIFY = b"SELECT PG_NOTIFY('chapar', $1)"
#: Bytes of one notification; PostgreSQL takes 8000.
MOST = 7000
MOVED = (
    "{} is a pooler that has gone over to transaction mode; let CHAPAR_DATABASE_DIRECT_URL name "
    "the server itself, or other machines wake nobody here"
)


class ServerChannel:
    """One machine's connection for words. A pooler must be in session mode, or passed by at the
    `direct` address: else it asks about the rest and speaks, and hears nothing (`hears`)."""

    def __init__(self, url: str, direct: str = "") -> None:
        """Raises StoreError."""
        self.url = direct or url
        found = pooler.greet(self.url)
        self.session, self.pooled = found.session, found.pooled
        self.pipeline = pooler.pipeline_of(
            found, lambda timeline: None, ServerPatience(bounded=True)
        )
        #: The mark at the last look, if nothing was under way; and how many were counted by then.
        self.mark: int | None = None
        self.counted = 0
        self.bot_until = 0.0
        try:
            self.hears = not found.pooled or self._is_session()
            self.backend = self._listen() if self.hears else 0
        except psycopg.Error as error:
            self.session.close()
            server_faults.raise_failure(error, self.url)

    def fileno(self) -> int:
        """Readable when there may be words."""
        return self.session.fileno()

    def say(self, words: set[bytes]) -> None:
        """Tell every other machine these words, which have no line ends. Raises StoreError."""
        try:
            for text in packed(sorted(words)):
                self._ask(NOTIFY, text.decode("ascii", "ignore"))
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)

    def heard(self) -> set[bytes]:
        """What other machines said since the last call, without waiting. Raises StoreError."""
        pgconn, words = self.session.pgconn, set[bytes]()
        try:
            pgconn.consume_input()  # some came with answers, and are there already
            while one := pgconn.notifies():
                if one.be_pid != self.backend:
                    words.update(one.extra.split(b"\n"))
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        return words

    def rest(self) -> int | None:
        """The mark of the database at rest; None while there is something to do, or soon will be.
        What is counted and not committed shows nothing yet to who looks: the mark before holds
        until it is. Raises StoreError."""
        try:
            if self.pooled and self.hears and self._backend() != self.backend:
                raise StoreAway(MOVED.format(server_faults.shown(self.url)))
            found = self._ask(REST, self.counted)
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        mark, works, self.bot_until, unsettled = found or (0, 1, 0.0, 0)
        self.counted = int(mark)
        before, self.mark = self.mark, None if works or unsettled else int(mark)
        return before if unsettled and not works else self.mark

    def close(self) -> None:
        """Close the connection; no word comes any more."""
        self.session.close()

    def _is_session(self) -> bool:
        other = connect(self.url)
        try:
            return pooler.keep_apart(self.session, other)
        finally:
            other.close()

    def _listen(self) -> int:
        """Hear words from now on. Returns the process of the server that passes them on."""
        backend = self._backend()
        if not self.pooled:
            self.session.execute(PLANS)
        self.session.execute(LISTEN)
        return backend

    def _backend(self) -> int:
        return int(self._ask(pooler.BACKEND)[0])

    def _ask(self, text: bytes, *values: object) -> Any:
        statement = Statement(text, values, first_row)
        self.pipeline.run([statement])
        return statement.answer


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
