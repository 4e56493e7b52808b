"""A session on a PostgreSQL server, as every connection of ours wants it."""

from collections.abc import Mapping
from typing import Any

import psycopg

from procs.store.postgresql import server_faults
from procs.store.postgresql.adaptation import adapt
from procs.store.postgresql.dialect import PREPARED

Row = tuple[Any, ...]
#: What every connection asks for. A machine that vanished is noticed within half a minute.
OPTIONS: Mapping[str, Any] = {
    "application_name": "chapar",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def connect(url: str) -> psycopg.Connection[Row]:
    """A session on the server of `url`. Raises StoreError."""
    try:
        session = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor, **OPTIONS)
    except psycopg.Error as error:
        server_faults.raise_failure(error, url)
    session.prepare_threshold = None
    session.prepared_max = PREPARED
    adapt(session)
    return session
