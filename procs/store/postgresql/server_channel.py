"""Words between the machines that share a server (LISTEN and NOTIFY).

A transaction that has notified takes a lock of the whole server when it commits. So words leave by
a connection of their own, after the commit that they are about, and many of them in one.
"""

import psycopg

from procs.records.job import State
from procs.store.postgresql import server_faults
from procs.store.postgresql.dialect import OVER
from procs.store.postgresql.server_session import connect

LISTEN = b"LISTEN chapar"
NOTIFY = b"SELECT PG_NOTIFY('chapar', $1)"
#: How many transactions are over that were not quiet, and whether there is a job that runs, or
#: waits for a worker or an instant. One that is quiet is counted a moment before it is over: the
#: number falls by one and rises again, so that nobody can miss another that comes in between.
REST = f"""
SELECT ({OVER.decode()})
       - (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM quiet_commits),
       EXISTS (SELECT 1 FROM jobs WHERE state = {State.LEASED})
       OR EXISTS (SELECT 1 FROM jobs WHERE state = {State.QUEUED})
       OR EXISTS (SELECT 1 FROM jobs WHERE state = {State.LATER})
""".encode()
#: Bytes of one notification; PostgreSQL takes 8000.
MOST = 7000


class ServerChannel:
    """One machine's connection for words. It goes past a pooler in transaction mode."""

    def __init__(self, url: str) -> None:
        """Raises StoreError."""
        self.url = url
        self.session = connect(url)
        self.session.execute(LISTEN)

    def fileno(self) -> int:
        """Readable when there may be words."""
        return self.session.fileno()

    def say(self, words: set[bytes]) -> None:
        """Tell every other machine these words, which have no line ends. What is too much is left
        out, because each machine looks by itself too. Raises StoreError."""
        text = b"\n".join(sorted(words))[:MOST].decode("ascii", "replace")
        try:
            self.session.execute(NOTIFY, [text])
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
        """The mark of the database at rest; None while there are jobs. Raises StoreError."""
        try:
            mark, works = self.session.execute(REST).fetchone() or (0, 1)
        except psycopg.Error as error:
            server_faults.raise_failure(error, self.url)
        return None if works else int(mark)

    def close(self) -> None:
        """Close the connection; no word comes any more."""
        self.session.close()
