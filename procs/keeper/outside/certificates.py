"""When the certificates of servers end with which Chapar speaks in the operator's name."""

import socket
import ssl
from collections.abc import Iterable

from procs.core import log
from procs.core.clock import Now

#: Days before its end at which a certificate is due, and seconds that a server may take.
DUE, TLS_TIME = 14.0, 10.0
DAY = 86400.0
#: OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED.
EXPIRED = 10


def due(
    servers: Iterable[tuple[str, int]], *, now: Now, context: ssl.SSLContext | None = None
) -> tuple[float | None, str]:
    """How many days nearer than two weeks the first end is, and whose; None where no server told.
    A server that cannot be reached is no fault of its certificate."""
    found = []
    for host, port in servers:
        try:
            left = days_left(host, port, now=now, context=context or ssl.create_default_context())
        except (OSError, ValueError) as error:  # a name of which there can be none is a ValueError
            log.warning("certificate.unread", host=host, port=port, error=error)
        else:
            found.append((DUE - left, f"{host}:{port}: {left:.0f} days left"))
    return max(found, default=(None, ""))


def days_left(host: str, port: int, *, now: Now, context: ssl.SSLContext) -> float:
    """Raises OSError."""
    try:
        with (
            socket.create_connection((host, port), timeout=TLS_TIME) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            facts = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == EXPIRED:
            return 0.0
        raise
    return (ssl.cert_time_to_seconds(str(facts["notAfter"])) - now.wall) / DAY
